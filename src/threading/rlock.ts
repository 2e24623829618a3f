/** `RLock`: Python's `threading.RLock`, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { RLOCK } from '../runtime/kind.js';
import { close, registerObject, shared } from '../runtime/shared-object.js';
import type { WaitOptions } from '../runtime/wait-options.js';
import { describe } from '../runtime/waiting.js';
import type { Guard } from './guard.js';
import { Mutex } from './mutex.js';
import { within, withinSync } from './within.js';

/** The state behind a `RLock`. */
export let mutexOfRLock: (lock: RLock) => Mutex;

/**
 * A lock that its owner may acquire again, and is free when it has been released as often. Otherwise as `Lock`.
 *
 * The owner is the thread: while one of its asynchronous parts is inside, the others enter, too. Use a `Lock` to keep them apart.
 *
 * @example
 * const lock = new RLock();
 * using outer = lock.acquireSync();
 * using inner = lock.acquireSync();
 * lock.depth; // 2
 */
export class RLock {
  readonly #mutex: Mutex;

  /** @throws {RangeError} when all slots of shared memory are in use. */
  constructor() {
    this.#mutex = new Mutex(this, shared(this, RLOCK), true);
  }

  static {
    mutexOfRLock = (lock) => lock.#mutex;
    registerObject('polycore.RLock', this, () => new this(), (lock) => lock.#mutex.object);
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
   * @throws {RuntimeError} when it would wait for itself for ever: because this thread awaits the lock.
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

  /** Leaves once; the lock is free when each acquisition has been left. @throws {RuntimeError} when this thread does not own it. */
  release(): void {
    this.#mutex.release();
  }

  /** Whether any thread owns it. */
  locked(): boolean {
    return this.#mutex.isLocked;
  }

  /** How often this thread is inside: 0 when another one is, or none. */
  get depth(): number {
    return this.#mutex.depth;
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

  /** `[RLock locked, waiters: 2]`, for messages. */
  toString(): string {
    return describe('RLock', this.#mutex.object, () => (this.locked() ? 'locked' : 'unlocked'));
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
