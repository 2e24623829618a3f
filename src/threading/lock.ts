/** `Lock`: Python's `threading.Lock`, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { LOCK } from '../runtime/kind.js';
import { close, registerObject, shared } from '../runtime/shared-object.js';
import type { WaitOptions } from '../runtime/wait-options.js';
import { describe } from '../runtime/waiting.js';
import type { Guard } from './guard.js';
import { Mutex } from './mutex.js';
import { within, withinSync } from './within.js';

/** The state behind a `Lock`. */
export let mutexOfLock: (lock: Lock) => Mutex;

/**
 * Mutual exclusion between threads, and between the asynchronous parts of one thread. Not re-entrant.
 *
 * It can be released only by the thread that acquired it. If that thread dies, the next `acquire` succeeds and its guard
 * says `abandoned`. A free lock goes to whoever is first to take it; but nobody who waits is passed over for longer than a
 * millisecond of waiting plus the time that those before it hold the lock, and promises are served in order.
 *
 * @example
 * const lock = new Lock();
 * await pool.map(async (n: number) => {
 *   using guard = await lock.acquire();
 *   appendFileSync('log', `${n}\n`);
 * }, [1, 2, 3]);
 */
export class Lock {
  readonly #mutex: Mutex;

  /** @throws {RangeError} when all slots of shared memory are in use. */
  constructor() {
    this.#mutex = new Mutex(this, shared(this, LOCK), false);
  }

  static {
    mutexOfLock = (lock) => lock.#mutex;
    registerObject('polycore.Lock', this, () => new this(), (lock) => lock.#mutex.object);
  }

  /**
   * Resolves to a guard when this thread owns the lock. Costs nothing but the promise if the lock is free.
   *
   * @param options `timeout` in milliseconds (default: none) resolves to `false`, `signal` rejects with its reason.
   */
  acquire(options?: { signal?: AbortSignal }): Promise<Guard>;
  acquire(options?: WaitOptions): Promise<Guard | false>;
  acquire(options?: WaitOptions): Promise<Guard | false> {
    return this.#mutex.acquire(options);
  }

  /**
   * As `acquire`, blocking this thread.
   *
   * @throws {RuntimeError} when it would wait for itself for ever: because this thread holds or awaits the lock.
   */
  acquireSync(): Guard;
  acquireSync(options: { timeout?: number }): Guard | false;
  acquireSync(options?: { timeout?: number }): Guard | false {
    return this.#mutex.acquireSync(options);
  }

  /** A guard if the lock can be had at once, else `false`. */
  acquireNowait(): Guard | false {
    return this.#mutex.acquireNowait();
  }

  /** Frees the lock. @throws {RuntimeError} when this thread does not own it. */
  release(): void {
    this.#mutex.release();
  }

  /** Whether any thread owns it. */
  locked(): boolean {
    return this.#mutex.isLocked;
  }

  /** Runs `work` while this thread owns the lock; resolves to what it returns. */
  withLock<R>(work: () => R | PromiseLike<R>): Promise<R> {
    return within(this.acquire(), work);
  }

  /** As `withLock`, blocking this thread until it owns the lock. */
  withLockSync<R>(work: () => R): R {
    return withinSync(this.acquireSync(), work);
  }

  /** This thread uses it no more: what it owns counts as abandoned, its waits reject. The last thread's frees the memory. */
  close(): void {
    close(this, this.#mutex.object);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Lock locked, waiters: 2]`, for messages. */
  toString(): string {
    return describe('Lock', this.#mutex.object, () => (this.locked() ? 'locked' : 'unlocked'));
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
