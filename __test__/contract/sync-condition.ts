/** `Condition`. */

import type { TestFn } from 'ava';
import { Condition, Event, Lock, RLock, RuntimeError, Semaphore } from '../../index.js';
import { acquire, FORMS, notify, release, wait, waitForNumber, waitOnce } from '../fixtures/sync/tasks.js';
import { untilWaiting, waiters } from '../fixtures/sync/waiters.js';
import { until } from '../fixtures/pool/until.js';
import { crowd, everyone, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';

const LOCKS = [['RLock', RLock], ['Lock', Lock]] as const;

export function conditionContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  test.serial('condition: C02 AN01 notify() and wait() without the lock are a RuntimeError', async (t) => {
    const condition = new Condition();
    const expected = { instanceOf: RuntimeError };
    t.throws(() => condition.notify(), expected);
    t.throws(() => condition.notifyAll(), expected);
    t.throws(() => condition.waitSync(), expected);
    await t.throwsAsync(condition.wait(), expected);
    t.throws(() => condition.release(), expected);
    condition.acquireSync();
    t.is(await threads().apply(release, [condition]), 'RuntimeError', 'another thread has not got it');
    condition.release();
  });

  test.serial('condition: C03 its own lock is re-entrant', (t) => {
    const condition = new Condition();
    condition.acquireSync();
    condition.acquireSync();
    condition.release();
    t.true(condition.lock.locked());
    condition.release();
    t.false(condition.lock.locked());
  });

  test.serial('condition: the lock may be given, and is checked', (t) => {
    const lock = new Lock();
    const [one, other] = [new Condition(lock), new Condition(lock)];
    t.is(one.lock, lock);
    const guard = one.acquireSync();
    t.false(other.acquireNowait());
    guard.release();
    t.throws(() => new Condition({} as never), { instanceOf: TypeError });
    const closed = new Lock();
    closed.close();
    t.throws(() => new Condition(closed), { code: 'ERR_POLYCORE_STALE_HANDLE' });
  });

  for (const [lockName, LockKind] of LOCKS) {
    for (const form of FORMS) {
      test.serial(`condition: C05 notify(3) wakes exactly three of five, and not before the lock is free (${lockName}, ${form})`, async (t) => {
        const [condition, woken] = [new Condition(new LockKind()), new Semaphore(0)];
        const tasks = everyone(() => threads().apply(waitOnce, [condition, form, woken]));
        await untilWaiting(condition, 5);
        const guard = condition.acquireSync();
        condition.notify(3);
        t.is(waiters(condition), 2);
        t.is(waiters(condition.lock), 3);
        t.is(woken.value, 0);
        guard.release();
        await until(() => woken.value === 3, 'three are awake');
        t.is(waiters(condition), 2);
        condition.withLockSync(() => condition.notifyAll());
        t.deepEqual(await Promise.all(tasks), everyone(() => true));
        t.is(woken.value, 5);
        t.false(condition.lock.locked());
      });

      test.serial(`condition: C14 a wait that is not notified is false after its timeout, and owns the lock (${lockName}, ${form})`, async (t) => {
        const condition = new Condition(new LockKind());
        const guard = await condition.acquire();
        const took = await timed(async () => t.false(await wait(condition, form, { timeout: 50 })));
        t.true(isAbout(took, 50), `${took}`);
        t.true(condition.lock.locked());
        t.is(waiters(condition), 0);
        guard.release();
        t.false(condition.lock.locked());
      });
    }
  }

  for (const form of FORMS) {
    test.serial(`condition: C06 no waiter is lost and none woken twice (${form})`, async (t) => {
      const [condition, woken] = [new Condition(), new Semaphore(0)];
      const twice = everyone(() => threads().apply(waitTwiceFor, [condition, form, woken]));
      await untilWaiting(condition, 5);
      condition.withLockSync(() => condition.notify(2));
      await until(() => woken.value === 2, 'two have gone on to their second wait');
      await untilWaiting(condition, 5);
      condition.withLockSync(() => condition.notify(5));
      await until(() => woken.value === 7, 'the other three have gone on, the two are through');
      await untilWaiting(condition, 3);
      condition.withLockSync(() => condition.notifyAll());
      t.deepEqual(await Promise.all(twice), everyone(() => [true, true]));
      t.is(woken.value, 10);
    });

    test.serial(`condition: C08 waitFor() goes on when its predicate holds, and not before (${form})`, async (t) => {
      const condition = new Condition();
      const numbers = new Int32Array(new SharedArrayBuffer(4));
      let done = false;
      const task = threads().apply(waitForNumber, [condition, numbers, 4, form]).then((value) => {
        done = true;
        return value;
      });
      for (let n = 1; n <= 4; n++) {
        await untilWaiting(condition, 1);
        t.false(done);
        condition.withLockSync(() => {
          Atomics.store(numbers, 0, n);
          condition.notify();
        });
      }
      t.true(await task);
    });

    test.serial(`condition: C09 the timeout of waitFor() is one for all its waits (${form})`, async (t) => {
      const condition = new Condition();
      const numbers = new Int32Array(new SharedArrayBuffer(4));
      let done = false;
      const took = await timed(async () => {
        const task = threads().apply(waitForNumber, [condition, numbers, 1, form, { timeout: 150 }]);
        void task.then(() => (done = true));
        while (!done) {
          await condition.withLock(() => condition.notify());
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        t.false(await task);
      });
      t.true(isAbout(took, 150), `${took}`);
    });

    test.serial(`condition: C12 six that time out leave nothing behind: six others are all notified (${form})`, async (t) => {
      const [condition, woken] = [new Condition(), new Semaphore(0)];
      const late = everyone(() => threads().apply(waitOnce, [condition, form, woken, { timeout: 30 }]));
      const mine = condition.withLock(() => condition.wait({ timeout: 30 }));
      t.deepEqual(await Promise.all([...late, mine]), [...everyone(() => false), false]);
      t.is(waiters(condition), 0);
      const tasks = [...everyone(() => threads().apply(waitOnce, [condition, form, woken])), condition.withLock(() => condition.wait())];
      await untilWaiting(condition, 6);
      condition.withLockSync(() => condition.notifyAll());
      t.deepEqual(await Promise.all(tasks), [...everyone(() => true), true]);
    });
  }

  test.serial('condition: C11 notify(n) counts threads and promises alike', async (t) => {
    const [condition, woken] = [new Condition(new Lock()), new Semaphore(0)];
    const threadsWait = [1, 2, 3].map(() => threads().apply(waitOnce, [condition, 'Sync', woken]));
    await untilWaiting(condition, 3);
    const promises = [1, 2, 3].map(() => waitOnce(condition, 'await', woken));
    await untilWaiting(condition, 6);
    let expected = 0;
    for (const n of [2, 4, 3]) {
      await threads().apply(notify, [condition, n, 'Sync']);
      expected = Math.min(6, expected + n);
      await until(() => woken.value === expected, `${expected} are awake`);
      t.is(waiters(condition), 6 - expected);
    }
    t.deepEqual(await Promise.all([...threadsWait, ...promises]), [true, true, true, true, true, true]);
  });

  test.serial('condition: promises of one thread may wait for it at once, also with an RLock', async (t) => {
    for (const condition of [new Condition(), new Condition(new Lock())]) {
      const waits = [1, 2, 3].map(() => condition.withLock(() => condition.wait()));
      await untilWaiting(condition, 3);
      await threads().apply(notify, [condition, 3, 'Sync']);
      t.deepEqual(await Promise.all(waits), [true, true, true]);
      t.false(condition.lock.locked());
    }
  });

  test.serial('condition: C15 AN04 waitFor() needs the lock only if it has to wait', async (t) => {
    const condition = new Condition();
    t.true(await condition.waitFor(() => true));
    t.is(condition.waitForSync(() => 7), 7);
    await t.throwsAsync(condition.waitFor(() => false), { instanceOf: RuntimeError });
    t.throws(() => condition.waitForSync(() => false), { instanceOf: RuntimeError });
    condition.acquireSync();
    t.is(await condition.waitFor(async () => 'later'), 'later');
    t.is(await condition.waitFor(() => 0, { timeout: 0 }), 0);
    condition.release();
  });

  test.serial('condition: a wait releases every entry of an RLock and gives them back', async (t) => {
    const lock = new RLock();
    const condition = new Condition(lock);
    for (const form of FORMS) {
      for (let i = 0; i < 3; i++) lock.acquireSync();
      const notifier = threads().apply(notifyWhenWaited, [condition]);
      t.true(await wait(condition, form));
      t.is(lock.depth, 3);
      for (let i = 0; i < 3; i++) lock.release();
      t.false(lock.locked());
      await notifier;
    }
  });

  test.serial('condition: AN02 AN05 an aborted wait rejects with the reason and with the lock held again', async (t) => {
    const condition = new Condition(new Lock());
    const reason = new Error('enough');
    const control = new AbortController();
    const guard = await condition.acquire();
    const wait = condition.wait({ signal: control.signal });
    await untilWaiting(condition, 1);
    const [held, letGo] = [new Event(), new Event()];
    const holder = threads().apply(holdBetween, [condition.lock, held, letGo]);
    await held.wait();
    control.abort(reason);
    await untilWaiting(condition.lock, 1);
    letGo.set();
    t.is(await t.throwsAsync(wait), reason);
    t.true(condition.lock.locked());
    guard.release();
    await holder;
    t.false(condition.lock.locked());
  });

  test.serial('condition: a notification that meets an aborted wait goes to another one', async (t) => {
    const condition = new Condition(new Lock());
    const control = new AbortController();
    const waits = [{ signal: control.signal }, {}].map((options) => condition.withLock(() => condition.wait(options)));
    await untilWaiting(condition, 2);
    condition.withLockSync(() => {
      condition.notify();
      t.is(waiters(condition), 1);
      control.abort(new Error('too late'));
    });
    await t.throwsAsync(waits[0] as Promise<boolean>, { message: 'too late' });
    t.true(await waits[1]);
    t.false(condition.lock.locked());
  });

  test.serial('condition: notify(n) takes an integer >= 0; its text names the lock', (t) => {
    const condition = new Condition();
    condition.acquireSync();
    for (const n of [-1, 0.5, Number.NaN]) t.throws(() => condition.notify(n), { instanceOf: RangeError }, `${n}`);
    condition.notify(0);
    t.is(String(condition), '[Condition of [RLock locked]]');
    condition.release();
  });
}

/** Waits twice for the condition. */
export async function waitTwiceFor(condition: Condition, form: 'await' | 'Sync', woken: Semaphore): Promise<[boolean, boolean]> {
  return [await waitOnce(condition, form, woken), await waitOnce(condition, form, woken)];
}

/** Notifies as soon as somebody waits. */
export async function notifyWhenWaited(condition: Condition): Promise<void> {
  await untilWaiting(condition, 1);
  condition.withLockSync(() => condition.notify());
}

/** Holds the lock between two events. */
export async function holdBetween(lock: Lock | RLock, held: Event, letGo: Event): Promise<void> {
  const guard = await acquire(lock, 'Sync');
  held.set();
  letGo.waitSync();
  if (guard !== false) guard.release();
}
