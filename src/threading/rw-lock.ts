/** `RwLock`: many readers or one writer, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { RW_LOCK } from '../runtime/kind.js';
import { close, registerObject, shared } from '../runtime/shared-object.js';
import type { WaitOptions } from '../runtime/wait-options.js';
import { describe } from '../runtime/waiting.js';
import type { Guard } from './guard.js';
import { ReadSide } from './read-side.js';
import { within, withinSync } from './within.js';
import { WriteSide } from './write-side.js';

/**
 * A lock that any number of readers may hold at once, or one writer.
 *
 * First come, first served: a reader does not overtake a writer that waits, so neither side starves. A thread may read several
 * times at once; it cannot make reading into writing. If a thread dies while it writes, the next guard says `abandoned`.
 *
 * @example
 * const lock = new RwLock();
 * const total = await lock.withReadLock(() => prices.reduce((sum, price) => sum + price, 0));
 * await lock.withWriteLock(() => prices.fill(0));
 */
export class RwLock {
  readonly #read: ReadSide;
  readonly #write: WriteSide;

  /** @throws {RangeError} when all slots of shared memory are in use. */
  constructor() {
    const object = shared(this, RW_LOCK);
    this.#read = new ReadSide(this, object);
    this.#write = new WriteSide(this, object);
  }

  static {
    registerObject('polycore.RwLock', this, () => new this(), (lock) => lock.#read.object);
  }

  /**
   * Resolves to a guard when this thread may read.
   *
   * @param options `timeout` in milliseconds (default: none) resolves to `false`, `signal` rejects with its reason.
   */
  acquireRead(options?: { signal?: AbortSignal }): Promise<Guard>;
  acquireRead(options?: WaitOptions): Promise<Guard | false>;
  acquireRead(options?: WaitOptions): Promise<Guard | false> {
    return this.#read.acquire(options);
  }

  /** As `acquireRead`, blocking this thread. @throws {RuntimeError} when it would wait for itself for ever. */
  acquireReadSync(): Guard;
  acquireReadSync(options: { timeout?: number }): Guard | false;
  acquireReadSync(options?: { timeout?: number }): Guard | false {
    return this.#read.acquireSync(options);
  }

  /** A guard if this thread may read at once, else `false`. */
  acquireReadNowait(): Guard | false {
    return this.#read.acquireNowait();
  }

  /** Leaves once as a reader. @throws {RuntimeError} when this thread is not reading. */
  releaseRead(): void {
    this.#read.release();
  }

  /** Resolves to a guard when this thread may write. Options as of `acquireRead`. */
  acquireWrite(options?: { signal?: AbortSignal }): Promise<Guard>;
  acquireWrite(options?: WaitOptions): Promise<Guard | false>;
  acquireWrite(options?: WaitOptions): Promise<Guard | false> {
    return this.#write.acquire(options);
  }

  /** As `acquireWrite`, blocking this thread. @throws {RuntimeError} when it would wait for itself for ever. */
  acquireWriteSync(): Guard;
  acquireWriteSync(options: { timeout?: number }): Guard | false;
  acquireWriteSync(options?: { timeout?: number }): Guard | false {
    return this.#write.acquireSync(options);
  }

  /** A guard if this thread may write at once, else `false`. */
  acquireWriteNowait(): Guard | false {
    return this.#write.acquireNowait();
  }

  /** Leaves as the writer. @throws {RuntimeError} when this thread is not writing. */
  releaseWrite(): void {
    this.#write.release();
  }

  /** Readers inside, of all threads. */
  get readers(): number {
    return this.#read.count;
  }

  /** Whether any thread is writing. */
  get writing(): boolean {
    return this.#write.isTaken;
  }

  /** Runs `work` while this thread may read; resolves to what it returns. */
  withReadLock<R>(work: () => R | PromiseLike<R>): Promise<R> {
    return within(this.acquireRead(), work);
  }

  /** As `withReadLock`, blocking this thread until it may read. */
  withReadLockSync<R>(work: () => R): R {
    return withinSync(this.acquireReadSync(), work);
  }

  /** Runs `work` while this thread may write; resolves to what it returns. */
  withWriteLock<R>(work: () => R | PromiseLike<R>): Promise<R> {
    return within(this.acquireWrite(), work);
  }

  /** As `withWriteLock`, blocking this thread until it may write. */
  withWriteLockSync<R>(work: () => R): R {
    return withinSync(this.acquireWriteSync(), work);
  }

  /** This thread uses it no more: what it holds is left, what it was writing is abandoned, its waits reject. */
  close(): void {
    close(this, this.#read.object);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[RwLock readers=2, waiters: 1]`, for messages. */
  toString(): string {
    return describe('RwLock', this.#read.object, () => (this.writing ? 'writing' : `readers=${this.readers}`));
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
