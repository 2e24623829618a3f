/** The end of queues: shut down for all, closed in one thread. */

import type { TestFn } from 'ava';
import { Queue, ShutDown, SimpleQueue, StaleHandleError } from '../../index.js';
import { endOf, FORMS, get, join, put } from '../fixtures/queue/tasks.js';
import { untilWaiting } from '../fixtures/sync/waiters.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';
import { LIMITED_MAKERS, MAKERS } from './queue-kinds.js';

export function queueShutdownContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const [name, make] of LIMITED_MAKERS) {
    for (const form of FORMS) {
      test.serial(`${name}: shutdown() refuses puts, and gets once it is empty (${form})`, async (t) => {
        const queue = make();
        queue.putManySync([1, 1]);
        queue.shutdown();
        await t.throwsAsync(put(queue, 2, form), { instanceOf: ShutDown, code: 'ERR_POLYCORE_SHUT_DOWN' });
        t.throws(() => queue.putNowait(2), { instanceOf: ShutDown });
        await t.throwsAsync(queue.putMany([2]), { instanceOf: ShutDown });
        t.is(await get(queue, form), 1);
        t.is(await get(queue, form, { timeout: 0 }), 1);
        await t.throwsAsync(get(queue, form), { instanceOf: ShutDown });
        await t.throwsAsync(get(queue, form, { timeout: 0 }), { instanceOf: ShutDown });
        t.throws(() => queue.getNowait(), { instanceOf: ShutDown });
        t.throws(() => queue.getManySync(), { instanceOf: ShutDown });
        t.false(await join(queue, form, { timeout: 0 }), 'what was put is still to be done');
        queue.taskDone();
        queue.taskDone();
        t.true(await join(queue, form));
        queue.shutdown();
      });

      test.serial(`${name}: shutdown() wakes everybody who waits in vain (${form})`, async (t) => {
        const empty = make();
        const getters = [1, 2].map(() => threads().apply(endOf, [empty as Queue, 'get', form]));
        const here = t.throwsAsync(empty.get(), { instanceOf: ShutDown });
        await untilWaiting(empty, 3);
        empty.shutdown();
        t.deepEqual(await Promise.all(getters), ['ShutDown', 'ShutDown']);
        await here;
        const full = make(1);
        full.putNowait(1);
        const putters = [1, 2].map(() => threads().apply(endOf, [full as Queue, 'put', form]));
        await untilWaiting(full, 2);
        full.shutdown();
        t.deepEqual(await Promise.all(putters), ['ShutDown', 'ShutDown']);
        t.deepEqual([full.getNowait(), full.empty()], [1, true]);
      });

      test.serial(`${name}: shutdown({ immediate }) drops what is there, and wakes those that wait until it is done (${form})`, async (t) => {
        const queue = make(2);
        queue.putManySync([1, 2]);
        const joiner = threads().apply(join, [queue as Queue, form]);
        const putter = threads().apply(endOf, [queue as Queue, 'put', form]);
        await untilWaiting(queue, 2);
        queue.shutdown({ immediate: true });
        t.true(await joiner);
        t.is(await putter, 'ShutDown');
        t.throws(() => queue.getNowait(), { instanceOf: ShutDown });
        t.deepEqual([queue.qsize(), queue.empty()], [0, true]);
        t.throws(() => queue.taskDone(), { instanceOf: RangeError });
      });
    }
  }

  for (const [name, make] of MAKERS) {
    test.serial(`${name}: MQ09 MS02 a queue that is closed in this thread is an error here, and only here`, async (t) => {
      const queue = make();
      queue.putNowait(1);
      const gate = new SimpleQueue<number>();
      const late = threads().apply((there: Queue<number>, when: Queue<number>) => {
        when.getSync();
        return there.getSync();
      }, [queue, gate]);
      queue.putNowait(2);
      queue.close();
      queue.close();
      const closed = { instanceOf: RangeError, message: new RegExp(`${name} is closed`) };
      for (const call of [
        () => queue.putNowait(1),
        () => queue.putSync(1),
        () => queue.putManySync([1]),
        () => queue.getNowait(),
        () => queue.getSync(),
        () => queue.getManySync(),
        () => queue.qsize(),
        () => queue.empty(),
        () => queue.full(),
        () => queue.taskDone(),
        () => queue.joinSync(),
        () => queue.shutdown(),
      ]) {
        t.true((t.throws(call, closed) as unknown) instanceof StaleHandleError, String(call));
      }
      for (const call of [queue.put(1), queue.get(), queue.putMany([1]), queue.getMany(), queue.join()]) await t.throwsAsync(call, closed);
      t.is(String(queue), `[${name} closed]`);
      gate.putNowait(0);
      t.true([1, 2].includes(await late), 'there it is open');
    });

    test.serial(`${name}: closing it rejects the waits of this thread, and not those of others`, async (t) => {
      const queue = make();
      const there = threads().apply(get<number>, [queue, 'Sync']);
      await untilWaiting(queue, 1);
      const here = t.throwsAsync(queue.get(), { instanceOf: StaleHandleError });
      const gate = new Queue<number>();
      const put = threads().apply((same: Queue<number>, when: Queue<number>) => {
        when.getSync();
        same.putSync(5);
      }, [queue, gate]);
      queue.close();
      await here;
      gate.putNowait(1);
      await put;
      t.is(await there, 5);
    });

    test.serial(`${name}: using closes it`, (t) => {
      const queue = make();
      queue[Symbol.dispose]();
      t.regex(String(queue), /closed\]$/);
    });
  }
}
