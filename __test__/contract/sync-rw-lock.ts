/** `RwLock`. */

import type { TestFn } from 'ava';
import { Event, RuntimeError, RwLock, Semaphore } from '../../index.js';
import { collectGarbage } from '../fixtures/pool/garbage.js';
import { FORMS, readBoth, readUntil, write } from '../fixtures/sync/tasks.js';
import { untilWaiting, waiters } from '../fixtures/sync/waiters.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';

export function rwLockContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const form of FORMS) {
    test.serial(`rwlock: readers are inside together (${form})`, async (t) => {
      const lock = new RwLock();
      const [inside, letGo] = [new Semaphore(0), new Event()];
      const readers = [1, 2, 3].map(() => threads().apply(readUntil, [lock, form, inside, letGo]));
      for (let i = 0; i < 3; i++) await inside.acquire();
      t.is(lock.readers, 3);
      t.false(lock.writing);
      t.is(String(lock), '[RwLock readers=3]');
      t.false(lock.acquireWriteNowait());
      t.truthy(lock.acquireReadNowait());
      lock.releaseRead();
      letGo.set();
      t.true((await Promise.all(readers)).every((count) => count >= 1));
      t.is(lock.readers, 0);
    });

    test.serial(`rwlock: a writer is inside alone, so nothing is torn (${form})`, async (t) => {
      const lock = new RwLock();
      const numbers = new Int32Array(new SharedArrayBuffer(8));
      const writers = [1, 2].map(() => threads().apply(write, [lock, numbers, 500, form]));
      const readers = [1, 2, 3].map(() => threads().apply(readBoth, [lock, numbers, 500, form]));
      const mine = readBoth(lock, numbers, 200, 'await');
      t.deepEqual(await Promise.all([...readers, mine]), [0, 0, 0, 0]);
      await Promise.all(writers);
      t.is(numbers[0], 1000);
      t.is(String(lock), '[RwLock readers=0]');
    });

    test.serial(`rwlock: a reader does not overtake a writer that waits (${form})`, async (t) => {
      const lock = new RwLock();
      const [inside, letGo] = [new Semaphore(0), new Event()];
      const numbers = new Int32Array(new SharedArrayBuffer(8));
      const first = threads().apply(readUntil, [lock, form, inside, letGo]);
      await inside.acquire();
      const writer = threads().apply(write, [lock, numbers, 1, form]);
      await untilWaiting(lock, 1);
      const late = threads().apply(readUntil, [lock, form, inside, letGo]);
      await untilWaiting(lock, 2);
      t.false(lock.acquireReadNowait());
      t.is(inside.value, 0);
      letGo.set();
      await Promise.all([first, writer, late]);
      t.is(numbers[0], 1);
      t.is(String(lock), '[RwLock readers=0]');
    });
  }

  test.serial('rwlock: a writer that gives up lets the readers behind it pass', async (t) => {
    const lock = new RwLock();
    const first = lock.acquireReadSync();
    const control = new AbortController();
    const writers = [lock.acquireWrite({ timeout: 30 }), lock.acquireWrite({ signal: control.signal })] as const;
    const reader = lock.acquireRead();
    await untilWaiting(lock, 3);
    t.false(await writers[0]);
    t.is(waiters(lock), 2);
    control.abort(new Error('enough'));
    await t.throwsAsync(writers[1], { message: 'enough' });
    (await reader).release();
    first.release();
    t.is(String(lock), '[RwLock readers=0]');
  });

  test.serial('rwlock: waiting readers go in together when the writer leaves', async (t) => {
    const lock = new RwLock();
    const writer = await lock.acquireWrite();
    t.true(lock.writing);
    t.is(String(lock), '[RwLock writing]');
    const readers = [lock.acquireRead(), lock.acquireRead()];
    const second = lock.acquireWrite();
    writer.release();
    const guards = await Promise.all(readers);
    t.is(lock.readers, 2);
    for (const guard of guards) guard.release();
    (await second).release();
    t.is(String(lock), '[RwLock readers=0]');
  });

  test.serial('rwlock: it is left only by who is inside, once', async (t) => {
    const lock = new RwLock();
    t.throws(() => lock.releaseRead(), { instanceOf: RuntimeError });
    t.throws(() => lock.releaseWrite(), { instanceOf: RuntimeError });
    const guard = lock.acquireWriteSync();
    t.throws(() => lock.releaseRead(), { instanceOf: RuntimeError });
    const refused = await threads().apply((other: RwLock) => {
      try {
        other.releaseWrite();
        return '';
      } catch (error) {
        return (error as Error).name;
      }
    }, [lock]);
    t.is(refused, 'RuntimeError');
    guard.release();
    t.throws(() => guard.release(), { instanceOf: RuntimeError });
    t.is(await lock.withReadLock(() => lock.readers), 1);
    t.is(lock.withReadLockSync(() => lock.readers), 1);
    t.true(await lock.withWriteLock(() => lock.writing));
    t.true(lock.withWriteLockSync(() => lock.writing));
    t.is(String(lock), '[RwLock readers=0]');
  });

  test.serial('rwlock: a thread that would wait for itself for ever is told so', (t) => {
    const lock = new RwLock();
    const reader = lock.acquireReadSync();
    t.throws(() => lock.acquireWriteSync(), { instanceOf: RuntimeError });
    t.false(lock.acquireWriteSync({ timeout: 10 }));
    reader.release();
    const writer = lock.acquireWriteSync();
    t.throws(() => lock.acquireReadSync(), { instanceOf: RuntimeError });
    t.throws(() => lock.acquireWriteSync(), { instanceOf: RuntimeError });
    writer.release();
  });

  test.serial('rwlock: an aborted wait gives back what it was granted in the same moment', async (t) => {
    const lock = new RwLock();
    const control = new AbortController();
    const { signal } = control;
    const writer = lock.acquireWriteSync();
    const waits = [lock.acquireRead({ signal }), lock.acquireWrite({ signal })];
    writer.release();
    control.abort(new Error('enough'));
    for (const wait of waits) await t.throwsAsync(wait, { message: 'enough' });
    (await lock.acquireWrite()).release();
    t.is(String(lock), '[RwLock readers=0]');
  });

  test.serial('rwlock: what a task keeps is not released when the task ends', async (t) => {
    const lock = new RwLock();
    const own = makePool(1);
    const kept = [
      [(held: RwLock) => Boolean(held.acquireReadNowait()), (held: RwLock) => held.releaseRead(), '[RwLock readers=1]'],
      [(held: RwLock) => Boolean(held.acquireWriteNowait()), (held: RwLock) => held.releaseWrite(), '[RwLock writing]'],
    ] as const;
    for (const [enter, leave, state] of kept) {
      t.true(await own.apply(enter, [lock]));
      await own.broadcast(collectGarbage);
      t.is(String(lock), state);
      await own.apply(leave, [lock]);
      t.is(String(lock), '[RwLock readers=0]');
    }
    await own.terminate();
  });
}
