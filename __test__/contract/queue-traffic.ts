/** Many threads at once: every item arrives once, and each producer's in order. */

import type { TestFn } from 'ava';
import { Empty, Queue, SimpleQueue } from '../../index.js';
import {
  FORMS,
  getAll,
  getHastily,
  getSome,
  join,
  pollAll,
  produce,
  putAll,
  reportEmpty,
  work,
} from '../fixtures/queue/tasks.js';
import { untilWaiting } from '../fixtures/sync/waiters.js';
import { crowd, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';
import { MAKERS } from './queue-kinds.js';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Whether each producer's items are in order. */
function isInOrder(items: readonly [number, number][]): boolean {
  const last = new Map<number, number>();
  return items.every(([producer, number]) => {
    const before = last.get(producer) ?? -1;
    last.set(producer, number);
    return number > before;
  });
}

export function queueTrafficContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const form of FORMS) {
    test.serial(`queue: SQ03 one producer and one consumer keep the order (${form})`, async (t) => {
      const queue = new SimpleQueue<number>();
      const got = threads().apply(getSome<number>, [queue, 100, form]);
      await threads().apply(putAll<number>, [queue, range(100), form]);
      t.deepEqual(await got, range(100));
    });

    test.serial(`queue: MQ03 what two threads put one after the other comes in that order (${form})`, async (t) => {
      const queue = new Queue<number>();
      await putAll(queue, range(10), form);
      await threads().apply(putAll<number>, [queue, range(10).map((n) => n + 10), form]);
      t.deepEqual(await getSome(queue, 20, form), range(20));
      t.throws(() => queue.getNowait(), { instanceOf: Empty });
    });

    test.serial(`queue: SQ06 waits that are over at once lose nothing (${form})`, async (t) => {
      const queue = new SimpleQueue<number>();
      const got = [0, 1].map(() => threads().apply(getHastily<number>, [queue, form]));
      await Promise.all([0, 1].map((half) => threads().apply(putAll<number>, [queue, range(500).map((n) => n * 2 + half), form])));
      queue.shutdown();
      t.deepEqual((await Promise.all(got)).flat().sort((a, b) => a - b), range(1000));
    });

    test.serial(`queue: JQ01 join() ends when every item is done (${form})`, async (t) => {
      const queue = new Queue<number>();
      const workers = range(4).map(() => threads().apply(work, [queue, form]));
      await putAll(queue, range(10), form);
      t.true(await join(queue, form));
      queue.putNowait(1);
      t.true(await join(queue, form));
      queue.shutdown();
      t.is((await Promise.all(workers)).reduce((sum, n) => sum + n), 46);
    });

    test.serial(`queue: join() waits as long as something is not done (${form})`, async (t) => {
      const queue = new Queue<number>();
      t.true(await join(queue, form), 'nothing was put');
      queue.putManySync([1, 2]);
      const took = await timed(async () => t.false(await join(queue, form, { timeout: 50 })));
      t.true(isAbout(took, 50), `${took}`);
      queue.getManySync();
      t.false(await join(queue, form, { timeout: 0 }));
      const waiting = threads().apply(join, [queue, form]);
      await untilWaiting(queue, 1);
      queue.taskDone();
      t.false(await join(queue, form, { timeout: 0 }));
      queue.taskDone();
      t.true(await waiting);
    });
  }

  for (const [name, make] of MAKERS) {
    test.serial(`${name}: Q08 JQ02 taskDone() too often is an error`, (t) => {
      const queue = make();
      t.throws(() => queue.taskDone(), { instanceOf: RangeError });
      queue.putNowait(1);
      queue.getNowait();
      queue.taskDone();
      t.throws(() => queue.taskDone(), { instanceOf: RangeError, message: /too many times/ });
    });

    test.serial(`${name}: SQ05 consumers that only ask get every item once`, async (t) => {
      const queue = make();
      const got = [0, 1].map(() => threads().apply(pollAll<number>, [queue]));
      await Promise.all([0, 1].map((half) => threads().apply(putAll<number>, [queue, range(500).map((n) => n * 2 + half), 'Sync'])));
      queue.shutdown();
      t.deepEqual((await Promise.all(got)).flat().sort((a, b) => a - b), range(1000));
    });
  }

  for (const [what, make] of [
    ['an unbounded queue', () => new Queue<[number, number]>()],
    ['a queue of 1', () => new Queue<[number, number]>(1)],
    ['a queue of 3', () => new Queue<[number, number]>(3)],
    ['a queue with a limit of bytes', () => new Queue<[number, number]>(0, { maxBytes: 100 })],
  ] as const) {
    test.serial(`queue: four producers and four consumers, ${what}: each producer's items in order, nothing lost or doubled`, async (t) => {
      const pool = makePool(8);
      t.teardown(() => pool.terminate());
      const queue = make();
      const count = 600;
      const got = range(4).map((i) => pool.apply(getAll<[number, number]>, [queue, FORMS[i % 2] as 'await']));
      await Promise.all(range(4).map((producer) => pool.apply(produce, [queue, producer, count])));
      queue.shutdown();
      const lists = await Promise.all(got);
      for (const list of lists) t.true(isInOrder(list));
      const all = new Set(lists.flat().map(([producer, number]) => producer * count + number));
      t.deepEqual([all.size, lists.flat().length], [4 * count, 4 * count]);
    });
  }

  test.serial('queue: MS01 another thread sees what is in it', async (t) => {
    const queue = new SimpleQueue<boolean>();
    t.true(queue.empty());
    await threads().apply(reportEmpty, [queue]);
    t.deepEqual([queue.getSync(), queue.getSync(), queue.empty()], [true, false, true]);
  });

  test.serial('queue: MQ10 it can be used while a module is imported', async (t) => {
    const { item } = (await import('../fixtures/queue/at-import.js')) as { item: string };
    t.is(item, 'put at import time');
    const load = async (): Promise<string> => ((await import('../fixtures/queue/at-import.js')) as { item: string }).item;
    t.is(await threads().apply(load), 'put at import time');
  });

  test.serial('queue: for await reads until it is shut down and empty, and leaves the rest when it is left', async (t) => {
    const queue = new Queue<number>();
    const reader = threads().apply(async (there: Queue<number>) => {
      const items: number[] = [];
      for await (const item of there) items.push(item);
      return items;
    }, [queue]);
    await queue.putMany(range(20));
    queue.shutdown();
    t.deepEqual(await reader, range(20));
    const other = new Queue<number>();
    other.putManySync(range(5));
    for await (const item of other) if (item === 2) break;
    t.deepEqual(other.getManySync(), [3, 4]);
    for await (const _ of queue) t.fail('it is empty and shut down');
  });

  test.serial('queue: ten thousand pending gets are served in order', async (t) => {
    const queue = new Queue<number>();
    const gets = range(10_000).map(() => queue.get());
    await threads().apply((there: Queue<number>) => {
      for (let i = 0; i < 10_000; i++) there.putNowait(i);
    }, [queue]);
    t.deepEqual(await Promise.all(gets), range(10_000));
  });

  test.serial('queue: ten thousand pending puts are served in order', async (t) => {
    const queue = new Queue<number>(1);
    const puts = range(10_000).map((n) => queue.put(n));
    const got = await threads().apply(getSome<number>, [queue, 10_000, 'Sync']);
    await Promise.all(puts);
    t.deepEqual(got, range(10_000));
  });
}
