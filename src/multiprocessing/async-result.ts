/** What a pool returns for work under way: Python's `AsyncResult`, and awaitable. */

import { TimeoutError } from '../errors.js';
import { blockUntil, rethrowLater } from '../runtime/port.js';
import { type WaitOptions, checkTimeout, withDeadline } from './wait-options.js';

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;

/** Work that can be cancelled. */
export interface Cancellable {
  /** Stops it for `reason`; its result is rejected already. */
  cancel(reason: unknown): void;
}

/** Sets the value of a result; whether it was still pending. */
export let fulfil: (result: AsyncResult<unknown>, value: unknown) => boolean;
/** Sets the error of a result; whether it was still pending. */
export let fail: (result: AsyncResult<unknown>, reason: unknown) => boolean;
/** Calls `listener` once the result is settled, before any promise callback. */
export let listen: (result: AsyncResult<unknown>, listener: () => void) => void;
/** Says what `cancel` stops. */
export let attach: (result: AsyncResult<unknown>, work: Cancellable) => void;

/**
 * The result of work given to a pool. Await it, or use Python's methods.
 *
 * An error that nobody looks at is not reported as an unhandled rejection, as in Python.
 *
 * @example
 * const result = pool.apply(fib, [30]);
 * result.ready();            // false
 * console.log(await result); // 832040
 */
export class AsyncResult<T> implements PromiseLike<T> {
  #state = PENDING;
  #value: unknown;
  #work: Cancellable | undefined;
  #promise: Promise<T> | undefined;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  #listeners: (() => void)[] | undefined;

  static {
    fulfil = (result, value) => result.#settle(FULFILLED, value);
    fail = (result, reason) => result.#settle(REJECTED, reason);
    listen = (result, listener) => {
      if (result.#state !== PENDING) listener();
      else (result.#listeners ??= []).push(listener);
    };
    attach = (result, work) => {
      if (result.#state === PENDING) result.#work = work;
    };
  }

  #settle(state: number, value: unknown): boolean {
    if (this.#state !== PENDING) return false;
    this.#state = state;
    this.#value = value;
    this.#work = undefined;
    if (state === FULFILLED) this.#resolve?.(value);
    else this.#reject?.(value);
    if (this.#listeners !== undefined) this.#notify();
    return true;
  }

  #notify(): void {
    for (const listener of this.#listeners ?? []) {
      try {
        listener();
      } catch (error) {
        rethrowLater(error);
      }
    }
    this.#listeners = undefined;
  }

  /** The promise behind `then`, made when first asked for. */
  #toPromise(): Promise<T> {
    if (this.#promise === undefined) {
      if (this.#state === FULFILLED) this.#promise = Promise.resolve(this.#value as T);
      else if (this.#state === REJECTED) this.#promise = Promise.reject(this.#value);
      else {
        this.#promise = new Promise<T>((resolve, reject) => {
          this.#resolve = resolve as (value: unknown) => void;
          this.#reject = reject;
        });
      }
    }
    return this.#promise;
  }

  /** As `Promise.prototype.then`. */
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#toPromise().then(onFulfilled, onRejected);
  }

  /** As `Promise.prototype.catch`. */
  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#toPromise().catch(onRejected);
  }

  /** As `Promise.prototype.finally`. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#toPromise().finally(onFinally);
  }

  /**
   * The value, when it is there.
   *
   * @param options `timeout` in milliseconds (default: none) rejects with `TimeoutError`, `signal` with its reason; both
   * only end the waiting, not the work.
   */
  get(options: WaitOptions = {}): Promise<T> {
    return withDeadline(this.#toPromise(), options, () => new TimeoutError('The result is not there yet'));
  }

  /** Blocks this thread until the value is there. @throws {TimeoutError} after `timeout` milliseconds. */
  getSync(options: { timeout?: number } = {}): T {
    if (!this.waitSync(options)) throw new TimeoutError('The result is not there yet');
    if (this.#state === REJECTED) throw this.#value;
    return this.#value as T;
  }

  /** Whether the work has ended within `timeout` milliseconds (default: waits for ever). Never rejects for its errors. */
  wait(options: WaitOptions = {}): Promise<boolean> {
    const settled = new Promise<boolean>((resolve) => {
      listen(this, () => resolve(true));
    });
    return withDeadline(settled, options, false);
  }

  /** As `wait`, blocking this thread. */
  waitSync(options: { timeout?: number } = {}): boolean {
    const timeout = checkTimeout(options.timeout);
    return this.#state !== PENDING || blockUntil(() => this.#state !== PENDING, timeout);
  }

  /** Whether the work has ended. */
  ready(): boolean {
    return this.#state !== PENDING;
  }

  /** Whether it ended without an error. @throws {RangeError} when it has not ended (Python: `ValueError`). */
  successful(): boolean {
    if (this.#state === PENDING) throw new RangeError('The result is not ready');
    return this.#state === FULFILLED;
  }

  /**
   * Cancels the work: the result rejects with `CancelledError`, tasks that nobody has begun never run, and a worker that
   * is running one is killed and replaced. Returns `false` when it had ended already.
   */
  cancel(): boolean {
    const work = this.#work;
    if (this.#state !== PENDING || work === undefined) return false;
    work.cancel(undefined);
    return true;
  }
}
