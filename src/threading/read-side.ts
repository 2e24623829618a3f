/**
 * The readers of an `RwLock`. State word: the number of readers, or the writer (24 bits), `WRITER`, `ABANDONED`, `WAITERS`;
 * see `crates/sync/src/rw_lock.rs`. This isolate also counts its readers in a word of the object of its own, for the case
 * that it dies.
 */

import { RuntimeError } from '../errors.js';
import { binding } from '../native/binding.js';
import { type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { checkAnswer, type ReturnableWish, TIMED_OUT, wait, waitSync } from '../runtime/waiting.js';
import { Guard, type Guarded } from './guard.js';
import { Presence } from './presence.js';

const NUMBER = (1 << 24) - 1;
const WRITER = 1 << 29;
/** What is wanted: to read. */
const READ = 1;

const NO_OPTIONS: WaitOptions = {};

/** See the file's description. */
export class ReadSide implements Guarded {
  readonly object: SharedObject;
  readonly #wish: ReturnableWish;
  readonly #presence: Presence;
  /** Word of the object that counts this isolate's readers; below 0 if it lies elsewhere, for the native side alone. */
  readonly #tally: number;

  /** @param keeper the lock, which lives as long as its guards and waits. */
  constructor(keeper: object, object: SharedObject) {
    this.object = object;
    this.#presence = Presence.in(object);
    this.#tally = binding.tallyWord(object.slot);
    this.#wish = { object, keeper, want: READ, giveBack: () => this.#free() };
  }

  acquireNowait(): Guard | false {
    const { words, base } = this.object;
    let state = Atomics.load(words, base + STATE_WORD);
    // A number of readers and nothing else: no writer, nobody waits, the last writer has not died.
    while (state >= 0 && state < NUMBER && this.#tally >= 0) {
      const before = Atomics.compareExchange(words, base + STATE_WORD, state, state + 1);
      if (before === state) {
        Atomics.add(words, base + this.#tally, 1);
        return this.#entered(false);
      }
      state = before;
    }
    if (state < 0 || (state & WRITER) !== 0) {
      this.object.live();
      return false;
    }
    return this.#conclude(waitSync(this.#wish, 0));
  }

  acquireSync(options: { timeout?: number } = NO_OPTIONS): Guard | false {
    const timeout = timeoutOf(options);
    const guard = this.acquireNowait();
    if (guard !== false || timeout === 0) return guard;
    if (timeout === Number.POSITIVE_INFINITY && this.#presence.isWriting) {
      throw new RuntimeError('This thread is writing: blocked, it would wait for itself for ever');
    }
    return this.#conclude(waitSync(this.#wish, timeout));
  }

  async acquire(options: WaitOptions = NO_OPTIONS): Promise<Guard | false> {
    const timeout = limitOf(options);
    const guard = this.acquireNowait();
    if (guard !== false || timeout === 0) return guard;
    return this.#conclude(await wait(this.#wish, options));
  }

  #conclude(answer: number): Guard | false {
    return answer === TIMED_OUT ? false : this.#entered(answer === 1);
  }

  #entered(abandoned: boolean): Guard {
    this.#presence.readers++;
    return new Guard(this, 0, abandoned);
  }

  release(): void {
    if (!this.leave()) {
      this.object.live();
      throw new RuntimeError('This thread is not reading');
    }
  }

  leave(): boolean {
    if (this.#presence.readers === 0 || this.object.isClosed) return false;
    this.#presence.readers--;
    this.#free();
    return true;
  }

  #free(): void {
    const { words, base, slot, generation } = this.object;
    let state = Atomics.load(words, base + STATE_WORD);
    while (state > 0 && state <= NUMBER && this.#tally >= 0) {
      const before = Atomics.compareExchange(words, base + STATE_WORD, state, state - 1);
      if (before === state) {
        Atomics.sub(words, base + this.#tally, 1);
        return;
      }
      state = before;
    }
    checkAnswer(this.object, binding.releaseRwLock(slot, generation, false));
  }

  /** Readers of all isolates. */
  get count(): number {
    const state = this.object.load(STATE_WORD);
    return (state & WRITER) === 0 ? state & NUMBER : 0;
  }
}
