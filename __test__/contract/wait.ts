/** `wait` for several things at once. */

import type { TestFn } from 'ava';
import { type Connection, EOFError, Event, LifoQueue, OSError, Pipe, PriorityQueue, Queue, StaleHandleError, wait, waitSync } from '../../index.js';
import { sendNumbers } from '../fixtures/pipe/tasks.js';
import { FORMS, type Form } from '../fixtures/queue/tasks.js';
import { untilWaiting, waiters } from '../fixtures/sync/waiters.js';
import { crowd, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';

type Waitable = Parameters<typeof wait>[0] extends Iterable<infer T> ? T : never;

async function waitBy<T extends Waitable>(form: Form, objects: readonly T[], options: { timeout?: number } = {}): Promise<T[]> {
  return form === 'await' ? await wait(objects, options) : waitSync(objects, options);
}

export function waitContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const form of FORMS) {
    test.serial(`wait: PI19 four writers, each read to its end (${form})`, async (t) => {
      const pipes = Array.from({ length: 4 }, () => Pipe<number>(false));
      const sent = pipes.map(([, writer], index) => threads().apply(sendNumbers, [writer, index * 100, 10]));
      for (const [, writer] of pipes) writer.close();
      let readers = pipes.map(([reader]) => reader);
      const received: number[] = [];
      while (readers.length > 0) {
        for (const reader of await waitBy(form, readers)) {
          try {
            received.push(reader.recvNowait());
          } catch (error) {
            t.true(error instanceof EOFError);
            readers = readers.filter((other) => other !== reader);
          }
        }
      }
      await Promise.all(sent);
      t.deepEqual(received.sort((a, b) => a - b), [0, 1, 2, 3].flatMap((n) => Array.from({ length: 10 }, (_, i) => n * 100 + i)));
    });

    test.serial(`wait: PI21 those that are ready, in their order, and nothing is taken (${form})`, async (t) => {
      const [here, there] = Pipe<string>();
      const [queue, event] = [new Queue<number>(), new Event()];
      const objects = [here, queue, event] as const;
      t.deepEqual(await waitBy(form, objects, { timeout: 0 }), []);
      event.set();
      t.deepEqual(await waitBy(form, objects), [event]);
      there.sendNowait('x');
      t.deepEqual(await waitBy(form, objects), [here, event]);
      queue.putNowait(1);
      t.deepEqual(await waitBy(form, objects), [here, queue, event]);
      event.clear();
      t.deepEqual([here.recvNowait(), queue.getNowait()], ['x', 1]);
      t.deepEqual(await waitBy(form, objects, { timeout: 0 }), []);
      there.close();
      t.deepEqual(await waitBy(form, objects), [here], 'the other end is closed');
      queue.shutdown();
      t.deepEqual(await waitBy(form, objects), [here, queue], 'nothing will come');
    });

    test.serial(`wait: PI22 after its timeout it is empty, and nobody waits any more (${form})`, async (t) => {
      const [here, there] = Pipe();
      const queue = new Queue<number>();
      const took = await timed(async () => t.deepEqual(await waitBy(form, [here, queue], { timeout: 50 }), []));
      t.true(isAbout(took, 50), `${took}`);
      t.is(waiters(queue), 0);
      t.deepEqual(await waitBy(form, [], { timeout: 10 }), []);
      await t.throwsAsync(waitBy(form, [here], { timeout: -1 }), { instanceOf: RangeError });
      await t.throwsAsync(waitBy(form, [here, 5 as never]), { instanceOf: TypeError, message: /objects\[1\]/ });
      // Kept until here: the collector would close it, and that makes the other end ready.
      there.close();
    });

    test.serial(`wait: another thread makes one ready (${form})`, async (t) => {
      for (const Kind of [Queue, LifoQueue, PriorityQueue]) {
        const [one, two] = [new Kind<number>(), new Kind<number>()];
        const event = new Event();
        const [here, there] = Pipe<number>();
        const put = threads().apply((queue: Queue<number>) => queue.putSync(1), [two as Queue<number>]);
        t.deepEqual(await waitBy(form, [one, two, event, here]), [two]);
        await put;
        two.getNowait();
        const set = threads().apply((which: Event) => which.set(), [event]);
        t.deepEqual(await waitBy(form, [one, two, event, here]), [event]);
        await set;
        event.clear();
        const sent = threads().apply((end: Connection<number>) => end.sendSync(1), [there]);
        t.deepEqual(await waitBy(form, [one, two, event, here]), [here]);
        await sent;
        t.deepEqual([waiters(one), waiters(two), waiters(event)], [0, 0, 0]);
      }
    });

    test.serial(`wait: one that somebody else empties first is waited for again (${form})`, async (t) => {
      const queue = new Queue<number>();
      const waiting = threads().apply(async (there: Queue<number>, by: 'await') => {
        const { wait: later, waitSync: now } = (await import('../../index.js')) as { wait: typeof wait; waitSync: typeof waitSync };
        const ready = by === 'await' ? await later([there]) : now([there]);
        return ready.length === 1 ? there.getNowait() : -1;
      }, [queue, form as 'await']);
      await untilWaiting(queue, 1);
      const taker = queue.get();
      queue.putNowait(1);
      t.is(await Promise.race([taker, waiting]), 1);
      queue.putNowait(2);
      t.deepEqual((await Promise.all([taker, waiting])).sort(), [1, 2]);
    });
  }

  test.serial('wait: of no objects none is ready; what is no list of objects is refused', async (t) => {
    for (const form of FORMS) t.deepEqual(await waitBy(form, []), []);
    for (const objects of [5, null, undefined, new Event()]) {
      await t.throwsAsync(wait(objects as never), { instanceOf: TypeError, message: /^Expected `objects` to be iterable/ });
      t.throws(() => waitSync(objects as never), { instanceOf: TypeError });
    }
    t.throws(() => waitSync([new Event(), 5] as never), { instanceOf: TypeError, message: /^Expected `objects\[1\]`/ });
  });

  test.serial('wait: an aborted one rejects with the reason, and closed objects are errors', async (t) => {
    const reason = new Error('enough');
    const queue = new Queue<number>();
    const [here, there] = Pipe<number>();
    const controller = new AbortController();
    const waiting = wait([queue, here], controller);
    t.is(waiters(queue), 1);
    controller.abort(reason);
    t.is(await t.throwsAsync(waiting), reason);
    t.is(waiters(queue), 0);
    t.is(await t.throwsAsync(wait([queue], controller)), reason);
    const closing = wait([queue, here]);
    queue.close();
    await t.throwsAsync(closing, { instanceOf: StaleHandleError });
    t.throws(() => waitSync([queue]), { instanceOf: StaleHandleError });
    here.close();
    await t.throwsAsync(wait([here]), { instanceOf: OSError });
    t.deepEqual(await wait([there]), [there], 'its other end is closed');
  });
}
