/**
 * Permits, the common part of `Semaphore` and `BoundedSemaphore`.
 *
 * State word: the permits (30 bits), a bit for closed ones, `WAITERS`; see `crates/sync/src/semaphore.rs`. Without waiters
 * they are taken and returned by one compare-and-swap.
 */

import { RuntimeError } from '../errors.js';
import { binding } from '../native/binding.js';
import { type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { checkAnswer, CLOSED, type ReturnableWish, TIMED_OUT, wait, waitSync } from '../runtime/waiting.js';
import { Guard, type Guarded } from './guard.js';

/** The most permits there can be. */
const MOST = 2 ** 30 - 1;
/** Word with the bound. */
const BOUND = 6;

const NO_OPTIONS: WaitOptions = {};

/** @throws {TypeError} {RangeError} unless `value` is a number of permits. */
export function checkPermits(name: string, value: number, least: number): void {
  if (typeof value !== 'number') throw new TypeError(`Expected \`${name}\` to be a number, got ${typeof value}`);
  if (!Number.isInteger(value) || value < least || value > MOST) {
    throw new RangeError(`Expected \`${name}\` to be an integer from ${least} to ${MOST}, got ${value}`);
  }
}

/** See the file's description. */
export class Permits implements Guarded {
  readonly object: SharedObject;
  readonly #wish: ReturnableWish;

  /** @param keeper the semaphore, which lives as long as its guards and waits. */
  constructor(keeper: object, object: SharedObject) {
    this.object = object;
    this.#wish = { object, keeper, want: 1, giveBack: () => this.leave() };
  }

  /** How a new object begins. */
  static begin(value: number, bound: number = MOST): (words: Int32Array, base: number) => void {
    return (words, base) => {
      words[base + STATE_WORD] = value;
      words[base + BOUND] = bound;
    };
  }

  acquireNowait(): Guard | false {
    const { words, base } = this.object;
    let state = Atomics.load(words, base + STATE_WORD);
    // Greater than MOST: closed; below 0: somebody waits, or the object is closed here.
    while (state > 0 && state <= MOST) {
      const before = Atomics.compareExchange(words, base + STATE_WORD, state, state - 1);
      if (before === state) return this.#guard();
      state = before;
    }
    this.object.live();
    return false;
  }

  acquireSync(options: { timeout?: number } = NO_OPTIONS): Guard | false {
    const timeout = timeoutOf(options);
    const guard = this.acquireNowait();
    if (guard !== false || timeout === 0) return guard;
    return this.#conclude(waitSync(this.#wish, timeout));
  }

  async acquire(options: WaitOptions = NO_OPTIONS): Promise<Guard | false> {
    const timeout = limitOf(options);
    const guard = this.acquireNowait();
    if (guard !== false || timeout === 0) return guard;
    return this.#conclude(await wait(this.#wish, options));
  }

  #conclude(answer: number): Guard | false {
    if (answer === CLOSED) throw new RuntimeError('The semaphore is closed');
    return answer === TIMED_OUT ? false : this.#guard();
  }

  #guard(): Guard {
    return new Guard(this, 0, false);
  }

  release(permits: number): void {
    checkPermits('n', permits, 1);
    const { words, base, slot, generation } = this.object.live();
    const bound = words[base + BOUND] as number;
    let state = Atomics.load(words, base + STATE_WORD);
    while (state >= 0 && state + permits <= bound) {
      const before = Atomics.compareExchange(words, base + STATE_WORD, state, state + permits);
      if (before === state) return;
      state = before;
    }
    const answer = checkAnswer(this.object, binding.releaseSemaphore(slot, generation, STATE_WORD, permits, bound));
    if (answer === 0) throw new RangeError(`Semaphore released too many times: more than ${bound} permits`);
  }

  leave(): boolean {
    if (this.object.isClosed) return false;
    this.release(1);
    return true;
  }

  /** Permits there are now. */
  get value(): number {
    return this.object.load(STATE_WORD) & MOST;
  }
}
