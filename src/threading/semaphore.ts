/** `Semaphore`: Python's `threading.Semaphore`, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { SEMAPHORE } from '../runtime/kind.js';
import { close, registerObject, shared } from '../runtime/shared-object.js';
import type { WaitOptions } from '../runtime/wait-options.js';
import { describe } from '../runtime/waiting.js';
import type { Guard } from './guard.js';
import { checkPermits, Permits } from './permits.js';
import { within, withinSync } from './within.js';

/**
 * A counter of permits: `acquire` takes one and waits while there is none, `release` returns some.
 *
 * First come, first served: nobody overtakes those who wait. Permits have no owner, so a thread that dies does not return its own.
 *
 * @example
 * const atMostTwo = new Semaphore(2);
 * await pool.map(async (url: string) => {
 *   using permit = await atMostTwo.acquire();
 *   return fetchPage(url);
 * }, urls);
 */
export class Semaphore {
  readonly #permits: Permits;

  /**
   * @param value permits at the beginning, default 1.
   * @throws {RangeError} when it is no integer from 0 to 2^30 - 1.
   */
  constructor(value = 1) {
    checkPermits('value', value, 0);
    this.#permits = new Permits(this, shared(this, SEMAPHORE, { init: Permits.begin(value) }));
  }

  static {
    registerObject('polycore.Semaphore', this, () => new this(), (semaphore) => semaphore.#permits.object);
  }

  /**
   * Resolves to a guard when a permit has been taken. Costs nothing but the promise if there is one.
   *
   * @param options `timeout` in milliseconds (default: none) resolves to `false`, `signal` rejects with its reason.
   */
  acquire(options?: { signal?: AbortSignal }): Promise<Guard>;
  acquire(options?: WaitOptions): Promise<Guard | false>;
  acquire(options?: WaitOptions): Promise<Guard | false> {
    return this.#permits.acquire(options);
  }

  /** As `acquire`, blocking this thread. */
  acquireSync(): Guard;
  acquireSync(options: { timeout?: number }): Guard | false;
  acquireSync(options?: { timeout?: number }): Guard | false {
    return this.#permits.acquireSync(options);
  }

  /** A guard if there is a permit, else `false`. */
  acquireNowait(): Guard | false {
    return this.#permits.acquireNowait();
  }

  /** Returns `n` permits (default 1), also such as nobody has taken. @throws {RangeError} unless `n` is an integer >= 1. */
  release(n = 1): void {
    this.#permits.release(n);
  }

  /** Permits there are now. */
  get value(): number {
    return this.#permits.value;
  }

  /** Runs `work` with a permit; resolves to what it returns. */
  withLock<R>(work: () => R | PromiseLike<R>): Promise<R> {
    return within(this.acquire(), work);
  }

  /** As `withLock`, blocking this thread until it has a permit. */
  withLockSync<R>(work: () => R): R {
    return withinSync(this.acquireSync(), work);
  }

  /** This thread uses it no more: its waits reject. The last thread's frees the memory. */
  close(): void {
    close(this, this.#permits.object);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Semaphore value=2]`, for messages. */
  toString(): string {
    return describe('Semaphore', this.#permits.object, () => `value=${this.value}`);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
