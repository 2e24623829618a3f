/** `Condition`: Python's `threading.Condition`, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { RuntimeError } from '../errors.js';
import { binding } from '../native/binding.js';
import { CONDITION } from '../runtime/kind.js';
import { close, registerObject, shared, type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { ABORTED, begin, checkAnswer, describe, LATE, NOT_OWNER, TIMED_OUT, waitSync, type Wish } from '../runtime/waiting.js';
import type { Guard } from './guard.js';
import { Lock, mutexOfLock } from './lock.js';
import type { Mutex } from './mutex.js';
import { checkPermits } from './permits.js';
import { mutexOfRLock, RLock } from './rlock.js';
import { within, withinSync } from './within.js';

const ALL = 2 ** 31 - 1;
const NO_OPTIONS: WaitOptions = {};

/**
 * Waiting, under a lock, for something that others change under the same lock.
 *
 * `wait` releases the lock, however often it was entered, waits to be notified and acquires it again, so afterwards this thread
 * owns it in any case, also after a timeout or an abort. Those who are notified go on one after the other, as the lock gets free.
 *
 * @example
 * const changed = new Condition();
 * // one thread
 * changed.withLockSync(() => changed.waitForSync(() => queue.length > 0));
 * // another one
 * changed.withLockSync(() => { queue.push(1); changed.notify(); });
 */
export class Condition {
  readonly #object: SharedObject;
  readonly #wish: Wish;
  /** The lock; several conditions may share one. */
  readonly lock: Lock | RLock;
  readonly #mutex: Mutex;

  /**
   * @param lock default: a new `RLock`.
   * @throws {TypeError} when it is neither a `Lock` nor an `RLock`; {StaleHandleError} when it is closed.
   */
  constructor(lock: Lock | RLock = new RLock()) {
    if (!(lock instanceof Lock) && !(lock instanceof RLock)) throw new TypeError('Expected `lock` to be a Lock or an RLock');
    this.lock = lock;
    this.#mutex = lock instanceof Lock ? mutexOfLock(lock) : mutexOfRLock(lock);
    this.#mutex.object.live();
    this.#object = shared(this, CONDITION, {
      bind: (slot, generation) => {
        const { object } = this.#mutex;
        binding.bindCondition(slot, generation, object.slot, object.generation);
      },
    });
    this.#wish = { object: this.#object, keeper: this };
  }

  static {
    registerObject<Condition, Lock | RLock>(
      'polycore.Condition',
      this,
      (lock) => new this(lock),
      (condition) => condition.#object,
      { pack: (condition) => condition.lock },
    );
  }

  /** Acquires the lock, as its own `acquire` does. */
  acquire(options?: { signal?: AbortSignal }): Promise<Guard>;
  acquire(options?: WaitOptions): Promise<Guard | false>;
  acquire(options?: WaitOptions): Promise<Guard | false> {
    return this.#mutex.acquire(options);
  }

  /** As `acquire`, blocking this thread. */
  acquireSync(): Guard;
  acquireSync(options: { timeout?: number }): Guard | false;
  acquireSync(options?: { timeout?: number }): Guard | false {
    return this.#mutex.acquireSync(options);
  }

  /** A guard if the lock can be had at once, else `false`. */
  acquireNowait(): Guard | false {
    return this.#mutex.acquireNowait();
  }

  /** Releases the lock once. @throws {RuntimeError} when this thread does not own it. */
  release(): void {
    this.#mutex.release();
  }

  /**
   * Releases the lock and resolves to `true` when it has been notified and owns the lock again.
   *
   * @param options `timeout` in milliseconds (default: none) resolves to `false`, `signal` rejects with its reason; both not before
   * this thread owns the lock again.
   * @throws {RuntimeError} when this thread does not own the lock.
   */
  async wait(options: WaitOptions = NO_OPTIONS): Promise<boolean> {
    limitOf(options);
    this.#checkMine('wait()');
    const stay = this.#mutex.suspend();
    const answer = await begin(this.#wish, options);
    if (answer === TIMED_OUT || answer === ABORTED) await begin({ object: this.#mutex.object, keeper: this }, NO_OPTIONS);
    this.#mutex.resume(stay);
    if (answer === LATE) this.notify();
    if (answer === LATE || answer === ABORTED) throw options.signal?.reason;
    return answer !== TIMED_OUT;
  }

  /** As `wait`, blocking this thread. */
  waitSync(options: { timeout?: number } = NO_OPTIONS): boolean {
    const timeout = timeoutOf(options);
    this.#checkMine('waitSync()');
    this.#object.live();
    const stay = this.#mutex.suspend();
    const answer = waitSync(this.#wish, timeout);
    this.#mutex.resume(stay);
    return answer !== TIMED_OUT;
  }

  /**
   * Waits until `predicate()`, asked under the lock, gives something truthy, and resolves to that; to the last falsy value after
   * `timeout` milliseconds in all.
   *
   * @throws {RuntimeError} when it has to wait and this thread does not own the lock.
   */
  async waitFor<T>(predicate: () => T | PromiseLike<T>, options: WaitOptions = NO_OPTIONS): Promise<T> {
    const end = performance.now() + limitOf(options);
    const { signal } = options;
    for (;;) {
      const value = await predicate();
      if (value) return value;
      const timeout = Math.max(0, end - performance.now());
      if (timeout === 0) return value;
      await this.wait(signal === undefined ? { timeout } : { timeout, signal });
    }
  }

  /** As `waitFor`, blocking this thread. */
  waitForSync<T>(predicate: () => T, options: { timeout?: number } = NO_OPTIONS): T {
    const end = performance.now() + timeoutOf(options);
    for (;;) {
      const value = predicate();
      if (value) return value;
      const timeout = Math.max(0, end - performance.now());
      if (timeout === 0) return value;
      this.waitSync({ timeout });
    }
  }

  /**
   * Lets the `n` that wait longest go on, default one, once this thread releases the lock.
   *
   * @throws {RuntimeError} when this thread does not own the lock.
   */
  notify(n = 1): void {
    checkPermits('n', n, 0);
    this.#notify(n, 'notify()');
  }

  /** Lets all that wait go on. @throws {RuntimeError} when this thread does not own the lock. */
  notifyAll(): void {
    this.#notify(ALL, 'notifyAll()');
  }

  #notify(n: number, operation: string): void {
    this.#checkMine(operation);
    if (this.#object.load(STATE_WORD) === 0) return;
    const answer = checkAnswer(this.#object, binding.notify(this.#object.slot, this.#object.generation, n));
    if (answer === NOT_OWNER) throw notOwner(operation);
  }

  #checkMine(operation: string): void {
    if (!this.#mutex.isMine) throw notOwner(operation);
  }

  /** Runs `work` while this thread owns the lock; resolves to what it returns. */
  withLock<R>(work: () => R | PromiseLike<R>): Promise<R> {
    return within(this.acquire(), work);
  }

  /** As `withLock`, blocking this thread until it owns the lock. */
  withLockSync<R>(work: () => R): R {
    return withinSync(this.acquireSync(), work);
  }

  /** This thread uses it no more: its waits reject. The last thread's frees the memory. The lock stays. */
  close(): void {
    close(this, this.#object);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Condition of [RLock locked]]`, for messages. */
  toString(): string {
    return describe('Condition', this.#object, () => `of ${this.lock.toString()}`);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function notOwner(operation: string): RuntimeError {
  return new RuntimeError(`${operation} needs the lock of the condition, which this thread does not hold`);
}
