/** Options of parallel loops and reductions. */

import { checkSignal, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { checkCount } from '../multiprocessing/options.js';
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
  const limit = timeoutOf(options);
  const { threads = binding.jitThreads(), signal, unsafe = false } = options;
  checkCount('threads', threads, 1);
  if (typeof unsafe !== 'boolean') throw new TypeError(`Expected \`unsafe\` to be a boolean, got ${typeof unsafe}`);
  checkSignal(signal);
  signal?.throwIfAborted();
  return { threads, unsafe, ...(limit === Number.POSITIVE_INFINITY ? {} : { timeout: limit }), ...(signal === undefined ? {} : { signal }) };
}
