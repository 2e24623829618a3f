/** `{ fallback: 'js' }`: a function outside of the subset runs as JavaScript in workers, over the same shared arrays. */

import { BrokenPoolError, TimeoutError } from '../errors.js';
import { type AsyncResult, attach, fail, fulfil } from '../multiprocessing/async-result.js';
import { giveBack, takePool } from './spare-pools.js';

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

/** The leaves `from..to` of a reduction, in a worker. */
function folds(
  fn: (a: unknown, b: unknown) => unknown,
  array: ArrayLike<unknown>,
  identity: unknown,
  leaf: number,
  from: number,
  to: number,
): unknown[] {
  const found: unknown[] = [];
  for (let number = from; number < to; number++) {
    const end = Math.min((number + 1) * leaf, array.length);
    let acc = identity;
    for (let i = number * leaf; i < end; i++) acc = fn(acc, array[i]);
    found.push(acc);
  }
  return found;
}

/** Bounds of about four chunks for each thread. */
function bounds(n: number, threads: number): [number, number][] {
  const size = Math.max(1, Math.ceil(n / (threads * 4)));
  const found: [number, number][] = [];
  for (let from = 0; from < n; from += size) found.push([from, Math.min(from + size, n)]);
  return found;
}

/** A loop over shared arrays in workers. `finish` is called before the result is settled, or when it was. */
export function loopInWorkers(
  result: AsyncResult<unknown>,
  fn: Function,
  values: readonly unknown[],
  n: number,
  threads: number,
  finish: (isDone: boolean) => void,
): void {
  const jobs = bounds(n, threads).map(([from, to]) => [fn, values, from, to] as const);
  runInWorkers(result, chunk as (...args: unknown[]) => unknown, jobs, threads, finish);
}

/** An elementwise map over shared arrays in workers. */
export function mapInWorkers(
  result: AsyncResult<unknown>,
  fn: Function,
  inputs: readonly unknown[],
  output: ArrayLike<unknown>,
  threads: number,
  finish: (isDone: boolean) => void,
): void {
  const jobs = bounds(output.length, threads).map(([from, to]) => [fn, inputs, output, from, to] as const);
  runInWorkers(result, part as (...args: unknown[]) => unknown, jobs, threads, finish, () => output);
}

/** One value for each `leaf` elements of a shared array, in workers; `join` makes the result of them. */
export function foldInWorkers(
  result: AsyncResult<unknown>,
  fn: Function,
  array: ArrayLike<unknown>,
  { leaf, identity, threads }: { leaf: number; identity: unknown; threads: number },
  finish: (isDone: boolean) => void,
  join: (leaves: unknown[]) => unknown,
): void {
  const leaves = Math.ceil(array.length / leaf);
  const jobs = bounds(leaves, threads).map(([from, to]) => [fn, array, identity, leaf, from, to] as const);
  const value = (parts: unknown[]): unknown => join((parts as unknown[][]).flat());
  runInWorkers(result, folds as (...args: unknown[]) => unknown, jobs, threads, finish, value);
}

function runInWorkers(
  result: AsyncResult<unknown>,
  work: (...args: unknown[]) => unknown,
  jobs: readonly (readonly unknown[])[],
  threads: number,
  finish: (isDone: boolean) => void,
  value: (parts: unknown[]) => unknown = () => undefined,
): void {
  if (jobs.length === 0) {
    finish(true);
    fulfil(result, value([]));
    return;
  }
  const pool = takePool(jobs.length, threads);
  const mapped = pool.starmap(work, jobs, { chunksize: 1 });
  attach(result, {
    abandon: (reason) => {
      // Its workers are at work that nobody waits for.
      if (fail(result, reason)) void pool.terminate();
    },
  });
  mapped.then(
    (parts) => {
      finish(true);
      if (!result.ready()) giveBack(pool);
      try {
        fulfil(result, value(parts));
      } catch (error) {
        fail(result, error);
      }
    },
    (error: unknown) => {
      finish(false);
      // Of a pool that was terminated above, the result is settled.
      if (!fail(result, error)) return;
      if (error instanceof BrokenPoolError) void pool.terminate();
      else giveBack(pool);
    },
  );
}

/** The end of the time that a blocking call was given, for work that looks at it itself. */
export class Deadline {
  readonly #timeout: number | undefined;
  readonly #end: number;

  constructor(timeout: number | undefined) {
    this.#timeout = timeout;
    this.#end = performance.now() + (timeout ?? Number.POSITIVE_INFINITY);
  }

  /** @throws {TimeoutError} when it has passed. */
  check(): void {
    if (this.#timeout !== undefined && performance.now() > this.#end) {
      throw new TimeoutError(`The kernel did not end within ${this.#timeout} ms`);
    }
  }
}
