/**
 * The contract of Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition, Barrier and RwLock: what must hold between the
 * threads or processes of every backend, as one suite. Each backend's spec file calls `syncContract` with a function that makes a
 * pool of that backend; its workers are the other threads.
 *
 * The IDs are rows of CPython's own tests. Each has a test here, but for:
 *
 * | ID | where, or why not |
 * |---|---|
 * | L08 | there is no largest timeout: any number of milliseconds >= 0 is one, also `Infinity` |
 * | L13 | differs on purpose: only the thread that acquired a lock may release it |
 * | R05 | `depth` is what this thread has entered |
 * | S05 | there is no way to ask for a wait and no wait at once |
 * | C11 | promises of the main thread and threads of the pool take the places of processes and threads |
 * | BA12, AN*, AK*, AS*, AE* | are about cancelled waits: those of asyncio, here by an `AbortSignal` |
 */

import type { TestFn } from 'ava';
import { barrierContract } from './sync-barrier.js';
import { conditionContract } from './sync-condition.js';
import { eventContract } from './sync-event.js';
import { lockContract } from './sync-lock.js';
import type { MakePool } from './pool.js';
import { rlockContract } from './sync-rlock.js';
import { rwLockContract } from './sync-rw-lock.js';
import { semaphoreContract } from './sync-semaphore.js';
import { travelContract } from './sync-travel.js';

/** Declares all tests of the contract. */
export function syncContract(test: TestFn, makePool: MakePool): void {
  lockContract(test, makePool);
  rlockContract(test, makePool);
  semaphoreContract(test, makePool);
  eventContract(test, makePool);
  conditionContract(test, makePool);
  barrierContract(test, makePool);
  rwLockContract(test, makePool);
  travelContract(test, makePool);
}
