/** `{ timeout, signal }`, the options of everything that waits. */

import { whenAborted } from './abort.js';
import { typeName } from '../type-name.js';

/** How long to wait, and what ends the waiting early. */
export interface WaitOptions {
  /** Milliseconds, >= 0; default: no limit. */
  timeout?: number;
  /** When it is aborted, the wait rejects with its reason. */
  signal?: AbortSignal;
}

/** The longest delay of `setTimeout`. */
const LONGEST = 2 ** 31 - 1;

/**
 * A checked timeout; infinity if there is none.
 *
 * @throws {TypeError} when it is no number; {RangeError} when it is negative or NaN.
 */
export function checkTimeout(timeout: number | undefined): number {
  if (timeout === undefined) return Number.POSITIVE_INFINITY;
  if (typeof timeout !== 'number') throw new TypeError(`Expected \`timeout\` to be a number, got ${typeName(timeout)}`);
  if (!(timeout >= 0)) throw new RangeError(`Expected \`timeout\` to be milliseconds >= 0, got ${timeout}`);
  return timeout;
}

/**
 * The checked timeout of options; infinity if there is none.
 *
 * @throws {TypeError} when they are no object, as Python's `acquire(False)` and `get(True, 5)` would be; what `checkTimeout` throws.
 */
export function timeoutOf(options: { timeout?: number } | undefined): number {
  if (options === undefined) return Number.POSITIVE_INFINITY;
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Expected \`options\` to be an object such as { timeout: 1000 }, got ${typeName(options)}`);
  }
  return checkTimeout(options.timeout);
}

/** As `timeoutOf`, of a wait that a signal can end. @throws also {TypeError} for what is no signal, and the reason of an aborted one. */
export function limitOf(options: WaitOptions | undefined): number {
  const timeout = timeoutOf(options);
  checkSignal(options?.signal);
  options?.signal?.throwIfAborted();
  return timeout;
}

/** @throws {TypeError} when it is no signal. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof (signal as Partial<AbortSignal> | null)?.throwIfAborted === 'function') return;
  throw new TypeError(`Expected \`signal\` to be an AbortSignal, got ${typeName(signal)}`);
}

/** Calls `fire` after `milliseconds`, however many; returns what stops it. */
export function alarm(milliseconds: number, fire: () => void): () => void {
  if (milliseconds === Number.POSITIVE_INFINITY) return () => {};
  const end = performance.now() + milliseconds;
  let timer = setTimeout(check, Math.min(milliseconds, LONGEST));
  function check(): void {
    const left = end - performance.now();
    if (left <= 0) fire();
    else timer = setTimeout(check, Math.min(Math.ceil(left), LONGEST));
  }
  return () => clearTimeout(timer);
}

/**
 * `promise`, but no longer than the options allow: after the timeout it resolves to `late`, or rejects with it if it is a
 * function.
 */
export async function withDeadline<T>(promise: Promise<T>, options: WaitOptions, late: T | (() => Error)): Promise<T> {
  const timeout = limitOf(options);
  const { signal } = options;
  if (timeout === Number.POSITIVE_INFINITY && signal === undefined) return promise;
  let stop = (): void => {};
  let stopListening = (): void => {};
  const limit = new Promise<T>((resolve, reject) => {
    stop = alarm(timeout, () => {
      if (typeof late === 'function') reject((late as () => Error)());
      else resolve(late);
    });
    stopListening = whenAborted(signal, () => reject(signal?.reason));
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    stop();
    stopListening();
  }
}
