/** The locks of `Value`s and `Array`s: one of their own, made when it is first needed, or one that was given. */

import { Lock } from '../threading/lock.js';
import { RLock } from '../threading/rlock.js';
import { describe } from './options.js';

/** What may guard a `Value` or an `Array`. */
export type AnyLock = Lock | RLock;

/** What a `Value` or an `Array` has that was not made with `lock: false`. */
export interface Locked<L extends AnyLock = RLock> {
  /** The lock: a `RLock` of its own, or the one that was given. Nothing acquires it by itself. */
  getLock(): L;
  /** Runs `work` while this thread owns the lock; resolves to what it returns. */
  withLock<R>(work: () => R | PromiseLike<R>): Promise<R>;
  /** As `withLock`, blocking this thread until it owns the lock. */
  withLockSync<R>(work: () => R): R;
}

/** How an object gets its lock: made when it is needed, given by the user, or arrived as one of these. */
export interface LockSource {
  readonly lock?: AnyLock;
  /** Whether it goes with the object. */
  readonly isOwn: boolean;
}

/** A class with a lock. */
export interface LockedClass<T> {
  readonly Class: new (source: LockSource, ...args: never[]) => T & Locked<AnyLock>;
  /** What travels of the lock of such an object. */
  readonly sourceOf: (object: T) => Required<LockSource>;
}

/** The class of the same objects with a lock: a subclass. */
export function lockedClass<T extends { close(): void }>(Base: new (...args: never[]) => T): LockedClass<T> {
  // The compiler knows mixins with arguments of any type only.
  class Guarded extends (Base as new (...args: never[]) => { close(): void }) {
    #lock: AnyLock | undefined;
    readonly #isOwn: boolean;

    constructor({ isOwn, lock }: LockSource, ...args: never[]) {
      super(...args);
      this.#lock = lock;
      this.#isOwn = isOwn;
    }

    static sourceOf(object: Guarded): Required<LockSource> {
      return { lock: object.getLock(), isOwn: object.#isOwn };
    }

    getLock(): AnyLock {
      this.#lock ??= new RLock();
      return this.#lock;
    }

    withLock<R>(work: () => R | PromiseLike<R>): Promise<R> {
      return this.getLock().withLock(work);
    }

    withLockSync<R>(work: () => R): R {
      return this.getLock().withLockSync(work);
    }

    override close(): void {
      super.close();
      if (this.#isOwn) this.#lock?.close();
    }
  }
  Object.defineProperty(Guarded, 'name', { value: Base.name });
  return { Class: Guarded as never, sourceOf: Guarded.sourceOf as never };
}

/** The option `lock` of `Value` and `Array`; `undefined` means none. @throws {TypeError} when it is neither boolean nor lock. */
export function lockSource(options: unknown): LockSource | undefined {
  if (options === undefined) return { isOwn: true };
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Expected \`options\` to be an object, got ${describe(options)}`);
  }
  if (options instanceof Lock || options instanceof RLock) {
    throw new TypeError('Expected `options` to be an object such as { lock }, got the lock itself');
  }
  const { lock } = options as { lock?: unknown };
  if (lock === undefined || lock === true) return { isOwn: true };
  if (lock === false) return undefined;
  if (lock instanceof Lock || lock instanceof RLock) return { lock, isOwn: false };
  throw new TypeError(`Expected \`lock\` to be a boolean, a Lock or a RLock, got ${describe(lock)}`);
}
