/**
 * Waiting for a shared object: blocked, or as a promise that costs a slot while it is pending and no thread.
 *
 * A promise ends its wait by itself when its time is over or its signal is aborted. The native side says whether it was still
 * waiting. If not, it has been granted in this very moment: a timeout then takes what it was granted, an abort gives it back.
 */

import { RuntimeError, StaleHandleError } from '../errors.js';
import { binding } from '../native/binding.js';
import { whenAborted } from './abort.js';
import { expect, forget, type Pending, recycle, takeSlot } from './port.js';
import { type SharedObject, STATE_WORD } from './shared-object.js';
import { getWord, PHASE, RESULT } from './slot.js';
import { alarm, limitOf, type WaitOptions } from './wait-options.js';

/** Answers below 0; `crates/addon/src/waits.rs` has the same list. From 0 on: granted. */
export const CLOSED = -1;
export const BROKEN = -2;
export const TIMED_OUT = -3;
export const STOPPED = -4;
export const QUEUED = -5;
export const STALE = -6;
/** This isolate does not own the lock. */
export const NOT_OWNER = -7;
/** The signal was aborted. */
export const ABORTED = -8;
/** The signal was aborted in the moment of the grant: what was wanted is had. */
export const LATE = -9;

/** Phases of a waiter; `crates/sync/src/waiter.rs` has the same list. */
const GRANTED = 2;
const RETRY = 3;
const PHASE_BROKEN = 5;

/** Milliseconds that are for ever. */
export const FOREVER = 1e12;

/** What is wanted of which object. */
export interface Wish {
  readonly object: SharedObject;
  /** The JavaScript object for it, which must not be collected while somebody waits. */
  readonly keeper: object;
  /** First word of the queue in the object; default: its only one. */
  readonly base?: number;
  /** What is wanted, see the kind; default 0. */
  readonly want?: number;
  /** The answer when a wait is aborted in the moment of the grant, which had this result; default: `LATE`. */
  readonly late?: (result: number) => number;
}

/** A wish of which, when it is granted to a wait that was aborted in the same moment, something has to be given back. */
export interface ReturnableWish extends Wish {
  readonly giveBack: () => void;
}

/** An answer that is no error of its own. @throws {StaleHandleError} {RuntimeError} */
export function checkAnswer(object: SharedObject, answer: number): number {
  if (answer === STALE) {
    object.live();
    throw new StaleHandleError('The object is gone');
  }
  if (answer === STOPPED) throw new RuntimeError('This thread is being stopped');
  return answer;
}

/** `[Lock locked, waiters: 2]`, for messages; `state` says how the object is. */
export function describe(name: string, object: SharedObject, state: () => string): string {
  if (object.isClosed) return `[${name} closed]`;
  const waiters = binding.waiters(object.slot, object.generation, STATE_WORD);
  return `[${name} ${state()}${waiters > 0 ? `, waiters: ${waiters}` : ''}]`;
}

/** Blocks this thread until the wish is granted (0 or more), or ends otherwise; `TIMED_OUT` after `timeout` milliseconds. */
export function waitSync({ object, base = STATE_WORD, want = 0 }: Omit<Wish, 'keeper'>, timeout: number): number {
  const { slot, generation } = object.live();
  const waiter = takeSlot();
  const answer = binding.waitSync(slot, generation, base, want, waiter, Math.min(timeout, FOREVER));
  recycle(waiter);
  return checkAnswer(object, answer);
}

/**
 * Resolves with the answer: 0 or more when granted, `TIMED_OUT`, `CLOSED` or `BROKEN`.
 *
 * Rejects with the reason of an aborted signal, and with `StaleHandleError` when this isolate closes the object.
 */
export async function wait(wish: ReturnableWish, options: WaitOptions): Promise<number> {
  const answer = await begin(wish, options);
  if (answer === LATE) wish.giveBack();
  if (answer === LATE || answer === ABORTED) throw options.signal?.reason;
  return answer;
}

/** As `wait`, but resolves with `ABORTED` or `LATE` when the signal is aborted. */
export function begin(wish: Wish, options: WaitOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const timeout = limitOf(options);
    const { slot, generation } = wish.object.live();
    const waiting = new Waiting(wish, takeSlot(), resolve, reject);
    const answer = waiting.enlist(slot, generation);
    if (answer !== QUEUED) resolve(answer);
    else waiting.limit(timeout, options.signal);
  });
}

class Waiting implements Pending {
  readonly #wish: Wish;
  readonly #waiter: number;
  readonly #resolve: (answer: number) => void;
  readonly #reject: (reason: unknown) => void;
  #stop: (() => void) | undefined;
  /** Aborted when it was too late to end the wait. */
  #isLate = false;

  constructor(wish: Wish, waiter: number, resolve: (answer: number) => void, reject: (reason: unknown) => void) {
    this.#wish = wish;
    this.#waiter = waiter;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Begins to wait; if the answer is there at once, the slot is free again. */
  enlist(slot: number, generation: number): number {
    const { object, base = STATE_WORD, want = 0 } = this.#wish;
    expect(this.#waiter, this);
    let answer = STALE;
    try {
      answer = binding.waitAsync(slot, generation, base, want, this.#waiter);
    } finally {
      if (answer !== QUEUED) this.#free();
    }
    return checkAnswer(object, answer);
  }

  #free(): void {
    forget(this.#waiter);
    recycle(this.#waiter);
  }

  limit(timeout: number, signal: AbortSignal | undefined): void {
    const after = binding.reportAfter();
    if (after >= 0) this.#watch(after);
    if (timeout === Number.POSITIVE_INFINITY && signal === undefined) return;
    const stopAlarm = alarm(timeout, () => this.#end(TIMED_OUT));
    const onAbort = (): void => {
      if (!this.#end(ABORTED)) this.#isLate = true;
    };
    const stopListening = whenAborted(signal, onAbort);
    const stopWatch = this.#stop;
    this.#stop = () => {
      stopWatch?.();
      stopAlarm();
      stopListening();
    };
  }

  /** Says once who holds and who waits, if the wait takes so many milliseconds. */
  #watch(after: number): void {
    const start = performance.now();
    const { object, base = STATE_WORD } = this.#wish;
    const timer = setTimeout(() => {
      if (!object.isClosed) console.error(binding.explain(object.slot, object.generation, base, performance.now() - start));
    }, after);
    timer.unref();
    this.#stop = () => clearTimeout(timer);
  }

  /** Ends the wait by its own will; whether it was not too late. */
  #end(answer: number): boolean {
    const { slot, generation } = this.#wish.object;
    if (!binding.withdraw(slot, generation, this.#waiter, answer === TIMED_OUT)) return false;
    this.#free();
    this.#stop?.();
    this.#resolve(answer);
    return true;
  }

  /** The slot is home. True if it is in use again, or free already. */
  settle(waiter: number): boolean {
    const [phase, result] = [getWord(waiter, PHASE), getWord(waiter, RESULT)];
    if (phase === RETRY && !this.#isLate) return this.#retry();
    this.#stop?.();
    if (phase === RETRY) this.#resolve(ABORTED);
    else if (phase === GRANTED) this.#resolve(this.#isLate ? (this.#wish.late?.(result) ?? LATE) : result);
    else if (phase === PHASE_BROKEN) this.#resolve(BROKEN);
    else if (this.#wish.object.isClosed) this.#reject(new StaleHandleError('The object was closed in this thread'));
    else this.#resolve(CLOSED);
    return false;
  }

  #retry(): true {
    try {
      const { slot, generation } = this.#wish.object.live();
      const answer = this.enlist(slot, generation);
      if (answer === QUEUED) return true;
      this.#stop?.();
      this.#resolve(answer);
    } catch (error) {
      this.#stop?.();
      this.#reject(error);
    }
    return true;
  }
}
