/** Callbacks, timeout and abort signal of work under way. */

import { TimeoutError } from '../errors.js';
import { type AsyncResult, abandon, listen } from './async-result.js';
import type { ApplyOptions } from './options.js';
import { alarm } from '../runtime/wait-options.js';

/** Applies the options to work that has been submitted. */
export function limitWork(result: AsyncResult<unknown>, options: ApplyOptions<never>): void {
  const { callback, errorCallback, signal, timeout } = options;
  if (callback !== undefined || errorCallback !== undefined) {
    listen(result, () => report(result, callback as ((value: unknown) => void) | undefined, errorCallback));
  }
  if (timeout !== undefined) {
    const stop = alarm(timeout, () => abandon(result, new TimeoutError(`The task did not end within ${timeout} ms`)));
    listen(result, stop);
  }
  if (signal !== undefined) {
    const onAbort = (): void => abandon(result, signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    listen(result, () => signal.removeEventListener('abort', onAbort));
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
