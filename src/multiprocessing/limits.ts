/** Callbacks, timeout and abort signal of work under way. */

import { TimeoutError } from '../errors.js';
import { whenAborted } from '../runtime/abort.js';
import { rethrowLater } from '../runtime/port.js';
import { alarm } from '../runtime/wait-options.js';
import { type AsyncResult, abandon, fail, listen } from './async-result.js';
import type { ApplyOptions, MapOptions } from './options.js';

/** Applies the options to work that has been submitted. */
export function limitWork(result: AsyncResult<unknown>, options: ApplyOptions<never>): void {
  const { signal, timeout } = options;
  callBack(result, options);
  if (timeout !== undefined) {
    const stop = alarm(timeout, () => abandon(result, new TimeoutError(`The task did not end within ${timeout} ms`)));
    listen(result, stop);
  }
  if (signal !== undefined) {
    listen(
      result,
      whenAborted(signal, () => abandon(result, signal.reason)),
    );
  }
}

/** Tells the callbacks of the options of the end of work. */
export function callBack(result: AsyncResult<unknown>, { callback, errorCallback }: ApplyOptions<never>): void {
  if (callback === undefined && errorCallback === undefined) return;
  listen(result, () => report(result, callback as ((value: unknown) => void) | undefined, errorCallback));
}

/** Rejects the result of work that was not begun, unless it has been settled. `options` may be wrong themselves. */
export function refuse(result: AsyncResult<unknown>, options: unknown, error: unknown): void {
  if (result.ready()) return;
  const { errorCallback } = (options ?? {}) as ApplyOptions;
  if (typeof errorCallback === 'function') callBack(result, { errorCallback });
  fail(result, error);
}

/** Says how far work has come. What the listener throws is an uncaught error, and changes nothing for the work. */
export function progress({ onProgress }: MapOptions<never>, done: number, total: number): void {
  try {
    onProgress?.({ done, total });
  } catch (error) {
    rethrowLater(error);
  }
}

function report(
  result: AsyncResult<unknown>,
  callback: ((value: unknown) => void) | undefined,
  errorCallback: ((error: unknown) => void) | undefined,
): void {
  if (result.successful()) {
    callback?.(result.getSync());
    return;
  }
  if (errorCallback === undefined) return;
  let reason: unknown;
  try {
    result.getSync();
  } catch (error) {
    reason = error;
  }
  errorCallback(reason);
}
