/** `Barrier`: Python's `threading.Barrier`, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { BrokenBarrierError } from '../errors.js';
import { binding } from '../native/binding.js';
import { BARRIER } from '../runtime/kind.js';
import { close, registerObject, shared, type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { checkTimeout, limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { BROKEN, checkAnswer, CLOSED, describe, type ReturnableWish, TIMED_OUT, wait, waitSync } from '../runtime/waiting.js';

/** Parts of the state word, and the mark of a result; see `crates/sync/src/barrier.rs`. */
const INSIDE = (1 << 24) - 1;
const ACTING = 1 << 29;
const IS_BROKEN = 1 << 30;
const ACT = 1 << 30;
/** Words with the number of parties and whether there is an action. */
const PARTIES = 6;
const HAS_ACTION = 7;

const NO_OPTIONS: WaitOptions = {};

/** What the last party does before the others go on. */
export type BarrierAction = () => unknown;

/** A barrier as it travels. */
interface Luggage {
  readonly parties: number;
  readonly action: BarrierAction | undefined;
  readonly timeout: number | undefined;
}

/**
 * A meeting point: each of `parties` waits until all are there, again and again.
 *
 * Who gives up because its time is over breaks the barrier for all, as does a thread that dies while it waits: they get a
 * `BrokenBarrierError` until it is reset. A wait that is aborted by its signal only leaves.
 *
 * @example
 * const barrier = new Barrier(2);
 * const other = pool.apply(() => barrier.waitSync());
 * const number = await barrier.wait(); // 0 or 1; the other one gets the other
 */
export class Barrier {
  readonly #object: SharedObject;
  readonly #action: BarrierAction | undefined;
  readonly #timeout: number | undefined;
  readonly #wish: ReturnableWish;

  /**
   * @param parties how many have to be there.
   * @param action called, once for each meeting, by the last to arrive, in its thread, before any wait ends; it travels with the
   * barrier. If it throws, the barrier breaks.
   * @param timeout milliseconds of a wait that names none; default: none.
   * @throws {RangeError} unless `parties` is an integer from 1 to 2^24 - 1 and `timeout` is >= 0; {TypeError} for other types.
   */
  constructor(parties: number, action?: BarrierAction, timeout?: number) {
    checkParties(parties);
    if (action !== undefined && typeof action !== 'function') throw new TypeError('Expected `action` to be a function');
    checkTimeout(timeout);
    this.#action = action;
    this.#timeout = timeout;
    const init = (words: Int32Array, base: number): void => {
      words[base + PARTIES] = parties;
      words[base + HAS_ACTION] = action === undefined ? 0 : 1;
    };
    this.#object = shared(this, BARRIER, { init });
    this.#wish = { object: this.#object, keeper: this, giveBack: () => {} };
  }

  static {
    registerObject<Barrier, Luggage>(
      'polycore.Barrier',
      this,
      ({ parties, action, timeout }) => new this(parties, action, timeout),
      (barrier) => barrier.#object,
      { pack: (barrier) => ({ parties: barrier.parties, action: barrier.#action, timeout: barrier.#timeout }) },
    );
  }

  /**
   * Resolves when all parties are there, to a number from 0 to `parties - 1`, of each meeting another one for each party.
   *
   * @param options `timeout` in milliseconds (default: that of the barrier) breaks the barrier; `signal` rejects with its
   * reason.
   * @throws {BrokenBarrierError} when the barrier is or gets broken or is reset; what the action throws.
   */
  async wait(options: WaitOptions = NO_OPTIONS): Promise<number> {
    limitOf(options);
    const answer = await wait(this.#wish, this.#withTimeout(options));
    if (answer < 0 || (answer & ACT) === 0) return this.#conclude(answer);
    return this.#act(answer, async () => this.#action?.());
  }

  /** As `wait`, blocking this thread; the action must not return a promise then. */
  waitSync(options: { timeout?: number } = NO_OPTIONS): number {
    timeoutOf(options);
    const timeout = timeoutOf(this.#withTimeout(options));
    const answer = waitSync(this.#wish, timeout);
    if (answer < 0 || (answer & ACT) === 0) return this.#conclude(answer);
    try {
      const promise = this.#action?.() as Partial<PromiseLike<unknown>> | undefined;
      if (typeof promise?.then === 'function') throw new TypeError('The action of a barrier returned a promise in waitSync()');
    } catch (error) {
      this.#finish(answer, false);
      throw error;
    }
    return this.#conclude(this.#finish(answer, true));
  }

  async #act(ticket: number, action: () => Promise<unknown>): Promise<number> {
    try {
      await action();
    } catch (error) {
      this.#finish(ticket, false);
      throw error;
    }
    return this.#conclude(this.#finish(ticket, true));
  }

  #finish(ticket: number, isDone: boolean): number {
    const { slot, generation } = this.#object;
    return checkAnswer(this.#object, binding.finishBarrier(slot, generation, ticket, isDone));
  }

  #withTimeout(options: WaitOptions): WaitOptions {
    return options.timeout === undefined && this.#timeout !== undefined ? { ...options, timeout: this.#timeout } : options;
  }

  #conclude(answer: number): number {
    if (answer === TIMED_OUT) throw new BrokenBarrierError('Not all parties came in time');
    if (answer === BROKEN || answer === CLOSED) throw new BrokenBarrierError('The barrier is broken, or was reset');
    return answer;
  }

  /** Breaks it: all waits fail until it is reset. */
  abort(): void {
    this.#end(false);
  }

  /** Makes it as new; who waits gets a `BrokenBarrierError`. */
  reset(): void {
    this.#end(true);
  }

  #end(reset: boolean): void {
    const { slot, generation } = this.#object.live();
    checkAnswer(this.#object, binding.endBarrier(slot, generation, reset));
  }

  /** How many have to be there. */
  get parties(): number {
    return this.#object.load(PARTIES);
  }

  /** How many wait now; 0 while the action runs. */
  get nWaiting(): number {
    const state = this.#object.load(STATE_WORD);
    return (state & ACTING) === 0 ? state & INSIDE : 0;
  }

  /** Whether it is broken. */
  get broken(): boolean {
    return (this.#object.load(STATE_WORD) & IS_BROKEN) !== 0;
  }

  /** This thread uses it no more: its waits reject, and the barrier breaks if there were any. The last thread's frees the memory. */
  close(): void {
    close(this, this.#object);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Barrier of 3, waiters: 2]`, for messages. */
  toString(): string {
    return describe('Barrier', this.#object, () => (this.broken ? 'broken' : `of ${this.parties}`));
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function checkParties(parties: number): void {
  if (typeof parties !== 'number') throw new TypeError(`Expected \`parties\` to be a number, got ${typeof parties}`);
  if (!Number.isInteger(parties) || parties < 1 || parties > INSIDE) {
    throw new RangeError(`Expected \`parties\` to be an integer from 1 to ${INSIDE}, got ${parties}`);
  }
}
