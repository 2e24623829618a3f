/** Waits that are given up lose nothing and leave nobody behind. */

import type { TestFn } from 'ava';
import { Empty, Full, Queue } from '../../index.js';
import { waiters } from '../fixtures/sync/waiters.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** A signal, and what aborts it with this reason. */
function aborting(reason: Error): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(reason) };
}

export function queueCancelContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);
  const reason = new Error('enough');

  test.serial('queue: an aborted wait rejects with the reason, and nobody waits any more', async (t) => {
    const queue = new Queue<number>(1);
    const { signal, abort } = aborting(reason);
    const waits = [queue.get({ signal }), queue.getMany(2, { signal })];
    t.is(waiters(queue), 2);
    abort();
    for (const wait of waits) t.is(await t.throwsAsync(wait), reason);
    t.is(waiters(queue), 0);
    queue.putNowait(1);
    const second = aborting(reason);
    const puts = [queue.put(2, second), queue.putMany([3, 4], second), queue.join(second).then(() => undefined)];
    t.is(waiters(queue), 3);
    second.abort();
    for (const wait of puts) t.is(await t.throwsAsync(wait), reason);
    t.deepEqual([waiters(queue), queue.qsize()], [0, 1]);
    for (const call of [queue.get({ signal }), queue.put(1, { signal }), queue.join({ signal }), queue.getMany(1, { signal })]) {
      t.is(await t.throwsAsync(call as Promise<unknown>), reason, 'it was aborted before');
    }
    t.is(queue.getNowait(), 1);
  });

  test.serial('queue: AQ03 AQ04 an item that was handed to a wait which is then aborted goes to the next', async (t) => {
    const queue = new Queue<number>();
    const first = aborting(reason);
    const got = [queue.get(first), queue.get(), queue.get()] as const;
    // In one turn of the event loop: the waiters have their items, and do not know it yet.
    queue.putNowait(1);
    queue.putNowait(2);
    first.abort();
    t.is(await t.throwsAsync(got[0]), reason);
    t.deepEqual((await Promise.all([got[1], Promise.race([got[2], queue.put(3).then(() => got[2])])])).sort(), [1, 2]);
    t.is(await queue.get(), 3);
  });

  test.serial('queue: AQ06 an aborted put leaves its place, one that is aborted too late is in the queue', async (t) => {
    const queue = new Queue<string>(1);
    queue.putNowait('a');
    const [second, third] = [aborting(reason), aborting(reason)];
    const puts = [queue.put('b', second), queue.put('c', third)] as const;
    third.abort();
    t.is(await t.throwsAsync(puts[1]), reason);
    t.is(queue.getNowait(), 'a');
    second.abort();
    await puts[0];
    t.is(queue.getNowait(), 'b');
    t.true(queue.empty());
  });

  test.serial('queue: AQ07 timed-out waits leave nobody behind', async (t) => {
    const queue = new Queue<number>(1);
    await t.throwsAsync(queue.get({ timeout: 10 }), { instanceOf: Empty });
    t.throws(() => queue.getSync({ timeout: 10 }), { instanceOf: Empty });
    queue.putNowait(1);
    await t.throwsAsync(queue.put(2, { timeout: 10 }), { instanceOf: Full });
    t.throws(() => queue.putSync(2, { timeout: 10 }), { instanceOf: Full });
    t.is(waiters(queue), 0);
    t.is(queue.getNowait(), 1);
  });

  test.serial('queue: waits aborted at random while others put lose nothing', async (t) => {
    const queue = new Queue<number>(4);
    const count = 2000;
    const putting = threads().apply(async (there: Queue<number>, n: number) => {
      for (let i = 0; i < n; i++) await there.put(i);
    }, [queue, count]);
    const got: number[] = [];
    for (let round = 0; got.length < count; round++) {
      const aborts = range(4).map(() => aborting(reason));
      const gets = aborts.map((signal) => queue.get(signal).then((item) => void got.push(item), (error: unknown) => t.is(error, reason)));
      if (round % 3 > 0) await new Promise(setImmediate);
      aborts.forEach(({ abort }, index) => {
        if ((round + index) % 2 === 0) abort();
      });
      await new Promise(setImmediate);
      for (const { abort } of aborts) abort();
      await Promise.all(gets);
    }
    await putting;
    t.deepEqual(got.sort((a, b) => a - b), range(count));
    t.deepEqual([waiters(queue), queue.qsize()], [0, 0]);
  });
}
