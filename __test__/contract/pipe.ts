/**
 * The contract of Pipe, Connection and `wait`: what must hold between the threads or processes of every backend, as one suite.
 * Each backend's spec file calls `pipeContract` with a function that makes a pool of that backend; its workers are the others.
 *
 * The IDs are rows of CPython's own tests. Each has a test here, but for:
 *
 * | ID | where, or why not |
 * |---|---|
 * | PI04 | `poll(-1)` is a negative timeout, which is a RangeError everywhere |
 * | PI15 PI16 PI18 | of listeners, which connect programs |
 * | PI19 | four threads take the places of processes |
 * | PI21 | an event takes the place of a process's sentinel |
 * | PI22 | as PI04: a negative timeout is a RangeError, 0 is `[]` at once |
 */

import type { TestFn } from 'ava';
import { pipeBytesContract } from './pipe-bytes.js';
import { pipeEndsContract } from './pipe-ends.js';
import { pipeMessagesContract } from './pipe-messages.js';
import type { MakePool } from './pool.js';
import { waitContract } from './wait.js';

/** Declares all tests of the contract. */
export function pipeContract(test: TestFn, makePool: MakePool): void {
  pipeMessagesContract(test, makePool);
  pipeBytesContract(test, makePool);
  pipeEndsContract(test, makePool);
  waitContract(test, makePool);
}
