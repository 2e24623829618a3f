/**
 * What all queues have in common: putting and getting items, now, blocking or with a promise.
 *
 * Each call first tries without waiting, which is one native call with two numbers. A wait goes through `waiting.ts`: the
 * native side puts the item of a waiting `put` and hands an item to a waiting `get`, so whoever is woken is done.
 */

import { Empty, Full, ShutDown, StaleHandleError } from '../errors.js';
import { binding } from '../native/binding.js';
import { PRIORITY_QUEUE } from '../runtime/kind.js';
import { Later } from '../runtime/parcel.js';
import { type SharedObject, STATE_WORD } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { ABORTED, begin, CLOSED, TIMED_OUT, waitSync, type Wish } from '../runtime/waiting.js';
import { discardItem, fromItem, fromItemSync, toItem, toRankedItem } from './item.js';

/** Answers of `queuePut`. */
const DONE = 0;
const FULL = 1;
const SHUT = 2;

/** First words of the lists of those that wait; `crates/sync/src/queue.rs` has the table. */
const GETTERS = STATE_WORD;
const PUTTERS = STATE_WORD + 4;
const JOINERS = STATE_WORD + 8;
/** `want` of an observer among the getters. */
const OBSERVE = 1;
/** Result of a `put` that waited: there is no free slot to keep the item in. */
const NO_SLOT = 1;

const FOREVER: WaitOptions = {};

/** Options of the blocking forms. */
export interface TimeoutOption {
  /** Milliseconds, >= 0; default: no limit. */
  timeout?: number;
}

/** The errors of what a queue is part of. */
export interface Complaints {
  /** It is closed in this thread. */
  closed(): Error;
  /** There was no room, in the time given. */
  full(): Error;
  /** There was nothing, in the time given. */
  empty(): Error;
  /** Nothing can be put any more. */
  noPut(): Error;
  /** Nothing is left, and nothing will come. */
  noGet(): Error;
}

/** The errors of a queue as such. */
export function complaintsOf(name: string): Complaints {
  const shutDown = (): Error => new ShutDown(`${name} was shut down`);
  return {
    closed: () => new StaleHandleError(`${name} is closed`),
    full: () => new Full(`${name} is full`),
    empty: () => new Empty(`${name} is empty`),
    noPut: shutDown,
    noGet: shutDown,
  };
}

/** See the file's description. */
export class QueueCore {
  readonly object: SharedObject;
  readonly #complaints: Complaints;
  readonly #keeper: object;
  readonly #isRanked: boolean;
  readonly #getting: Wish;
  readonly #joining: Wish;
  /** To be waited for by who only wants to know that there is something to get. */
  readonly observing: Wish;

  /** @param keeper what the user has of the queue. */
  constructor(keeper: object, object: SharedObject, complaints: Complaints) {
    this.#keeper = keeper;
    this.object = object;
    this.#complaints = complaints;
    this.#isRanked = object.kind === PRIORITY_QUEUE;
    this.#getting = { object, keeper, base: GETTERS, late: (item) => this.#giveBack(item) };
    this.#joining = { object, keeper, base: JOINERS, late: (result) => result };
    this.observing = { object, keeper, base: GETTERS, want: OBSERVE };
  }

  #giveBack(item: number): number {
    if (this.object.isClosed) discardItem(item, false);
    else binding.queueReturn(this.object.slot, item);
    return ABORTED;
  }

  /** The slot of the queue. @throws when this thread has closed it. */
  get slot(): number {
    if (this.object.isClosed) throw this.#complaints.closed();
    return this.object.slot;
  }

  toItem(value: unknown): number {
    return this.#isRanked ? toRankedItem(value) : toItem(value);
  }

  /** Frees an item that did not get in. */
  discard(item: number): void {
    discardItem(item, this.#isRanked);
  }

  /** Puts an item or frees it. @throws {Full} {ShutDown} */
  putNowait(value: unknown): void {
    const { slot } = this;
    const item = this.toItem(value);
    const answer = binding.queuePut(slot, item);
    if (answer !== DONE) this.#refused(item, answer);
  }

  putSync(value: unknown, options: TimeoutOption | undefined): void {
    const timeout = timeoutOf(options);
    const { slot } = this;
    this.putItemSync(slot, this.toItem(value), timeout);
  }

  /** Puts an item, waiting for room; frees it if it does not get in. */
  putItemSync(slot: number, item: number, timeout: number): void {
    let answer = binding.queuePut(slot, item);
    if (answer === FULL && timeout > 0) {
      if (binding.queueSpinForRoom(slot)) answer = binding.queuePut(slot, item);
      if (answer === FULL) answer = this.#putAnswer(item, waitSync(this.#putting(item), timeout));
    }
    if (answer !== DONE) this.#refused(item, answer);
  }

  async put(value: unknown, options: WaitOptions | undefined): Promise<void> {
    const timeout = limitOf(options);
    const { slot } = this;
    const item = this.toItem(value);
    const answer = binding.queuePut(slot, item);
    if (answer === FULL && timeout > 0) await this.putItem(item, options ?? FOREVER);
    else if (answer !== DONE) this.#refused(item, answer);
  }

  /** Puts an item for which there was no room; frees it if it does not get in. */
  async putItem(item: number, options: WaitOptions): Promise<void> {
    let answer: number;
    try {
      answer = await begin(this.#putting(item), options);
    } catch (error) {
      this.discard(item);
      throw error;
    }
    if (answer === ABORTED) {
      this.discard(item);
      throw options.signal?.reason;
    }
    const put = this.#putAnswer(item, answer);
    if (put !== DONE) this.#refused(item, put);
  }

  #putting(item: number): Wish {
    // An abort that comes too late changes nothing: the item is in the queue.
    return { object: this.object, keeper: this.#keeper, base: PUTTERS, want: item, late: (result) => result };
  }

  #putAnswer(item: number, answer: number): number {
    if (answer === TIMED_OUT) return FULL;
    if (answer === CLOSED) return SHUT;
    return answer === NO_SLOT ? binding.queuePut(this.slot, item) : DONE;
  }

  #refused(item: number, answer: number): never {
    this.discard(item);
    throw this.refusal(answer);
  }

  /** The error for an answer of `queuePut`. */
  refusal(answer: number): Error {
    if (answer === FULL) return this.#complaints.full();
    if (answer === SHUT) return this.#complaints.noPut();
    return new RangeError('Too many jobs, queued items, waits and shared objects in this process; finish or close some first');
  }

  /** The next value. @throws {Empty} {ShutDown} */
  getNowait(): unknown {
    const item = binding.queueGet(this.slot, false);
    return item >= 0 ? fromItemSync(item) : this.#nothing(item);
  }

  getSync(options: TimeoutOption | undefined): unknown {
    return fromItemSync(this.getItemSync(timeoutOf(options)));
  }

  /** The next item, waiting for one. */
  getItemSync(timeout: number): number {
    let item = binding.queueGet(this.slot, timeout > 0);
    if (item === TIMED_OUT && timeout > 0) item = waitSync(this.#getting, timeout);
    return item >= 0 ? item : this.#nothing(item);
  }

  async get(options: WaitOptions | undefined): Promise<unknown> {
    const value = fromItem(await this.getItem(options));
    return value instanceof Later ? value.promise : value;
  }

  /** The next item, or a promise of it. */
  getItem(options: WaitOptions | undefined): number | Promise<number> {
    const timeout = limitOf(options);
    const item = binding.queueGet(this.slot, false);
    if (item >= 0) return item;
    return item === TIMED_OUT && timeout > 0 ? this.#await(options ?? FOREVER) : this.#nothing(item);
  }

  async #await(options: WaitOptions): Promise<number> {
    const item = await begin(this.#getting, options);
    if (item === ABORTED) throw options.signal?.reason;
    return item >= 0 ? item : this.#nothing(item);
  }

  #nothing(answer: number): never {
    throw answer === CLOSED ? this.#complaints.noGet() : this.#complaints.empty();
  }

  /** @throws {RangeError} when all items are done. */
  taskDone(): void {
    if (!binding.queueDone(this.slot)) throw new RangeError('taskDone() was called too many times');
  }

  async join(options: WaitOptions | undefined): Promise<boolean> {
    const timeout = limitOf(options);
    if (binding.queueNotDone(this.slot) === 0) return true;
    if (timeout === 0) return false;
    const answer = await begin(this.#joining, options ?? FOREVER);
    if (answer === ABORTED) throw options?.signal?.reason;
    return answer >= 0;
  }

  joinSync(options: TimeoutOption | undefined): boolean {
    const timeout = timeoutOf(options);
    if (binding.queueNotDone(this.slot) === 0) return true;
    return timeout > 0 && waitSync(this.#joining, timeout) >= 0;
  }
}
