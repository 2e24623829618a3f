/**
 * Waiting for several objects at once, without taking anything from any of them: until a queue has an item, a connection a
 * message, an event is set, a thread has ended.
 *
 * What can be waited for so has a method `[readiness]`. Being woken only means that it is time to look again: what made an
 * object ready may be gone by then.
 */

import { RuntimeError, StaleHandleError } from '../errors.js';
import { binding } from '../native/binding.js';
import { expect, forget, type Pending, recycle, takeSlot } from './port.js';
import { STATE_WORD } from './shared-object.js';
import { FOREVER, QUEUED, STALE, STOPPED, TIMED_OUT, type Wish } from './waiting.js';

/** Name of the method that says how to wait for an object. */
export const readiness: unique symbol = Symbol('polycore.readiness');

/** How to wait for an object. */
export interface Readiness {
  /** Whether it is ready. @throws what its other methods throw when it is closed in this thread. */
  isReady(): boolean;
  /** A wait that ends when it may be ready, and takes nothing. */
  readonly wish: Wish;
}

/** An object that `wait` takes. */
export interface Watchable {
  [readiness](): Readiness;
}

/** Whether `wait` takes it. */
export function isWatchable(value: unknown): value is Watchable {
  return typeof (value as Partial<Watchable> | null | undefined)?.[readiness] === 'function';
}

/** Calls `ended` once when the object of the wish may be ready, unless it is stopped before. Returns what stops it. */
export function watch(wish: Wish, ended: () => void): () => void {
  const watcher = new Watcher(wish, ended);
  watcher.begin();
  return () => watcher.stop();
}

class Watcher implements Pending {
  readonly #wish: Wish;
  readonly #waiter = takeSlot();
  #ended: (() => void) | undefined;
  #isUnderWay = false;

  constructor(wish: Wish, ended: () => void) {
    this.#wish = wish;
    this.#ended = ended;
  }

  begin(): void {
    const { object, base = STATE_WORD, want = 0 } = this.#wish;
    expect(this.#waiter, this);
    try {
      const { slot, generation } = object.live();
      this.#isUnderWay = binding.waitAsync(slot, generation, base, want, this.#waiter) === QUEUED;
    } finally {
      if (!this.#isUnderWay) this.#free();
    }
    if (!this.#isUnderWay) this.#end();
  }

  #free(): void {
    forget(this.#waiter);
    recycle(this.#waiter);
  }

  #end(): void {
    const ended = this.#ended;
    this.#ended = undefined;
    ended?.();
  }

  stop(): void {
    this.#ended = undefined;
    const { slot, generation } = this.#wish.object;
    if (!this.#isUnderWay || !binding.withdraw(slot, generation, this.#waiter, false)) return;
    this.#isUnderWay = false;
    this.#free();
  }

  settle(): void {
    this.#isUnderWay = false;
    this.#end();
  }
}

/** Blocks this thread until the object of one of the wishes may be ready; whether that was within `timeout` milliseconds. */
export function watchSync(wishes: readonly Wish[], timeout: number): boolean {
  const goals = wishes.flatMap(({ object, base = STATE_WORD, want = 0 }) => [object.live().slot, object.generation, base, want]);
  const answer = binding.waitAnySync(Uint32Array.from(goals), Math.min(timeout, FOREVER));
  if (answer === STALE) throw new StaleHandleError('An object is gone');
  if (answer === STOPPED) throw new RuntimeError('This thread is being stopped');
  return answer !== TIMED_OUT;
}
