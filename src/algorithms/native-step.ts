/** Steps that are algorithms of the addon: see `crates/sched/src/algorithms`. */

import { isMainThread } from 'node:worker_threads';
import { CancelledError, RuntimeError, TimeoutError } from '../errors.js';
import type { TypedArray } from '../jit/elements.js';
import { runNatively, SharedValues } from '../jit/run.js';
import { AsyncResult } from '../multiprocessing/async-result.js';
import { type AlgorithmWay, binding } from '../native/binding.js';
import { type Step, type Steps, step } from './steps.js';

/** How an algorithm ended; see `crates/addon/src/background.rs`. */
const DONE = 0;
const CANCELLED = 1;
const NO_MEMORY = 2;

/** A slot that comes home never has this number. */
const NO_SLOT = -1;

/** What there is to say of an algorithm that has not come to its end. */
function errorOf(status: number): Error {
  if (status === CANCELLED) return new CancelledError('The algorithm was stopped');
  if (status === NO_MEMORY) return new RangeError('There is not enough memory for the algorithm');
  return new RuntimeError('The algorithm ended by an error of its own');
}

/**
 * Runs an algorithm of the addon as a step.
 *
 * @param arrays all memory it uses: kept until no thread is in it any more.
 * @param call gives it to the addon, and returns its status.
 * @param value what it gives, asked for as soon as it has ended.
 */
export function native<T = void>(
  arrays: readonly TypedArray[],
  call: (way: AlgorithmWay) => number,
  value: () => T = () => undefined as T,
): Steps<T> {
  return step(new NativeStep(arrays, call, value));
}

class NativeStep<T> implements Step<T> {
  readonly #arrays: readonly TypedArray[];
  readonly #call: (way: AlgorithmWay) => number;
  readonly #value: () => T;

  constructor(arrays: readonly TypedArray[], call: (way: AlgorithmWay) => number, value: () => T) {
    this.#arrays = arrays;
    this.#call = call;
    this.#value = value;
  }

  begin(threads: number): AsyncResult<T> {
    const result = new AsyncResult<T>();
    const shared = new SharedValues(this.#arrays);
    const start = (slot: number): number => this.#call({ threads, slot, takesPart: false, milliseconds: -1 });
    try {
      runNatively(result, shared, start, {
        outcome: (slot) => binding.algorithmOutcome(slot),
        cancel: (slot) => binding.algorithmCancel(slot),
        conclude: (status) => this.#conclude(status),
      });
    } catch (error) {
      shared.release();
      throw error;
    }
    return result;
  }

  block(threads: number, timeout: number | undefined): T {
    // This thread is one of the workers only where nobody can want to interrupt it.
    const takesPart = isMainThread && timeout === undefined;
    const status = this.#call({ threads, slot: NO_SLOT, takesPart, milliseconds: timeout ?? -1 });
    if (status === CANCELLED && timeout !== undefined) throw new TimeoutError(`The algorithm did not end within ${timeout} ms`);
    return this.#conclude(status);
  }

  #conclude(status: number): T {
    if (status !== DONE) throw errorOf(status);
    return this.#value();
  }
}
