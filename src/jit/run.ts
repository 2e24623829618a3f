/** Runs of compiled code: what they share, how they end, how they are cancelled. */

import { isMainThread } from 'node:worker_threads';
import { CancelledError, CompileError, KernelError, TimeoutError } from '../errors.js';
import { type AsyncResult, attach, fail, fulfil, type Work } from '../multiprocessing/async-result.js';
import { binding } from '../native/binding.js';
import { expect, forget, type Pending, recycle, takeSlot } from '../runtime/port.js';
import type { Kernel } from './compiler.js';
import type { SharedObject } from '../runtime/shared-object.js';
import { arrayOf, isMemory, ownerOf, passed } from './arguments.js';
import { copySet, isShared, isTypedArray, sharedCopy, type TypedArray } from './elements.js';

/** What `jitFailure` returns. */
interface Failure {
  readonly kind: 'read' | 'write' | 'copy' | 'division';
  readonly array: string;
  readonly index: number;
  readonly unit: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

const DONE = 0;
const FAILED = 2;

/** The error of the last run that failed. */
export function failureOf({ program }: Kernel): KernelError {
  const { kind, array, index, unit, at, line, column } = binding.jitFailure() as Failure;
  const what = {
    read: `index ${index} is outside of ${array}`,
    write: `index ${index} is outside of ${array}, which is written`,
    copy: `\`set\` at ${index} would write past the end of ${array}`,
    division: 'a bigint is divided by zero',
  }[kind];
  return new KernelError(`In compiled code: ${what}.\n\n${program.frame(unit, at)}\n`, { index, line, column });
}

/** How a run is limited. */
export interface RunLimits {
  /** Threads at most. */
  readonly threads: number;
  /** Milliseconds, or undefined. */
  readonly timeout?: number | undefined;
}

/** This thread is one of the workers: only where nobody can want to interrupt it. */
function takesPart(timeout: number | undefined): boolean {
  return isMainThread && timeout === undefined;
}

/** The status of a blocking run as a value or an exception. */
function settled(kernel: Kernel, status: number, timeout: number | undefined): void {
  if (status === DONE) return;
  if (status === FAILED) throw failureOf(kernel);
  if (timeout !== undefined) throw new TimeoutError(`The kernel did not end within ${timeout} ms`);
  throw new CancelledError('The kernel was stopped');
}

/** Runs over `0..count`, blocking. */
export function runSync(
  kernel: Kernel,
  values: readonly unknown[],
  count: number,
  { threads, timeout }: RunLimits,
): void {
  const seed = kernel.random ? Math.random() : 0;
  const part = takesPart(timeout);
  settled(kernel, binding.jitRunSync(kernel.kernel, passed(values), count, seed, threads, part, timeout ?? -1), timeout);
}

/** Folds, blocking. */
export function reduceSync(
  fold: Kernel,
  combine: Kernel,
  values: readonly unknown[],
  identity: unknown,
  count: number,
  { threads, timeout }: RunLimits,
): number | bigint {
  const part = takesPart(timeout);
  const status = binding.jitReduceSync(
    fold.kernel,
    combine.kernel,
    passed(values),
    identity,
    count,
    threads,
    part,
    timeout ?? -1,
  );
  settled(fold, status, timeout);
  return valueOf(fold);
}

function valueOf({ result }: Kernel): number | bigint {
  return binding.jitValue(result === 'bigint' || result === 'biguint', result === 'bigint');
}

/**
 * The arguments of a run that goes on while JavaScript does, as they are when it is asked for: in memory that cannot be
 * detached, and that stays while native threads use it.
 */
export class SharedValues {
  readonly #values: unknown[] = [];
  readonly #copies: [TypedArray, TypedArray][] = [];
  readonly #owners: SharedObject[] = [];

  constructor(values: readonly unknown[]) {
    this.add(values);
  }

  /** What compiled code is given. */
  get values(): readonly unknown[] {
    return this.#values;
  }

  /** Further arguments. */
  add(values: readonly unknown[]): void {
    for (const value of values) {
      const owner = isMemory(value) ? ownerOf(value) : undefined;
      if (owner?.isClosed === false) {
        owner.pin();
        this.#owners.push(owner);
      }
    }
    for (const value of values) this.#values.push(isTypedArray(value) ? this.#share(value) : isMemory(value) ? arrayOf(value) : value);
  }

  #share(value: TypedArray): TypedArray {
    if (isShared(value)) return value;
    const known = this.#copies.find(([array]) => array === value);
    if (known !== undefined) return known[1];
    const copy = sharedCopy(value);
    this.#copies.push([value, copy]);
    return copy;
  }

  /** Writes back what the kernel has written into copies; `writes` says it for each array, or it is all of them. */
  writeBack(writes?: readonly boolean[]): void {
    const arrays = this.#values.filter(isTypedArray);
    for (const [original, copy] of this.#copies) {
      const isWritten = writes === undefined || writes[arrays.indexOf(copy)] === true;
      if (isWritten && original.length === copy.length) copySet(original, copy);
    }
  }

  /** No thread uses the memory any more. */
  release(): void {
    for (const owner of this.#owners.splice(0)) owner.unpin();
  }
}

/** What is done with a run whose slot has come home, and how it is stopped before. */
interface Ending<T> {
  /** Its status. */
  readonly outcome: (slot: number) => number;
  readonly cancel: (slot: number) => void;
  /** Its result. @throws what the status says. */
  readonly conclude: (status: number) => T;
}

/** A run on native threads in the background; its slot comes home when no thread is in it any more. */
class Running<T> implements Pending, Work {
  readonly #result: AsyncResult<T>;
  readonly #slot: number;
  /** Kept alive until the end. */
  readonly #shared: SharedValues;
  readonly #ending: Ending<T>;

  constructor(result: AsyncResult<T>, shared: SharedValues, start: (slot: number) => void, ending: Ending<T>) {
    this.#result = result;
    this.#shared = shared;
    this.#ending = ending;
    this.#slot = takeSlot();
    expect(this.#slot, this);
    try {
      start(this.#slot);
    } catch (error) {
      forget(this.#slot);
      recycle(this.#slot);
      throw error;
    }
    attach(result, this);
  }

  settle(slot: number): void {
    const status = this.#ending.outcome(slot);
    this.#shared.release();
    if (this.#result.ready()) return;
    let value: T;
    try {
      value = this.#ending.conclude(status);
    } catch (error) {
      fail(this.#result, error);
      return;
    }
    fulfil(this.#result, value);
  }

  /** As `Work`. */
  abandon(reason: unknown): void {
    if (fail(this.#result, reason)) this.#ending.cancel(this.#slot);
  }
}

/**
 * Gives a run with a slot of its own to the native side, by `start`.
 *
 * @param shared what it uses: released when no thread is in it any more; the caller's when `start` throws.
 */
export function runNatively<T>(result: AsyncResult<T>, shared: SharedValues, start: (slot: number) => void, ending: Ending<T>): void {
  new Running(result, shared, start, ending);
}

/** How a run of a kernel ends. */
function endingOf(kernel: Kernel, shared: SharedValues, value: () => unknown): Ending<unknown> {
  return {
    outcome: (slot) => binding.jitOutcome(slot),
    cancel: (slot) => binding.jitCancel(slot),
    conclude(status) {
      settled(kernel, status, undefined);
      shared.writeBack(kernel.writes);
      return value();
    },
  };
}

/** Starts a run over `0..count` in the background. */
export function run(
  result: AsyncResult<unknown>,
  kernel: Kernel,
  shared: SharedValues,
  count: number,
  threads: number,
  value: () => unknown,
): void {
  const seed = kernel.random ? Math.random() : 0;
  const start = (slot: number): void => binding.jitRun(kernel.kernel, shared.values, count, seed, threads, slot);
  runNatively(result, shared, start, endingOf(kernel, shared, value));
}

/** Starts a reduction in the background. */
export function reduce(
  result: AsyncResult<unknown>,
  { fold, combine }: { fold: Kernel; combine: Kernel },
  shared: SharedValues,
  identity: unknown,
  count: number,
  threads: number,
): void {
  const start = (slot: number): void =>
    binding.jitReduce(fold.kernel, combine.kernel, shared.values, identity, count, threads, slot);
  runNatively(result, shared, start, endingOf(fold, shared, () => valueOf(fold)));
}

/** How work in the background goes on. */
export interface Background {
  readonly result: AsyncResult<unknown>;
  /** Released when the work fails before it runs. */
  readonly shared: SharedValues;
  /** Calls the first function with kernels, made on a native thread if need be, or the second with an error. */
  readonly compile: (use: (...kernels: Kernel[]) => void, failed: (error: unknown) => void) => void;
  /** Begins the run. */
  readonly start: (...kernels: Kernel[]) => void;
  /** Runs it as JavaScript instead; absent where that is not wanted. */
  readonly fallBack: (() => void) | undefined;
}

/** Compiles, then runs, both in the background. Until the run has begun, abandoning the result is all there is to cancel. */
export function inBackground({ result, shared, compile, start, fallBack }: Background): void {
  const give = (error: unknown): void => {
    shared.release();
    fail(result, error);
  };
  const attempt = (work: () => void): void => {
    if (result.ready()) return shared.release();
    try {
      work();
    } catch (error) {
      give(error);
    }
  };
  attach(result, { abandon: give });
  compile(
    (...kernels) => attempt(() => start(...kernels)),
    (error) => {
      if (error instanceof CompileError && fallBack !== undefined) attempt(fallBack);
      else give(error);
    },
  );
}
