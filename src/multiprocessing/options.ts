/** Options of pools and of the work given to them, and their checks. */

import type { ResourceLimits } from 'node:worker_threads';
import { PolycoreError } from '../errors.js';
import { checkSignal, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';

/** Any function that can be sent. */
export type Fn<A extends readonly unknown[] = never[], R = unknown> = (...args: A) => R;

/** Options of a pool; all have Python's meaning where Python has them. */
export interface PoolOptions {
  /** Called in each new worker with `initargs` before it takes tasks. If it throws, the pool is broken. */
  initializer?: (...args: never[]) => unknown;
  /** Arguments of `initializer`. */
  initargs?: readonly unknown[];
  /** Tasks (or chunks) after which a worker is replaced by a fresh one; default: never. */
  maxTasksPerChild?: number;
  /** `'thread'` (default): worker threads of this process. */
  backend?: 'thread' | 'process';
  /** Memory limits of each worker, as `worker_threads` takes them. A worker that exceeds them dies alone. */
  resourceLimits?: ResourceLimits;
  /** Tasks under way (queued or running) beyond which `apply` rejects with `Full`; default: no limit. */
  maxQueue?: number;
  /** Milliseconds without a task after which a worker ends; it comes back with the next task. Default: never. */
  idleTimeout?: number;
  /** Name in errors, diagnostics and thread names; default `Pool-1`, `Pool-2`, … */
  name?: string;
}

/** How far a `map` has come. */
export interface Progress {
  /** Items finished. */
  readonly done: number;
  /** Items in all. */
  readonly total: number;
}

/** Options of `apply`. */
export interface ApplyOptions<R = unknown> extends WaitOptions {
  /**
   * Milliseconds from the call, waiting in the queue included, after which the result rejects with `TimeoutError`; a worker
   * that is at it then is killed and replaced.
   */
  timeout?: number;
  /**
   * When aborted, the result rejects with its reason; a worker that is at it then is killed and replaced. A blocked thread hears of no
   * abort: for the `…Sync` forms it only counts whether the signal is aborted already.
   */
  signal?: AbortSignal;
  /** Called with the value, before promise callbacks. */
  callback?: (value: R) => void;
  /** Called with the error, before promise callbacks. */
  errorCallback?: (error: unknown) => void;
  /** Tasks of higher priority begin first; any number, default 0. */
  priority?: number;
  /** Buffers to move instead of copying: they are detached here. */
  transfer?: readonly ArrayBuffer[];
}

/** Options of `map` and `starmap`. */
export interface MapOptions<R = unknown> extends ApplyOptions<R> {
  /** Items per task; default: a quarter of an equal share for each worker, rounded up. */
  chunksize?: number;
  /** Called after each finished chunk. */
  onProgress?: (progress: Progress) => void;
}

/** Options of `imap` and `imapUnordered`. */
export interface ImapOptions extends WaitOptions {
  /** Items per task; default 1. */
  chunksize?: number;
  /** Chunks taken from the input ahead of the reader; default: two for each worker. */
  buffersize?: number;
  /** As for `apply`. */
  priority?: number;
}

/** The operation does not exist here yet, or not on this platform. */
export class NotSupported extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_NOT_SUPPORTED';
}

/** @throws {TypeError} when `value` is no number; {RangeError} when it is no integer >= `least`. */
export function checkCount(name: string, value: unknown, least: number): number {
  if (typeof value !== 'number') throw new TypeError(`Expected \`${name}\` to be a number, got ${describe(value)}`);
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`Expected \`${name}\` to be an integer >= ${least}, got ${value}`);
  }
  return value;
}

/** @throws {TypeError} when `value` is no function. */
export function checkFunction(name: string, value: unknown): asserts value is Fn {
  if (typeof value !== 'function') throw new TypeError(`Expected \`${name}\` to be a function, got ${describe(value)}`);
}

/** @throws {TypeError} when `value` is no array. */
export function checkArguments(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw new TypeError(`Expected \`${name}\` to be an array, got ${describe(value)}`);
}

/** @throws {TypeError} when `value` is no iterable; `'async'` allows asynchronous ones. */
export function checkIterable(value: unknown, kind: 'sync' | 'async'): void {
  const iterable = value as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
  if (iterable?.[Symbol.iterator] !== undefined) return;
  if (iterable?.[Symbol.asyncIterator] === undefined) {
    throw new TypeError(`Expected \`iterable\` to be iterable, got ${describe(value)}`);
  }
  if (kind === 'sync') {
    throw new TypeError('Expected `iterable` to be a plain iterable, got an asynchronous one; imap and imapUnordered take it');
  }
}

/** Checks what all work has in common. */
export function checkApply(options: MapOptions<never>): void {
  timeoutOf(options);
  const { priority, callback, errorCallback, onProgress, signal, transfer } = options;
  if (priority !== undefined && (typeof priority !== 'number' || Number.isNaN(priority))) {
    throw new TypeError(`Expected \`priority\` to be a number, got ${describe(priority)}`);
  }
  if (callback !== undefined) checkFunction('callback', callback);
  if (errorCallback !== undefined) checkFunction('errorCallback', errorCallback);
  if (onProgress !== undefined) checkFunction('onProgress', onProgress);
  if (transfer !== undefined) checkArguments('transfer', transfer);
  checkSignal(signal);
}

/** `chunksize` alone, or options. */
export function mapOptions<O extends { chunksize?: number }>(given: number | O | undefined): O {
  const options = (typeof given === 'number' ? { chunksize: given } : (given ?? {})) as O;
  if (typeof options !== 'object') throw new TypeError(`Expected options or a chunksize, got ${describe(given)}`);
  if (options.chunksize !== undefined) checkCount('chunksize', options.chunksize, 1);
  return options;
}

/** A value as error messages show it. */
export function describe(value: unknown): string {
  if (typeof value === 'number' || value === null || value === undefined) return String(value);
  return typeof value === 'string' ? JSON.stringify(value) : typeof value;
}
