/**
 * Worker pools for functions that run as JavaScript. A call has a pool to itself, so that calls never wait for each other and
 * each keeps to its number of threads; when it has ended the pool waits for the next call, and ends when none comes.
 *
 * A waiting pool is idle, and its timer does not count: neither keeps the process alive. Its workers hold nothing of the
 * calls before but what functions have left in global variables and modules.
 */

import { Pool } from '../multiprocessing/pool.js';

/** Milliseconds that a pool waits for the next call. */
const PATIENCE = 5000;

/** Pools between two calls, the last one that was in use at the end. */
const spare: { readonly pool: Pool; readonly timer: NodeJS.Timeout }[] = [];

/**
 * A pool with workers for `jobs` jobs, at most `threads`, for the caller alone. It has to be given to `giveBack`, or terminated.
 *
 * @throws what the system says when a worker cannot be started.
 */
export function takePool(jobs: number, threads: number): Pool {
  const wanted = Math.min(jobs, threads);
  for (let found = spare.pop(); found !== undefined; found = spare.pop()) {
    const { pool, timer } = found;
    clearTimeout(timer);
    try {
      // More workers than jobs do no harm, and the next call may have use for them.
      pool.resize(Math.min(Math.max(pool.size, wanted), threads));
      return pool;
    } catch {
      // Its workers died while it waited, and no others can be started.
      void pool.terminate();
    }
  }
  return new Pool(wanted, { name: 'jit-fallback' });
}

/** Keeps a pool whose work has ended for the next call. */
export function giveBack(pool: Pool): void {
  const timer = setTimeout(() => {
    spare.splice(spare.findIndex((one) => one.pool === pool), 1);
    void pool.terminate();
  }, PATIENCE);
  timer.unref();
  spare.push({ pool, timer });
}
