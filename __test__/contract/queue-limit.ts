/** Limits: of items, of bytes, of time. */

import type { TestFn } from 'ava';
import { Empty, Full, Queue, SimpleQueue } from '../../index.js';
import { FORMS, get, put } from '../fixtures/queue/tasks.js';
import { untilWaiting } from '../fixtures/sync/waiters.js';
import { crowd, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';
import { LIMITED_MAKERS, MAKERS } from './queue-kinds.js';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

export function queueLimitContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const [name, make] of LIMITED_MAKERS) {
    for (const form of FORMS) {
      test.serial(`${name}: Q02 MQ01 a full queue refuses, at once or when the time is over (${form})`, async (t) => {
        const queue = make(5);
        for (const item of range(5)) await put(queue, item, form);
        t.true(queue.full());
        t.throws(() => queue.putNowait(6), { instanceOf: Full, code: 'ERR_POLYCORE_FULL' });
        const took = await timed(() => t.throwsAsync(put(queue, 6, form, { timeout: 50 }), { instanceOf: Full }));
        t.true(isAbout(took, 50), `${took}`);
        await t.throwsAsync(put(queue, 6, form, { timeout: 0 }), { instanceOf: Full });
        t.deepEqual([queue.qsize(), queue.full()], [5, true]);
      });

      test.serial(`${name}: Q04 put() on a full queue waits until another thread gets an item (${form})`, async (t) => {
        for (const options of [undefined, { timeout: 10_000 }]) {
          const queue = make(1);
          queue.putNowait(1);
          const other = threads().apply(put<number>, [queue, 2, form, options]);
          await untilWaiting(queue, 1);
          t.is(queue.getNowait(), 1);
          await other;
          t.is(queue.getNowait(), 2);
        }
      });

      test.serial(`${name}: Q05 get() on an empty queue waits until another thread puts an item (${form})`, async (t) => {
        for (const options of [undefined, { timeout: 10_000 }]) {
          const queue = make();
          const other = threads().apply(get<number>, [queue, form, options]);
          await untilWaiting(queue, 1);
          queue.putNowait(7);
          t.is(await other, 7);
        }
      });

      test.serial(`${name}: Q02 an empty queue has nothing, at once or when the time is over (${form})`, async (t) => {
        const queue = make(5);
        t.throws(() => queue.getNowait(), { instanceOf: Empty, code: 'ERR_POLYCORE_EMPTY' });
        const took = await timed(() => t.throwsAsync(get(queue, form, { timeout: 50 }), { instanceOf: Empty }));
        t.true(isAbout(took, 50), `${took}`);
        await t.throwsAsync(get(queue, form, { timeout: 0 }), { instanceOf: Empty });
      });

      test.serial(`${name}: Q02 an empty queue has nothing for another thread either (${form})`, async (t) => {
        const queue = make();
        await t.throwsAsync(threads().apply(get<number>, [queue, form, { timeout: 20 }]), { instanceOf: Empty });
        t.is(String(queue), `[${name} items: 0]`, 'nobody waits any more');
      });
    }

    test.serial(`${name}: Q07 as many fit as its limit says, and as many come out`, (t) => {
      for (const maxsize of [1, 2, 3, 7, 100]) {
        const queue = make(maxsize);
        for (const item of range(maxsize)) queue.putNowait(item);
        t.throws(() => queue.putNowait(-1), { instanceOf: Full });
        t.is(queue.qsize(), maxsize);
        for (const _ of range(maxsize)) queue.getNowait();
        t.throws(() => queue.getNowait(), { instanceOf: Empty });
      }
    });

    test.serial(`${name}: Q10 its limit is fixed`, (t) => {
      const queue = make(3);
      queue.putManySync([1, 2, 3]);
      t.throws(() => Object.assign(queue, { maxsize: 2 }), { instanceOf: TypeError });
      t.deepEqual([queue.maxsize, queue.qsize()], [3, 3]);
      t.throws(() => queue.putNowait(4), { instanceOf: Full });
    });

    test.serial(`${name}: Q13 0 and less are no limit`, (t) => {
      for (const maxsize of [0, -1]) {
        const queue = make(maxsize);
        queue.putManySync(range(3000));
        t.deepEqual([queue.full(), queue.qsize(), queue.maxsize], [false, 3000, 0]);
      }
    });

    test.serial(`${name}: MQ01 all forms of put fill it, and a limit beyond the ring holds, too`, async (t) => {
      const queue = make(6);
      queue.putSync(1);
      queue.putSync(2, { timeout: 100 });
      queue.putNowait(3);
      await queue.put(4);
      await queue.putMany([5]);
      queue.putManySync([6]);
      t.true(queue.full());
      const many = make(70_000);
      many.putManySync(range(70_000));
      t.throws(() => many.putNowait(1), { instanceOf: Full });
      t.is(many.qsize(), 70_000);
    });

    test.serial(`${name}: wrong limits and times are refused`, async (t) => {
      for (const maxsize of [0.5, Number.NaN, Infinity]) t.throws(() => make(maxsize), { instanceOf: RangeError }, `${maxsize}`);
      t.throws(() => make('1' as never), { instanceOf: TypeError });
      for (const options of [5, null, 'bytes']) t.throws(() => make(0, options as never), { message: /^Expected `options` to be an object/ });
      // Python's `shutdown(True)`.
      for (const options of [true, null]) t.throws(() => make().shutdown(options as never), { message: /^Expected `options` to be an object/ });
      t.throws(() => make().shutdown({ immediate: 1 as never }), { instanceOf: TypeError, message: /^Expected `immediate` to be a boolean/ });
      for (const maxBytes of [0, -1, 0.5]) t.throws(() => make(0, { maxBytes }), { instanceOf: RangeError }, `${maxBytes}`);
      const queue = make();
      queue.putNowait(1);
      for (const timeout of [-1, Number.NaN]) {
        t.throws(() => queue.getSync({ timeout }), { instanceOf: RangeError }, 'SQ02');
        await t.throwsAsync(queue.get({ timeout }), { instanceOf: RangeError });
        t.throws(() => queue.putSync(1, { timeout }), { instanceOf: RangeError });
        await t.throwsAsync(queue.put(1, { timeout }), { instanceOf: RangeError });
        await t.throwsAsync(queue.join({ timeout }), { instanceOf: RangeError });
      }
      await t.throwsAsync(queue.get({ timeout: '1' as never }), { instanceOf: TypeError });
      for (const most of [0, -1, Number.NaN]) t.throws(() => queue.getManySync(most), { instanceOf: RangeError });
      t.throws(() => queue.putManySync(5 as never), { instanceOf: TypeError });
      t.is(queue.qsize(), 1);
    });

    if (name === 'PriorityQueue') continue;
    test.serial(`${name}: maxBytes makes put() wait, however few items there are`, async (t) => {
      const queue = make(0, { maxBytes: 100_000 }) as Queue as Queue<Uint8Array>;
      const bytes = (length: number): Uint8Array => new Uint8Array(length);
      queue.putNowait(bytes(40_000));
      queue.putNowait(bytes(40_000));
      t.throws(() => queue.putNowait(bytes(40_000)), { instanceOf: Full });
      queue.putNowait(bytes(1000));
      const waiting = threads().apply((there: Queue<Uint8Array>) => there.putSync(new Uint8Array(90_000)), [queue]);
      await untilWaiting(queue, 1);
      t.is(queue.qsize(), 3);
      for (let i = 0; i < 3; i++) queue.getNowait();
      await waiting;
      t.is(queue.getNowait().length, 90_000);
      // A single item may be larger; nothing fits beside it, not even something small.
      queue.putNowait(bytes(500_000));
      t.true(queue.full());
      t.throws(() => queue.putNowait(bytes(0)), { instanceOf: Full });
      t.is(queue.getNowait().length, 500_000);
      t.deepEqual([queue.empty(), queue.full()], [true, false]);
    });
  }

  test.serial('queue: maxBytes counts large Buffers, which are lent, and small values', (t) => {
    const queue = new Queue<unknown>(0, { maxBytes: 1 << 20 });
    queue.putNowait(Buffer.alloc(600_000));
    t.throws(() => queue.putNowait(Buffer.alloc(600_000)), { instanceOf: Full });
    queue.getNowait();
    const small = new Queue<unknown>(0, { maxBytes: 80 });
    for (let i = 0; i < 10; i++) small.putNowait(i % 2 === 0 ? i : i + 0.5);
    t.throws(() => small.putNowait(1), { instanceOf: Full });
  });

  test.serial('queue: putMany() on a full queue waits, and says how far it came when the time is over', async (t) => {
    const queue = new Queue<number>(10);
    const error = t.throws(() => queue.putManySync(range(25), { timeout: 20 }), { instanceOf: Full });
    t.is((error as Full & { index?: number }).index, 10);
    t.deepEqual(queue.getManySync(), range(10));
    const rest = queue.putMany(range(3000));
    const got: number[] = [];
    while (got.length < 3000) got.push(...(await queue.getMany()));
    await rest;
    t.deepEqual(got, range(3000));
    const late = await t.throwsAsync(queue.putMany(range(25), { timeout: 20 }), { instanceOf: Full });
    t.is((late as Full & { index?: number }).index, 10);
    t.is(queue.qsize(), 10);
  });

  test.serial('queue: getMany() waits for the first item only', async (t) => {
    const queue = new SimpleQueue<number>();
    const waiting = queue.getMany(5);
    queue.putManySync([1, 2, 3]);
    t.deepEqual(await waiting, [1, 2, 3]);
    queue.putManySync(range(5000));
    t.is((await queue.getMany()).length, 1024);
    t.is(queue.getManySync(10_000).length, 5000 - 1024);
    await t.throwsAsync(queue.getMany(3, { timeout: 10 }), { instanceOf: Empty });
    t.throws(() => queue.getManySync(3, { timeout: 10 }), { instanceOf: Empty });
  });

  test.serial('queue: MQ07 with one place, an item that cannot travel gives it back', async (t) => {
    const queue = new Queue<unknown>(1);
    t.throws(() => queue.putNowait(new WeakMap()));
    await t.throwsAsync(queue.put(new WeakMap()));
    queue.putSync(true);
    t.is(queue.qsize(), 1);
    t.is(queue.getNowait(), true);
    t.true(queue.empty());
  });

  for (const [name, make] of MAKERS) {
    test.serial(`${name}: MQ04 qsize() follows`, (t) => {
      const queue = make();
      const sizes = [queue.qsize()];
      queue.putNowait(1);
      sizes.push(queue.qsize());
      queue.putNowait(2);
      sizes.push(queue.qsize());
      queue.getNowait();
      sizes.push(queue.qsize());
      queue.getNowait();
      sizes.push(queue.qsize());
      t.deepEqual(sizes, [0, 1, 2, 1, 0]);
    });
  }
}
