/** `Lock`, and what `RLock` has in common with it. */

import type { TestFn } from 'ava';
import { Event, Lock, RLock, RuntimeError, Semaphore } from '../../index.js';
import { collectGarbage } from '../fixtures/pool/garbage.js';
import { acquire, addOnes, FORMS, hold, keep, pass, release, throwInside } from '../fixtures/sync/tasks.js';
import { untilWaiting, waiters } from '../fixtures/sync/waiters.js';
import { crowd, everyone, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';

const KINDS = [['lock', Lock], ['rlock', RLock]] as const;

export function lockContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const [name, Kind] of KINDS) {
    test.serial(`${name}: L01 R02 release() of one that is not held is a RuntimeError, and leaves it usable`, async (t) => {
      const lock = new Kind();
      t.throws(() => lock.release(), { instanceOf: RuntimeError });
      lock.acquireSync().release();
      t.throws(() => lock.release(), { instanceOf: RuntimeError });
      for (const form of FORMS) t.true(await threads().apply(pass, [lock, form]));
    });

    test.serial(`${name}: L02 L10 a free one is acquired at once, again and again`, async (t) => {
      const lock = new Kind();
      for (const form of FORMS) {
        const took = await timed(async () => {
          for (let i = 0; i < 100; i++) t.true(await pass(lock, form, { timeout: 5000 }));
        });
        t.true(took < 2500, `${took}`);
      }
      for (let i = 0; i < 100; i++) {
        lock.acquireSync();
        t.true(lock.locked());
        lock.release();
        t.false(lock.locked());
      }
    });

    test.serial(`${name}: L04 acquireNowait() of one that another thread holds is false at once`, async (t) => {
      const lock = new Kind();
      const [held, letGo] = [new Semaphore(0), new Event()];
      const holder = threads().apply(hold, [lock, 'Sync', held, letGo]);
      await held.acquire();
      t.false(lock.acquireNowait());
      t.false(await lock.acquire({ timeout: 0 }));
      t.false(lock.acquireSync({ timeout: 0 }));
      letGo.set();
      await holder;
      t.truthy(lock.acquireNowait());
    });

    for (const form of FORMS) {
      test.serial(`${name}: L05 all five that wait get it after one release (${form})`, async (t) => {
        const lock = new Kind();
        const guard = lock.acquireSync();
        let finished = 0;
        const tasks = everyone(() => threads().apply(pass, [lock, form]).then((done) => (finished++, done)));
        await untilWaiting(lock, 5);
        t.is(finished, 0);
        guard.release();
        t.deepEqual(await Promise.all(tasks), [true, true, true, true, true]);
        t.is(waiters(lock), 0);
        t.false(lock.locked());
      });

      test.serial(`${name}: L11 a timed-out acquire leaves no ghost waiter (${form})`, async (t) => {
        const lock = new Kind();
        const [held, letGo] = [new Semaphore(0), new Event()];
        const holder = threads().apply(hold, [lock, 'Sync', held, letGo]);
        await held.acquire();
        const took = await timed(async () => t.false(await acquire(lock, form, { timeout: 50 })));
        t.true(isAbout(took, 50), `${took}`);
        t.is(waiters(lock), 0);
        t.true(lock.locked());
        letGo.set();
        await holder;
        t.false(lock.locked());
        const guard = lock.acquireNowait();
        t.truthy(guard);
      });

      test.serial(`${name}: two threads and a promise exclude each other (${form})`, async (t) => {
        const lock = new Kind();
        const numbers = new Int32Array(new SharedArrayBuffer(4));
        const tasks = [1, 2].map(() => threads().apply(addOnes, [lock, numbers, 2000, form]));
        await addOnes(lock, numbers, 500, 'await');
        await Promise.all(tasks);
        t.is(numbers[0], 4500);
      });
    }

    test.serial(`${name}: L07 L08 a timeout is a number of milliseconds >= 0`, async (t) => {
      const lock = new Kind();
      for (const timeout of [-100, -1, Number.NaN]) {
        t.throws(() => lock.acquireSync({ timeout }), { instanceOf: RangeError }, `${timeout}`);
        await t.throwsAsync(lock.acquire({ timeout }), { instanceOf: RangeError }, `${timeout}`);
      }
      t.throws(() => lock.acquireSync({ timeout: '1' as never }), { instanceOf: TypeError });
      await t.throwsAsync(lock.acquire({ timeout: '1' as never }), { instanceOf: TypeError });
      t.false(lock.locked());
      for (const timeout of [1e100, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER]) {
        (lock.acquireSync({ timeout }) || t.fail())?.release();
        const guard = await lock.acquire({ timeout });
        t.true(guard !== false && guard.release() === undefined);
      }
    });

    test.serial(`${name}: L13 R03 another thread cannot release it, and its owner still owns it`, async (t) => {
      const lock = new Kind();
      lock.acquireSync();
      t.is(await threads().apply(release, [lock]), 'RuntimeError');
      t.true(lock.locked());
      lock.release();
      t.false(lock.locked());
    });

    test.serial(`${name}: L14 an error inside a using block passes through and frees it`, async (t) => {
      const lock = new Kind();
      t.is(throwInside(lock), 'TypeError: inside');
      t.is(await threads().apply(throwInside, [lock]), 'TypeError: inside');
      t.true(await threads().apply(pass, [lock, 'Sync']));
      await t.throwsAsync(lock.withLock(() => Promise.reject(new TypeError('inside'))), { instanceOf: TypeError });
      t.throws(() => lock.withLockSync(() => { throw new TypeError('inside'); }), { instanceOf: TypeError });
      t.is(await lock.withLock(async () => lock.locked()), true);
      t.is(lock.withLockSync(() => lock.locked()), true);
      t.false(lock.locked());
    });

    test.serial(`${name}: L16 its text says whether it is locked`, (t) => {
      const lock = new Kind();
      t.is(String(lock), `[${Kind.name} unlocked]`);
      const guard = lock.acquireSync();
      t.is(String(lock), `[${Kind.name} locked]`);
      guard.release();
      lock.close();
      t.is(String(lock), `[${Kind.name} closed]`);
    });

    test.serial(`${name}: L17 threads that use it leave nothing behind`, async (t) => {
      const lock = new Kind();
      for (let i = 0; i < 3; i++) await Promise.all(everyone(() => threads().apply(pass, [lock, 'await'])));
      t.is(String(lock), `[${Kind.name} unlocked]`);
    });

    test.serial(`${name}: a guard is released once, by itself or by the lock`, async (t) => {
      const lock = new Kind();
      const guard = await lock.acquire();
      t.false(guard.abandoned);
      guard.release();
      t.throws(() => guard.release(), { instanceOf: RuntimeError });
      const second = await lock.acquire();
      lock.release();
      t.throws(() => second.release(), { instanceOf: RuntimeError });
      const third = lock.acquireSync();
      // Disposing of what has been left must not end the stay that has begun since.
      guard[Symbol.dispose]();
      second[Symbol.dispose]();
      await second[Symbol.asyncDispose]();
      t.true(lock.locked());
      await third[Symbol.asyncDispose]();
      t.false(lock.locked());
    });

    test.serial(`${name}: AK04 AK05 an aborted wait passes the lock on, even in the moment of its grant`, async (t) => {
      const lock = new Kind();
      const reason = new Error('enough');
      const [held, letGo] = [new Semaphore(0), new Event()];
      for (const inTheMoment of [false, true]) {
        letGo.clear();
        const holder = threads().apply(hold, [lock, 'Sync', held, letGo]);
        await held.acquire();
        const control = new AbortController();
        const aborted = lock.acquire({ signal: control.signal });
        const patient = [lock.acquire(), lock.acquire()] as const;
        if (inTheMoment) {
          letGo.set();
          while (waiters(lock) === 3); // then the first promise has got it, which has not heard of it
        }
        control.abort(reason);
        letGo.set();
        t.is(await t.throwsAsync(aborted), reason);
        (await patient[0]).release();
        (await patient[1]).release();
        await holder;
        t.is(String(lock), `[${Kind.name} unlocked]`);
      }
    });

    test.serial(`${name}: an aborted signal rejects at once and takes nothing`, async (t) => {
      const lock = new Kind();
      const reason = new Error('no');
      t.is(await t.throwsAsync(lock.acquire({ signal: AbortSignal.abort(reason) })), reason);
      t.false(lock.locked());
    });

    test.serial(`${name}: a hundred timeouts and aborts that race with releases lose no wake-up`, async (t) => {
      const lock = new Kind();
      const numbers = new Int32Array(new SharedArrayBuffer(4));
      const busy = [1, 2].map(() => threads().apply(addOnes, [lock, numbers, 3000, 'Sync']));
      for (let i = 0; i < 100; i++) {
        const control = new AbortController();
        const waits = [lock.acquire({ timeout: i % 3 }), lock.acquire({ signal: control.signal }).catch(() => false as const)];
        setImmediate(() => control.abort());
        for (const wait of waits) {
          const guard = await wait;
          if (guard !== false) guard.release();
        }
      }
      await Promise.all(busy);
      t.is(numbers[0], 6000);
      t.is(String(lock), `[${Kind.name} unlocked]`);
    });

    test.serial(`${name}: nobody starves while two threads take it again and again`, async (t) => {
      const lock = new Kind();
      const numbers = new Int32Array(new SharedArrayBuffer(4));
      const greedy = [1, 2].map(() => threads().apply(addOnes, [lock, numbers, 300_000, 'Sync']));
      for (let i = 0; i < 20; i++) {
        await pass(lock, 'await');
        await threads().apply(pass, [lock, 'Sync']);
      }
      const seen = numbers[0] as number;
      await Promise.all(greedy);
      t.is(numbers[0], 600_000);
      t.true(seen < 600_000, 'they got it while the others were at it');
    });
  }

  test.serial('lock: AK01 promises get it in the order in which they asked, and nobody overtakes them', async (t) => {
    const lock = new Lock();
    const first = lock.acquireSync();
    const order: number[] = [];
    const waits = [1, 2, 3].map(async (n) => {
      using _guard = await lock.acquire();
      order.push(n);
    });
    await untilWaiting(lock, 3);
    first.release();
    t.false(lock.acquireNowait(), 'it belongs to the first already');
    t.throws(() => lock.release(), { instanceOf: RuntimeError }, 'this stay is over');
    await Promise.all(waits);
    t.deepEqual(order, [1, 2, 3]);
  });

  test.serial('lock: a thread that would wait for itself for ever is told so', async (t) => {
    const lock = new Lock();
    const guard = lock.acquireSync();
    t.throws(() => lock.acquireSync(), { instanceOf: RuntimeError });
    t.false(lock.acquireSync({ timeout: 20 }));
    const second = lock.acquire();
    t.false(lock.acquireNowait());
    guard.release();
    t.throws(() => lock.acquireSync(), { instanceOf: RuntimeError }, 'a promise of this thread has got it');
    (await second).release();
    t.false(lock.locked());
  });

  test.serial('lock: what a task keeps is not released when the task ends', async (t) => {
    const lock = new Lock();
    const own = makePool(1);
    t.true(await own.apply(keep, [lock, 'Sync']));
    // Nor when nothing is left of it there.
    await own.broadcast(collectGarbage);
    t.true(lock.locked());
    t.false(await lock.acquire({ timeout: 10 }));
    t.is(await own.apply(release, [lock]), undefined);
    t.false(lock.locked());
    await own.terminate();
  });
}
