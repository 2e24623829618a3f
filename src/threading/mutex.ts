/**
 * Mutual exclusion, the common part of `Lock` and `RLock`. The owner is the isolate; its entries are counted here.
 *
 * State word: the owner (24 bits), `ABANDONED`, `WAITERS`; see `crates/sync/src/lock.rs`. The uncontended ways are one
 * compare-and-swap each.
 */

import { RuntimeError } from '../errors.js';
import { binding } from '../native/binding.js';
import { self } from '../runtime/port.js';
import { type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { checkAnswer, type ReturnableWish, TIMED_OUT, wait, waitSync } from '../runtime/waiting.js';
import { Guard, type Guarded } from './guard.js';

const OWNER = (1 << 24) - 1;
const ABANDONED = 1 << 30;
/** All bits but `WAITERS`. */
const SEEN = 2 ** 31 - 1;

const NO_OPTIONS: WaitOptions = {};

/** One isolate's time inside. */
export interface Stay {
  /** Entries, of a re-entrant lock. */
  readonly depth: number;
  readonly number: number;
}

/** How this isolate is inside, whichever JavaScript object stands for the lock. */
class Inside {
  /** Entries; 0 when it is not inside. */
  depth = 0;
  /** Number of its stay inside: the guards of other stays are void. */
  stay = 0;
  lastStay = 0;
  /** Promises of this isolate that wait for the lock. */
  waiting = 0;
  /** The last entry was given to a promise whose reader has not yet gone on. */
  isArriving = false;
  /** Made here, where nothing refers to the lock itself, which is to be collected. */
  readonly isEntered = (): boolean => this.depth > 0;
}

/** See the file's description. */
export class Mutex implements Guarded {
  readonly object: SharedObject;
  readonly #inside: Inside;
  readonly #isReentrant: boolean;
  readonly #wish: ReturnableWish;

  /** @param keeper the lock, which lives as long as its guards and waits. */
  constructor(keeper: object, object: SharedObject, isReentrant: boolean) {
    this.object = object;
    const inside = (object.local ??= new Inside()) as Inside;
    this.#inside = inside;
    object.isInside = inside.isEntered;
    this.#isReentrant = isReentrant;
    this.#wish = { object, keeper, giveBack: () => this.#free() };
  }

  acquireNowait(): Guard | false {
    const { words, base } = this.object;
    if (Atomics.compareExchange(words, base + STATE_WORD, 0, self) === 0) return this.#entered(false);
    return this.#tryAgain();
  }

  acquireSync(options: { timeout?: number } = NO_OPTIONS): Guard | false {
    const timeout = timeoutOf(options);
    const guard = this.acquireNowait();
    if (guard !== false || timeout === 0) return guard;
    if (timeout === Number.POSITIVE_INFINITY) this.#refuseDeadlock();
    return this.#conclude(waitSync(this.#wish, timeout));
  }

  /** A blocked thread can neither release the lock nor read that a promise of its own has got it. */
  #refuseDeadlock(): void {
    if (this.#inside.depth === 0 && this.#inside.waiting === 0) return;
    const who = this.#inside.depth > 0 ? 'holds the lock already' : 'awaits the lock already';
    throw new RuntimeError(`This thread ${who}: blocked, it would wait for itself for ever`);
  }

  /**
   * Of several calls of one thread in one go only the first may enter a lock at once, also a re-entrant one: the others cannot
   * belong to what runs inside, as nothing does so far.
   */
  async acquire(options: WaitOptions = NO_OPTIONS): Promise<Guard | false> {
    const timeout = limitOf(options);
    const inside = this.#inside;
    const guard = inside.isArriving ? false : this.acquireNowait();
    if (guard !== false) {
      inside.isArriving = true;
      queueMicrotask(() => (inside.isArriving = false));
    }
    if (guard !== false || timeout === 0) return guard;
    inside.waiting++;
    try {
      return this.#conclude(await wait(this.#wish, options));
    } finally {
      inside.waiting--;
    }
  }

  #conclude(answer: number): Guard | false {
    return answer === TIMED_OUT ? false : this.#entered(answer === 1);
  }

  #entered(abandoned: boolean): Guard {
    const inside = this.#inside;
    inside.depth = 1;
    inside.stay = ++inside.lastStay;
    return new Guard(this, inside.stay, abandoned);
  }

  /** The state is not 0: there is an owner, or somebody waits, or the last owner died. */
  #tryAgain(): Guard | false {
    const inside = this.#inside;
    if (this.#isReentrant && inside.depth > 0 && !this.object.isClosed) {
      inside.depth++;
      return new Guard(this, inside.stay, false);
    }
    const { words, base } = this.object.live();
    let state = Atomics.load(words, base + STATE_WORD);
    while ((state & OWNER) === 0) {
      const before = Atomics.compareExchange(words, base + STATE_WORD, state, (state & ~SEEN) | self);
      if (before === state) return this.#entered((state & ABANDONED) !== 0);
      state = before;
    }
    return false;
  }

  /** Leaves once. @throws {RuntimeError} when this isolate is not inside. */
  release(): void {
    if (this.#inside.depth === 0) {
      this.object.live();
      throw new RuntimeError(this.isLocked ? 'The lock is held by another thread' : 'The lock is not held');
    }
    this.#leave();
  }

  leave(stay: number): boolean {
    if (stay !== this.#inside.stay || this.#inside.depth === 0 || this.object.isClosed) return false;
    this.#leave();
    return true;
  }

  #leave(): void {
    if (--this.#inside.depth === 0) this.#free();
  }

  #free(): void {
    const { words, base, slot, generation } = this.object;
    if (Atomics.compareExchange(words, base + STATE_WORD, self, 0) === self) return;
    checkAnswer(this.object, binding.releaseLock(slot, generation));
  }

  /** Whether any isolate is inside. */
  get isLocked(): boolean {
    return (this.object.load(STATE_WORD) & OWNER) !== 0;
  }

  /** Entries of this isolate. */
  get depth(): number {
    return this.#inside.depth;
  }

  /** Ends this stay, because a condition releases the lock while it waits; what `resume` needs. */
  suspend(): Stay {
    const stay = { depth: this.#inside.depth, number: this.#inside.stay };
    this.#inside.depth = 0;
    return stay;
  }

  /** The condition has got the lock back: the stay, and its guards, go on. */
  resume({ depth, number }: Stay): void {
    this.#inside.depth = depth;
    this.#inside.stay = number;
  }

  /** Whether this isolate is inside. */
  get isMine(): boolean {
    return this.#inside.depth > 0;
  }
}
