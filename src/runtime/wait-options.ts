/** `{ timeout, signal }`, the options of everything that waits. */

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
  if (typeof timeout !== 'number') throw new TypeError(`Expected \`timeout\` to be a number, got ${typeof timeout}`);
  if (!(timeout >= 0)) throw new RangeError(`Expected \`timeout\` to be milliseconds >= 0, got ${timeout}`);
  return timeout;
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
  const timeout = checkTimeout(options.timeout);
  const { signal } = options;
  signal?.throwIfAborted();
  if (timeout === Number.POSITIVE_INFINITY && signal === undefined) return promise;
  let stop = (): void => {};
  let onAbort = (): void => {};
  const limit = new Promise<T>((resolve, reject) => {
    stop = alarm(timeout, () => {
      if (typeof late === 'function') reject((late as () => Error)());
      else resolve(late);
    });
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    stop();
    signal?.removeEventListener('abort', onAbort);
  }
}
