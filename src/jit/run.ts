/** Runs of compiled code: what they share, how they end, how they are cancelled. */

import { isMainThread } from 'node:worker_threads';
import { CancelledError, KernelError, TimeoutError } from '../errors.js';
import { type AsyncResult, attach, fail, fulfil, type Work } from '../multiprocessing/async-result.js';
import { binding } from '../native/binding.js';
import { expect, forget, type Pending, recycle, takeSlot } from '../runtime/port.js';
import type { Kernel } from './compiler.js';
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
  readonly timeout: number | undefined;
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
  settled(kernel, binding.jitRunSync(kernel.kernel, values, count, seed, threads, part, timeout ?? -1), timeout);
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
    values,
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

/** The arguments of a run that goes on while JavaScript does: in memory that cannot be detached. */
export class SharedValues {
  readonly values: readonly unknown[];
  readonly #copies: [TypedArray, TypedArray][] = [];

  constructor(values: readonly unknown[]) {
    this.values = values.map((value) => this.#share(value));
  }

  #share(value: unknown): unknown {
    if (!isTypedArray(value) || isShared(value)) return value;
    const known = this.#copies.find(([array]) => array === value);
    if (known !== undefined) return known[1];
    const copy = sharedCopy(value);
    this.#copies.push([value, copy]);
    return copy;
  }

  /** Writes back what the kernel has written into copies. */
  writeBack(writes: readonly boolean[]): void {
    const arrays = this.values.filter(isTypedArray);
    for (const [original, copy] of this.#copies) {
      if (writes[arrays.indexOf(copy)] === true && original.length === copy.length) copySet(original, copy);
    }
  }
}

/** A run in the background; its slot comes home when no thread is in it any more. */
export class Running implements Pending, Work {
  readonly #result: AsyncResult<unknown>;
  readonly #kernel: Kernel;
  readonly #value: () => unknown;
  readonly #slot: number;
  /** Kept alive until the end. */
  readonly #values: SharedValues;

  /**
   * @param start gives the run and its slot to the native side.
   * @param value makes the result when the run has ended well.
   */
  constructor(
    result: AsyncResult<unknown>,
    kernel: Kernel,
    values: SharedValues,
    start: (slot: number) => void,
    value: () => unknown,
  ) {
    this.#result = result;
    this.#kernel = kernel;
    this.#values = values;
    this.#value = value;
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
    const status = binding.jitOutcome(slot);
    if (this.#result.ready()) return;
    if (status === DONE) {
      try {
        this.#values.writeBack(this.#kernel.writes);
        fulfil(this.#result, this.#value());
      } catch (error) {
        fail(this.#result, error);
      }
    } else {
      fail(this.#result, status === FAILED ? failureOf(this.#kernel) : new CancelledError('The kernel was stopped'));
    }
  }

  /** As `Work`. */
  abandon(reason: unknown): void {
    if (fail(this.#result, reason)) binding.jitCancel(this.#slot);
  }
}

/** Starts a run over `0..count` in the background. */
export function run(
  result: AsyncResult<unknown>,
  kernel: Kernel,
  values: readonly unknown[],
  count: number,
  threads: number,
  value: () => unknown,
): Running {
  const shared = new SharedValues(values);
  const seed = kernel.random ? Math.random() : 0;
  const start = (slot: number): void =>
    binding.jitRun(kernel.kernel, shared.values, count, seed, threads, slot);
  return new Running(result, kernel, shared, start, value);
}

/** Starts a reduction in the background. */
export function reduce(
  result: AsyncResult<unknown>,
  fold: Kernel,
  combine: Kernel,
  values: readonly unknown[],
  identity: unknown,
  count: number,
  threads: number,
): Running {
  const shared = new SharedValues(values);
  const start = (slot: number): void =>
    binding.jitReduce(fold.kernel, combine.kernel, shared.values, identity, count, threads, slot);
  return new Running(result, fold, shared, start, () => valueOf(fold));
}
