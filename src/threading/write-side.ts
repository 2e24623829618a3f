/** The writer of an `RwLock`; the state word is explained in `read-side.ts`. */

import { RuntimeError } from '../errors.js';
import { binding } from '../native/binding.js';
import { self } from '../runtime/port.js';
import { type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { checkAnswer, type ReturnableWish, TIMED_OUT, wait, waitSync } from '../runtime/waiting.js';
import { Guard, type Guarded } from './guard.js';
import { Presence } from './presence.js';

const WRITER = 1 << 29;
const ABANDONED = 1 << 30;
/** What is wanted: to write. */
const WRITE = 2;

const NO_OPTIONS: WaitOptions = {};

/** See the file's description. One for each object and isolate. */
export class WriteSide implements Guarded {
  readonly #object: SharedObject;
  readonly #wish: ReturnableWish;
  readonly #presence: Presence;

  /** @param keeper the lock, which lives as long as its guards and waits. */
  constructor(keeper: object, object: SharedObject) {
    this.#object = object;
    this.#presence = Presence.in(object);
    this.#wish = { object, keeper, want: WRITE, giveBack: () => this.#free() };
  }

  acquireNowait(): Guard | false {
    const { words, base } = this.#object;
    const state = Atomics.compareExchange(words, base + STATE_WORD, 0, WRITER | self);
    if (state === 0) return this.#entered(false);
    if (state !== ABANDONED) {
      this.#object.live();
      return false;
    }
    const before = Atomics.compareExchange(words, base + STATE_WORD, ABANDONED, WRITER | self);
    return before === ABANDONED ? this.#entered(true) : false;
  }

  acquireSync(options: { timeout?: number } = NO_OPTIONS): Guard | false {
    const timeout = timeoutOf(options);
    const guard = this.acquireNowait();
    if (guard !== false || timeout === 0) return guard;
    const { isWriting, readers } = this.#presence;
    if (timeout === Number.POSITIVE_INFINITY && (isWriting || readers > 0)) {
      const does = isWriting ? 'writing' : 'reading';
      throw new RuntimeError(`This thread is ${does} already: blocked, it would wait for itself for ever`);
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
    this.#presence.isWriting = true;
    return new Guard(this, ++this.#presence.stay, abandoned);
  }

  release(): void {
    if (!this.leave(this.#presence.stay)) {
      this.#object.live();
      throw new RuntimeError('This thread is not writing');
    }
  }

  leave(stay: number): boolean {
    const presence = this.#presence;
    if (!presence.isWriting || stay !== presence.stay || this.#object.isClosed) return false;
    presence.isWriting = false;
    this.#free();
    return true;
  }

  #free(): void {
    const { words, base, slot, generation } = this.#object;
    if (Atomics.compareExchange(words, base + STATE_WORD, WRITER | self, 0) === (WRITER | self)) return;
    checkAnswer(this.#object, binding.releaseRwLock(slot, generation, true));
  }

  /** Whether any isolate is the writer. */
  get isTaken(): boolean {
    return (this.#object.load(STATE_WORD) & WRITER) !== 0;
  }
}
