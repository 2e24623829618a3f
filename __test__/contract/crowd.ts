/** A pool whose workers are the other threads of a test: five, as in most of CPython's tests. */

import type { TestFn } from 'ava';
import type { Pool } from '../../index.js';
import type { MakePool } from './pool.js';

/** Threads of the crowd. */
export const CROWD = 5;

/** The crowd, made when first asked for and used by all tests of a file. Tests must leave it idle. */
export function crowd(test: TestFn, makePool: MakePool): () => Pool {
  let pool: Pool | undefined;
  test.after.always(() => pool?.terminate());
  return () => (pool ??= makePool(CROWD));
}

/** Calls `task` for each thread of the crowd. */
export function everyone<R>(task: (index: number) => R): R[] {
  return Array.from({ length: CROWD }, (_, index) => task(index));
}

/** Milliseconds that `work` took. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A timeout of `T` took at least 0.6 T and less than 10 T. */
export function isAbout(milliseconds: number, timeout: number): boolean {
  return milliseconds >= timeout * 0.6 && milliseconds < timeout * 10;
}
