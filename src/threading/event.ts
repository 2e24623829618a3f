/** `Event`: Python's `threading.Event`, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { binding } from '../native/binding.js';
import { EVENT } from '../runtime/kind.js';
import { close, registerObject, shared, type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { type Readiness, readiness } from '../runtime/watching.js';
import { checkAnswer, describe, type ReturnableWish, TIMED_OUT, wait, waitSync } from '../runtime/waiting.js';

/** Bit of the state word; see `crates/sync/src/event.rs`. */
const SET = 1;

const NO_OPTIONS: WaitOptions = {};

/**
 * A flag to wait for. Setting it ends every wait that has begun before, also if it is cleared at once.
 *
 * @example
 * const ready = new Event();
 * const result = pool.apply(() => { ready.waitSync(); return 'went on'; });
 * ready.set();
 * await result;
 */
export class Event {
  readonly #object: SharedObject;
  readonly #wish: ReturnableWish;

  /** Not set. @throws {RangeError} when all slots of shared memory are in use. */
  constructor() {
    this.#object = shared(this, EVENT);
    this.#wish = { object: this.#object, keeper: this, giveBack: () => {} };
  }

  static {
    registerObject('polycore.Event', this, () => new this(), (event) => event.#object);
  }

  /** Whether it is set. */
  isSet(): boolean {
    return (this.#object.load(STATE_WORD) & SET) !== 0;
  }

  /** Sets it: all waits end. */
  set(): void {
    const { words, base, slot, generation } = this.#object.live();
    const before = Atomics.compareExchange(words, base + STATE_WORD, 0, SET);
    if (before !== 0 && before !== SET) checkAnswer(this.#object, binding.setEvent(slot, generation));
  }

  /** Clears it: waits that begin from now on wait until it is set again. */
  clear(): void {
    const { words, base } = this.#object.live();
    Atomics.and(words, base + STATE_WORD, ~SET);
  }

  /**
   * Resolves to `true` when it is set. Costs nothing but the promise if it is.
   *
   * @param options `timeout` in milliseconds (default: none) resolves to `false`, `signal` rejects with its reason.
   */
  async wait(options: WaitOptions = NO_OPTIONS): Promise<boolean> {
    const timeout = limitOf(options);
    if (this.isSet()) return true;
    return timeout > 0 && (await wait(this.#wish, options)) !== TIMED_OUT;
  }

  /** As `wait`, blocking this thread. */
  waitSync(options: { timeout?: number } = NO_OPTIONS): boolean {
    const timeout = timeoutOf(options);
    if (this.isSet()) return true;
    return timeout > 0 && waitSync(this.#wish, timeout) !== TIMED_OUT;
  }

  /** See `wait`: ready when it is set. */
  [readiness](): Readiness {
    return { isReady: () => this.isSet(), wish: this.#wish };
  }

  /** This thread uses it no more: its waits reject. The last thread's frees the memory. */
  close(): void {
    close(this, this.#object);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Event set]`, for messages. */
  toString(): string {
    return describe('Event', this.#object, () => (this.isSet() ? 'set' : 'unset'));
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
