/** In which order items come out, and what may be put. */

import type { TestFn } from 'ava';
import { JoinableQueue, LifoQueue, PicklingError, PriorityQueue, Queue, SimpleQueue } from '../../index.js';
import { drainRanked, FORMS, get, put } from '../fixtures/queue/tasks.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';
import { MAKERS } from './queue-kinds.js';

const ORDERS: Readonly<Record<string, number[]>> = {
  Queue: [111, 333, 222],
  SimpleQueue: [111, 333, 222],
  LifoQueue: [222, 333, 111],
  PriorityQueue: [111, 222, 333],
};

export function queueOrderContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const [name, make] of MAKERS) {
    for (const form of FORMS) {
      test.serial(`${name}: Q01 items come out in its order (${form})`, async (t) => {
        const queue = make();
        for (const item of [111, 333, 222]) await put(queue, item, form);
        t.deepEqual([queue.qsize(), queue.empty()], [3, false]);
        for (const item of ORDERS[name] as number[]) t.is(await get(queue, form), item);
        t.deepEqual([queue.qsize(), queue.empty()], [0, true]);
      });
    }

    test.serial(`${name}: Q01 so do many at once, and those put by another thread`, async (t) => {
      const queue = make();
      queue.putManySync([111, 333, 222]);
      t.deepEqual(queue.getManySync(), ORDERS[name]);
      await queue.putMany(new Set([111, 333, 222]));
      t.deepEqual(await queue.getMany(2), (ORDERS[name] as number[]).slice(0, 2));
      t.deepEqual(await queue.getMany(2), (ORDERS[name] as number[]).slice(2));
      await threads().apply((there: Queue<number>) => there.putManySync([111, 333, 222]), [queue]);
      t.deepEqual(queue.getManySync(), ORDERS[name]);
    });

    test.serial(`${name}: Q11 MQ06 PI27 an item that cannot travel is refused and leaves the queue as it was`, async (t) => {
      const queue = make() as Queue;
      const bad = [1, new WeakMap()];
      queue.putNowait(1);
      for (let i = 0; i < 2; i++) {
        t.throws(() => queue.putNowait(bad), { instanceOf: PicklingError, message: /item\[1\]/ });
        t.throws(() => queue.putSync(bad, { timeout: 10 }), { instanceOf: PicklingError });
        await t.throwsAsync(queue.put(bad), { instanceOf: PicklingError });
      }
      t.is(queue.qsize(), 1);
      queue.putNowait(2);
      t.deepEqual(queue.getManySync().sort(), [1, 2]);
    });

    test.serial(`${name}: putMany() puts what comes before an item that cannot travel, and says how many that are`, async (t) => {
      const queue = make() as Queue;
      const error = t.throws(() => queue.putManySync([1, 2, [1, new WeakMap()], 3]), { instanceOf: PicklingError });
      t.is((error as Error & { index?: number }).index, 2);
      t.deepEqual(queue.getManySync().sort(), [1, 2]);
      const again = await t.throwsAsync(queue.putMany([5, [1, new WeakMap()]]), { instanceOf: PicklingError });
      t.is((again as Error & { index?: number }).index, 1);
      t.deepEqual(queue.getManySync(), [5]);
    });

    if (name === 'PriorityQueue') continue;
    test.serial(`${name}: all kinds of values travel as they are`, (t) => {
      const queue = make() as Queue;
      const values = [0, -0, 1, -1, 2 ** 29 - 1, 2 ** 29, -(2 ** 29), -(2 ** 29) - 1, 2 ** 31, 2 ** 53, 1.5, NaN, Infinity,
        undefined, null, true, false, '', 'text', 12n, 2n ** 80n, [1, , 2], { a: { b: [new Date(5)] } }, new Map([[1, new Set([2])]]),
        new Uint8Array(3), Buffer.alloc(5000, 7), new Float64Array(5000).fill(1.5), 'long '.repeat(5000), /x/g, new RangeError('no')];
      for (const value of values) {
        queue.putNowait(value);
        t.deepEqual(queue.getNowait(), value);
      }
      queue.putManySync(values);
      const back = queue.getManySync();
      t.deepEqual(name === 'LifoQueue' ? back.reverse() : back, values);
      t.true(Object.is(back[1], -0));
    });
  }

  test.serial('queue: SQ08 a put in the middle of a put, 10,000 times, keeps the order', (t) => {
    const queue = new SimpleQueue<unknown>();
    for (let i = 0; i < 10_000; i++) {
      queue.putNowait({
        get value() {
          queue.putNowait(2 * i);
          return 2 * i + 1;
        },
      });
    }
    const items = Array.from({ length: 20_000 }, () => queue.getNowait());
    t.deepEqual(items.map((item) => (typeof item === 'number' ? item : (item as { value: number }).value)), items.map((_, i) => i));
  });

  test.serial('queue: Q14 equal priorities come in the order in which they were put, whatever follows', async (t) => {
    const queue = new PriorityQueue<unknown>();
    queue.putNowait([1, { b: 1 }]);
    queue.putNowait([1, { a: 2 }]);
    queue.putNowait([0, new Map()]);
    t.deepEqual(queue.getManySync(), [[0, new Map()], [1, { b: 1 }], [1, { a: 2 }]]);
    for (const item of [{}, null, undefined, true, Number.NaN, [{}]]) {
      t.throws(() => queue.putNowait(item), { instanceOf: TypeError });
      await t.throwsAsync(queue.put(item), { instanceOf: TypeError });
    }
    t.true(queue.empty());
  });

  test.serial('queue: long priorities, from several threads, come out sorted', async (t) => {
    const queue = new PriorityQueue<[string, number]>();
    const words = Array.from({ length: 200 }, (_, i) => 'prefix '.repeat(60) + String((i * 7919) % 200).padStart(3, '0'));
    const putWords = (there: PriorityQueue<[string, number]>, some: string[]): void => some.forEach((word, i) => there.putSync([word, i]));
    await Promise.all([0, 1].map((half) => threads().apply(putWords, [queue, words.slice(half * 100, half * 100 + 100)])));
    t.deepEqual(queue.getManySync().map(([word]) => word), [...words].sort());
    const numbers = new PriorityQueue<[number, string]>();
    numbers.putManySync([[2, 'b'], [1, 'z'], [2, 'a'], [-1, 'x']]);
    t.deepEqual(await threads().apply(drainRanked, [numbers]), [[-1, 'x'], [1, 'z'], [2, 'a'], [2, 'b']]);
  });

  test.serial('queue: JoinableQueue is Queue; the others are queues, too', (t) => {
    t.is(JoinableQueue, Queue);
    for (const Kind of [LifoQueue, PriorityQueue, SimpleQueue]) t.true(new Kind() instanceof Queue);
    class Own<T> extends Queue<T> {}
    const own = new Own<number>(1);
    own.putNowait(5);
    t.true(own.full());
    t.is(own.getNowait(), 5);
  });
}
