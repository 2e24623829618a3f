/** What a pool returns for work under way: Python's `AsyncResult`, and awaitable. */

import { CancelledError, TimeoutError } from '../errors.js';
import { blockUntil, rethrowLater } from '../runtime/port.js';
import { timeoutOf, type WaitOptions, withDeadline } from '../runtime/wait-options.js';

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;

type Listener = () => void;

/** Work that can be cancelled. */
export interface Work {
  /** Ends it: rejects its result with `reason` and stops what is under way. */
  abandon(reason: unknown): void;
}

/** Sets the value of a result; whether it was still pending. */
export let fulfil: (result: AsyncResult<unknown>, value: unknown) => boolean;
/** Sets the error of a result; whether it was still pending. */
export let fail: (result: AsyncResult<unknown>, reason: unknown) => boolean;
/** Calls `listener` once the result is settled, before any promise callback. */
export let listen: (result: AsyncResult<unknown>, listener: () => void) => void;
/** Says what `cancel` stops. */
export let attach: (result: AsyncResult<unknown>, work: Work) => void;
/** Ends the work of a result that is still pending. */
export let abandon: (result: AsyncResult<unknown>, reason: unknown) => void;

type Resolve = (value: unknown) => void;

/** What resolves the promise under construction: one executor for all results saves a closure each. */
let end: Resolve = ignore;

function keepEnd(resolve: (value: never) => void): void {
  end = resolve as Resolve;
}

function ignore(): void {}

/**
 * The result of work given to a pool. Await it, or use Python's methods.
 *
 * It is a real promise, and says `Promise` when asked for its `constructor`, because `await` and `Promise.all` then take it as
 * it is instead of wrapping it: in a burst of tasks the garbage collector decides the pace. An error that nobody looks at
 * is not reported as an unhandled rejection, as in Python.
 *
 * @example
 * const result = pool.apply(fib, [30]);
 * result.ready();            // false
 * console.log(await result); // 832040
 */
export class AsyncResult<T> extends Promise<T> {
  #state = PENDING;
  /** The work while pending, then the value or the error. */
  #value: unknown;
  /** Also rejects: by resolving with a rejected promise. So the other end need not be kept. */
  readonly #resolve: Resolve;
  /** Called once when settled; a list only if there is more than one. */
  #listeners: Listener | Listener[] | undefined;

  /** Made by pools. */
  constructor() {
    super(keepEnd);
    this.#resolve = end;
  }

  static {
    Object.defineProperty(this.prototype, 'constructor', { value: Promise });
    fulfil = (result, value) => result.#settle(FULFILLED, value);
    fail = (result, reason) => result.#settle(REJECTED, reason);
    listen = (result, listener) => result.#listen(listener);
    attach = (result, work) => {
      if (result.#state === PENDING) result.#value = work;
    };
    abandon = (result, reason) => {
      if (result.#state === PENDING) (result.#value as Work | undefined)?.abandon(reason);
    };
  }

  #settle(state: number, value: unknown): boolean {
    if (this.#state !== PENDING) return false;
    this.#state = state;
    this.#value = value;
    if (state === FULFILLED) {
      this.#resolve(value);
    } else {
      super.then(undefined, ignore);
      this.#resolve(Promise.reject(value));
    }
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (typeof listeners === 'function') call(listeners);
    else if (listeners !== undefined) listeners.forEach(call);
    return true;
  }

  #listen(listener: Listener): void {
    if (this.#state !== PENDING) listener();
    else if (this.#listeners === undefined) this.#listeners = listener;
    else if (typeof this.#listeners === 'function') this.#listeners = [this.#listeners, listener];
    else this.#listeners.push(listener);
  }

  /**
   * The value, when it is there.
   *
   * @param options `timeout` in milliseconds (default: none) rejects with `TimeoutError`, `signal` with its reason; both
   * only end the waiting, not the work.
   */
  get(options: WaitOptions = {}): Promise<T> {
    return withDeadline(this, options, () => new TimeoutError('The result is not there yet'));
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
      this.#listen(() => resolve(true));
    });
    return withDeadline(settled, options, false);
  }

  /** As `wait`, blocking this thread. */
  waitSync(options: { timeout?: number } = {}): boolean {
    const timeout = timeoutOf(options);
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
    if (this.#state !== PENDING) return false;
    abandon(this, new CancelledError('The work was cancelled'));
    return true;
  }
}

function call(listener: Listener): void {
  try {
    listener();
  } catch (error) {
    rethrowLater(error);
  }
}
