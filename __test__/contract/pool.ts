/**
 * The contract of `Pool`: what every backend must do, as one suite of tests. Each backend's spec file calls `poolContract`
 * with a function that makes a pool of that backend.
 *
 * The IDs are rows of CPython's own tests, "Pool" (PO) and "AsyncResult" (AR). Each has a test here, but for:
 *
 * | ID | where, or why not |
 * |---|---|
 * | PO01 | keyword arguments become an object as last argument, as JavaScript passes them |
 * | PO17 | nothing like `__enter__` exists; the test is that a terminated pool refuses work and can be disposed of again |
 * | PO28 | `pool-errors.spec.ts`: making a worker fail to start depends on the backend |
 * | PO29 | `pool-exit.spec.ts`: it needs a process of its own |
 * | PO35 | callbacks run in the thread that submitted, which in Python is a helper thread |
 */

import type { TestFn } from 'ava';
import type { Pool } from '../../index.js';
import { asyncResultContract } from './async-result.js';
import { poolCallsContract } from './pool-calls.js';
import { poolErrorsContract } from './pool-errors.js';
import { poolImapContract } from './pool-imap.js';
import { poolLifecycleContract } from './pool-lifecycle.js';

export type PoolOptions = NonNullable<ConstructorParameters<typeof Pool>[1]>;

/** Makes a pool of the backend under test. */
export type MakePool = (processes?: number, options?: PoolOptions) => Pool;

/** Declares all tests of the contract. */
export function poolContract(test: TestFn, makePool: MakePool): void {
  poolCallsContract(test, makePool);
  poolErrorsContract(test, makePool);
  poolImapContract(test, makePool);
  poolLifecycleContract(test, makePool);
  asyncResultContract(test, makePool);
}

/** A pool of two workers for many tests, which must leave it usable; made when first asked for. */
export function sharedPool(test: TestFn, makePool: MakePool): () => Pool {
  let pool: Pool | undefined;
  test.after.always(() => pool?.terminate());
  return () => (pool ??= makePool(2));
}
