/** What `RLock` has that `Lock` has not. */

import type { TestFn } from 'ava';
import { Event, RLock, RuntimeError, Semaphore } from '../../index.js';
import { depthHere, hold, pass } from '../fixtures/sync/tasks.js';
import { untilWaiting } from '../fixtures/sync/waiters.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';

export function rlockContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  test.serial('rlock: R05 the depth is that of the thread that asks', async (t) => {
    const lock = new RLock();
    const [held, letGo] = [new Semaphore(0), new Event()];
    const holder = threads().apply(hold, [lock, 'Sync', held, letGo]);
    await held.acquire();
    t.is(lock.depth, 0);
    t.true(lock.locked());
    letGo.set();
    await holder;
    lock.acquireSync();
    await lock.acquire();
    t.is(lock.depth, 2);
    t.deepEqual(await threads().apply(depthHere, [lock]), [0, true]);
  });

  test.serial('rlock: R06 ML02 it is free when it has been released as often as acquired', async (t) => {
    const lock = new RLock();
    const guards = [lock.acquireSync(), await lock.acquire(), lock.acquireNowait()];
    t.is(lock.depth, 3);
    const waiting = threads().apply(pass, [lock, 'Sync']);
    await untilWaiting(lock, 1);
    for (const guard of guards.reverse()) {
      t.true(lock.locked());
      if (guard !== false) guard.release();
    }
    t.true(await waiting);
    t.is(lock.depth, 0);
    t.throws(() => lock.release(), { instanceOf: RuntimeError });
  });

  test.serial('rlock: entering again costs no wait, also while others wait', async (t) => {
    const lock = new RLock();
    lock.acquireSync();
    const waiting = threads().apply(pass, [lock, 'await']);
    await untilWaiting(lock, 1);
    lock.acquireSync();
    (await lock.acquire()).release();
    lock.release();
    lock.release();
    t.true(await waiting);
  });
}
