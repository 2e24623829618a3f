/** `{ fallback: 'js' }`: a function outside of the subset runs as JavaScript in workers, over the same shared arrays. */

import { type AsyncResult, attach, fail, fulfil } from '../multiprocessing/async-result.js';
import { Pool } from '../multiprocessing/pool.js';

/** Iterations `from..to` of a loop, in a worker. */
function chunk(fn: (i: number, ...args: unknown[]) => unknown, values: readonly unknown[], from: number, to: number): void {
  for (let i = from; i < to; i++) fn(i, ...values);
}

/** Results of `from..to` of a map, in a worker. */
function part(
  fn: (...args: unknown[]) => unknown,
  inputs: readonly (readonly unknown[])[],
  output: { [index: number]: unknown },
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) output[i] = fn(...inputs.map((input) => input[i]));
}

/** Bounds of about four chunks for each thread. */
function bounds(n: number, threads: number): [number, number][] {
  const size = Math.max(1, Math.ceil(n / (threads * 4)));
  const found: [number, number][] = [];
  for (let from = 0; from < n; from += size) found.push([from, Math.min(from + size, n)]);
  return found;
}

/** A loop over shared arrays in workers. `finish` is called before the result is settled. */
export function loopInWorkers(
  result: AsyncResult<unknown>,
  fn: Function,
  values: readonly unknown[],
  n: number,
  threads: number,
  finish: () => void,
): void {
  const jobs = bounds(n, threads).map(([from, to]) => [fn, values, from, to] as const);
  runInWorkers(result, chunk as (...args: unknown[]) => unknown, jobs, threads, finish);
}

/** An elementwise map over shared arrays in workers. */
export function mapInWorkers(
  result: AsyncResult<unknown>,
  fn: Function,
  inputs: readonly ArrayLike<unknown>[],
  output: ArrayLike<unknown>,
  threads: number,
): void {
  const jobs = bounds(output.length, threads).map(([from, to]) => [fn, inputs, output, from, to] as const);
  runInWorkers(result, part as (...args: unknown[]) => unknown, jobs, threads, () => undefined, output);
}

function runInWorkers(
  result: AsyncResult<unknown>,
  work: (...args: unknown[]) => unknown,
  jobs: readonly (readonly unknown[])[],
  threads: number,
  finish: () => void,
  value?: unknown,
): void {
  const pool = new Pool(threads, { name: 'jit-fallback' });
  const mapped = pool.starmap(work, jobs, { chunksize: 1 });
  attach(result, {
    abandon: (reason) => {
      if (fail(result, reason)) mapped.cancel();
    },
  });
  const end = (settle: () => void): void => {
    settle();
    void pool.terminate();
  };
  mapped.then(
    () => {
      finish();
      end(() => fulfil(result, value));
    },
    (error: unknown) => end(() => fail(result, error)),
  );
}
