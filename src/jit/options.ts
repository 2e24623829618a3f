/** Options of parallel loops and reductions. */

import { checkTimeout, type WaitOptions } from '../runtime/wait-options.js';
import { binding } from '../native/binding.js';

/** Options of `parallelReduce` and, with `unsafe`, of `parallelFor`. */
export interface LoopOptions extends WaitOptions {
  /** Milliseconds after which the loop is stopped and rejects with `TimeoutError`; default: no limit. */
  timeout?: number;
  /** When aborted, the loop is stopped and rejects with its reason. */
  signal?: AbortSignal;
  /** Threads at most; default: as many as the machine runs at once. */
  threads?: number;
}

/** Options of `parallelFor`. */
export interface ParallelForOptions extends LoopOptions {
  /**
   * Leaves out the proof that different iterations write to different elements: they then overwrite each other in any
   * order where they do not. Default false.
   */
  unsafe?: boolean;
}

/** Checked options. */
export interface CheckedOptions {
  readonly threads: number;
  /** Absent: no limit. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly unsafe: boolean;
}

/** @throws {TypeError | RangeError} when an option is wrong; the signal's reason when it is aborted already. */
export function checkOptions(options: ParallelForOptions): CheckedOptions {
  const { threads = binding.jitThreads(), timeout, signal, unsafe = false } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected \`threads\` to be an integer >= 1, got ${String(threads)}`);
  }
  checkTimeout(timeout);
  if (typeof unsafe !== 'boolean') throw new TypeError(`Expected \`unsafe\` to be a boolean, got ${typeof unsafe}`);
  signal?.throwIfAborted();
  const isLimited = timeout !== undefined && timeout !== Number.POSITIVE_INFINITY;
  return { threads, unsafe, ...(isLimited ? { timeout } : {}), ...(signal === undefined ? {} : { signal }) };
}
