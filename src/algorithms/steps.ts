/**
 * Algorithms as steps: each is written once, as a generator of its steps, and run in two ways. Awaited, a step begins in the
 * background and the next one follows when its slot has come home; blocking, each step blocks. What is between two steps runs
 * on the calling thread and is short.
 */

import { TimeoutError } from '../errors.js';
import { type TypedArray, copySet } from '../jit/elements.js';
import { type CheckedOptions } from '../jit/options.js';
import { SharedValues } from '../jit/run.js';
import { AsyncResult, attach, fail, fulfil, listen, type Work } from '../multiprocessing/async-result.js';
import { limitWork } from '../multiprocessing/limits.js';

/** Work on native threads. */
export interface Step<T> {
  /** Begins it in the background. Cancelling the result stops it. */
  begin(threads: number): AsyncResult<T>;
  /** Does it, blocking for `timeout` milliseconds at most. @throws {TimeoutError} */
  block(threads: number, timeout: number | undefined): T;
}

/** An algorithm under way; returns its result. */
export type Steps<R> = Generator<Step<unknown>, R, unknown>;

/** One step, with the type of its result. */
export function* step<T>(work: Step<T>): Steps<T> {
  return (yield work) as T;
}

/** An algorithm with its arguments, which are checked. */
export interface Plan<R> {
  /** Of the function, for its errors. */
  readonly name: string;
  /** The caller's arrays. */
  readonly arrays: readonly TypedArray[];
  readonly options: CheckedOptions;
  /** Whether the arrays are written: copies of them then have to be written back. */
  readonly inPlace?: boolean;
  /** Begins, over the arrays or what stands for them: see `inBackground`. */
  readonly steps: (arrays: readonly TypedArray[]) => Steps<R>;
}

/**
 * Runs what `prepare` gives, in the background; its errors reject, too. Arrays in shared memory are used where they are, and
 * stay there until no native thread uses them; others are copied now, as they could be detached meanwhile.
 */
export function inBackground<R>(prepare: () => Plan<R>): AsyncResult<R> {
  const result = new AsyncResult<R>();
  try {
    const plan = prepare();
    new Run(result, plan).go(undefined);
    limitWork(result, plan.options);
  } catch (error) {
    fail(result, error);
  }
  return result;
}

class Run<R> implements Work {
  readonly #result: AsyncResult<R>;
  readonly #plan: Plan<R>;
  readonly #shared: SharedValues;
  readonly #steps: Steps<R>;
  #current: AsyncResult<unknown> | undefined;

  constructor(result: AsyncResult<R>, plan: Plan<R>) {
    this.#result = result;
    this.#plan = plan;
    this.#shared = new SharedValues(plan.arrays);
    this.#steps = plan.steps(this.#shared.values as readonly TypedArray[]);
    attach(result, this);
  }

  /** Goes on with what the last step gave. */
  go(given: unknown): void {
    try {
      const { done, value } = this.#steps.next(given);
      if (done === true) this.#end(value);
      else this.#follow(value.begin(this.#plan.options.threads));
    } catch (error) {
      this.#fail(error);
    }
  }

  #follow(current: AsyncResult<unknown>): void {
    this.#current = current;
    listen(current, () => {
      // Of a result that is settled already, the step was cancelled and has let go of its memory itself.
      if (this.#result.ready()) return;
      let given: unknown;
      try {
        given = current.getSync();
      } catch (error) {
        this.#fail(error);
        return;
      }
      this.go(given);
    });
  }

  #end(value: R): void {
    if (this.#plan.inPlace === true) {
      this.#plan.arrays.forEach((array, index) => {
        const copy = this.#shared.values[index] as TypedArray;
        if (copy !== array) put(array, copy);
      });
    }
    this.#shared.release();
    fulfil(this.#result, value);
  }

  #fail(error: unknown): void {
    this.#shared.release();
    fail(this.#result, error);
  }

  /** As `Work`. */
  abandon(reason: unknown): void {
    this.#fail(reason);
    this.#current?.cancel();
  }
}

/** Writes a result into the array it is for. @throws {TypeError} when there is no room for it any more. */
export function put(array: TypedArray, result: TypedArray): void {
  if (array.length < result.length) throw new TypeError('The array was detached or made shorter while it was in use');
  copySet(array, result);
}

/** Runs it, blocking this thread, over the arrays themselves. */
export function blocking<R>({ name, arrays, options, steps }: Plan<R>): R {
  const { threads, timeout } = options;
  const end = performance.now() + (timeout ?? 0);
  const run = steps(arrays);
  try {
    for (let next = run.next(); ; ) {
      if (next.done === true) return next.value;
      const left = timeout === undefined ? undefined : Math.max(0, end - performance.now());
      next = run.next(next.value.block(threads, left));
    }
  } catch (error) {
    // A step knows only what was left of the time.
    throw error instanceof TimeoutError ? new TimeoutError(`${name} did not end within ${timeout} ms`) : error;
  }
}
