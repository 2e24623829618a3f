/**
 * The contract of Queue, LifoQueue, PriorityQueue, SimpleQueue and JoinableQueue: what must hold between the threads or
 * processes of every backend, as one suite. Each backend's spec file calls `queueContract` with a function that makes a pool of
 * that backend; its workers are the other threads.
 *
 * The IDs are rows of CPython's own tests. Each has a test here, but for:
 *
 * | ID | where, or why not |
 * |---|---|
 * | Q10 | `maxsize` is fixed when a queue is made: the test is that it cannot be set |
 * | Q11 | there are no `_put` and `_get` to be overridden: what fails is an item that cannot travel |
 * | Q14 | differs on purpose: what has no order is equal, and equal items come in the order in which they were put |
 * | MQ03 | nothing is forked: the second half is put by another thread |
 * | MQ04 | there is a `qsize()` everywhere |
 * | MQ06 | nobody has to skip the item, because its error reaches whoever puts it |
 * | SQ08 | there is no put inside of a put: finalizers run between calls. The test puts from a getter of an item |
 * | AQ* | of asyncio; what cancelling a wait means is tested here by an `AbortSignal` |
 */

import type { TestFn } from 'ava';
import type { MakePool } from './pool.js';
import { queueCancelContract } from './queue-cancel.js';
import { queueLimitContract } from './queue-limit.js';
import { queueOrderContract } from './queue-order.js';
import { queueShutdownContract } from './queue-shutdown.js';
import { queueTravelContract } from './queue-travel.js';
import { queueTrafficContract } from './queue-traffic.js';

/** Declares all tests of the contract. */
export function queueContract(test: TestFn, makePool: MakePool): void {
  queueOrderContract(test, makePool);
  queueLimitContract(test, makePool);
  queueTrafficContract(test, makePool);
  queueShutdownContract(test, makePool);
  queueCancelContract(test, makePool);
  queueTravelContract(test, makePool);
}
