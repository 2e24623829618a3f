/** `Queue`: Python's `queue.Queue` and `multiprocessing.JoinableQueue` in one, for all threads that it is passed to. */

import { inspect } from 'node:util';
import { ShutDown } from '../errors.js';
import { binding } from '../native/binding.js';
import { QUEUE } from '../runtime/kind.js';
import { close, registerObject, type SharedObject } from '../runtime/shared-object.js';
import type { WaitOptions } from '../runtime/wait-options.js';
import { type Readiness, readiness } from '../runtime/watching.js';
import { getMany, getManySync, putMany, putManySync } from './batch.js';
import { complaintsOf, QueueCore, type TimeoutOption } from './core.js';
import { checkMaxBytes, checkMaxsize, checkOptions, type QueueOptions, queueObject, type Variety, variety } from './shape.js';
import { typeName } from '../type-name.js';

/** Word of the object with the limit. */
const LIMIT = 6;

/** What is behind a queue. */
export let coreOf: (queue: Queue) => QueueCore;

/** The shared object of a queue. */
export function objectOf(queue: Queue): SharedObject {
  return coreOf(queue).object;
}

/**
 * A queue between threads: first in, first out. Items are copied as arguments of tasks are; shared objects, such as other
 * queues, stay shared.
 *
 * Those that wait are served in their order. A thread that dies takes only those items with it that it has got; an item that
 * was handed to it and that it did not see goes back to the front. A pending wait keeps the process alive.
 *
 * @example
 * const queue = new Queue<string>(100);
 * const shout = async (from: Queue<string>) => { for await (const text of from) console.log(text.toUpperCase()); };
 * const done = pool.apply(shout, [queue]);
 * await queue.putMany(['one', 'two']);
 * queue.shutdown();
 * await done;
 */
export class Queue<T = unknown> {
  readonly #core: QueueCore;
  readonly #name: string;

  /**
   * @param maxsize items beyond which `put` waits; default 0: no limit, as everything below 1.
   * @throws {RangeError} when it is no integer, `maxBytes` is no integer >= 1, or all slots of shared memory are in use; {TypeError}
   * for other types.
   */
  constructor(maxsize = 0, options: QueueOptions = {}) {
    checkOptions(options);
    const { name, kind } = new.target[variety];
    const object = queueObject(this, kind, checkMaxsize(maxsize), checkMaxBytes(options.maxBytes));
    this.#core = new QueueCore(this, object, complaintsOf(name));
    this.#name = name;
  }

  /** Which queue this class makes; the others of this folder have their own. */
  static readonly [variety]: Variety = { name: 'Queue', kind: QUEUE };

  static {
    coreOf = (queue) => queue.#core;
    registerObject<Queue>('polycore.Queue', this, () => new this(), objectOf);
  }

  /** Most items; 0 if there is no limit. */
  get maxsize(): number {
    return this.#core.object.load(LIMIT);
  }

  /**
   * Adds an item; resolves when it is in the queue.
   *
   * @param options `timeout` in milliseconds (default: none) rejects with `Full`, `signal` with its reason.
   * Rejects with `ShutDown`, with `PicklingError` when the item cannot travel, with `RangeError` when the queue is closed.
   */
  put(item: T, options?: WaitOptions): Promise<void> {
    return this.#core.put(item, options);
  }

  /** As `put`, blocking this thread. @throws {Full} {ShutDown} {PicklingError} {RangeError} */
  putSync(item: T, options?: TimeoutOption): void {
    this.#core.putSync(item, options);
  }

  /** Adds an item if there is room. @throws {Full} {ShutDown} {PicklingError} {RangeError} */
  putNowait(item: T): void {
    this.#core.putNowait(item);
  }

  /**
   * Adds items in order, waiting for room as often as needed. Not all at once: others may put and get in between. When it
   * fails, `error.index` says how many items are in the queue.
   *
   * @param options as for `put`, for the whole of it.
   */
  async putMany(items: Iterable<T>, options?: WaitOptions): Promise<void> {
    await putMany(this.#core, listOf(items), options);
  }

  /** As `putMany`, blocking this thread. */
  putManySync(items: Iterable<T>, options?: TimeoutOption): void {
    putManySync(this.#core, listOf(items), options);
  }

  /**
   * Resolves to the next item.
   *
   * @param options `timeout` in milliseconds (default: none) rejects with `Empty`, `signal` with its reason; neither loses an
   * item. Rejects with `ShutDown`, and with `RangeError` when the queue is closed.
   */
  get(options?: WaitOptions): Promise<T> {
    return this.#core.get(options) as Promise<T>;
  }

  /** As `get`, blocking this thread. @throws {Empty} {ShutDown} {RangeError} */
  getSync(options?: TimeoutOption): T {
    return this.#core.getSync(options) as T;
  }

  /** The next item, if there is one. @throws {Empty} {ShutDown} {RangeError} */
  getNowait(): T {
    return this.#core.getNowait() as T;
  }

  /**
   * Resolves to the items that are there, at least one and at most `most` (default: 1024); waits only for the first.
   *
   * @param options as for `get`.
   */
  async getMany(most?: number, options?: WaitOptions): Promise<T[]> {
    return (await getMany(this.#core, checkMost(most), options)) as T[];
  }

  /** As `getMany`, blocking this thread. */
  getManySync(most?: number, options?: TimeoutOption): T[] {
    return getManySync(this.#core, checkMost(most), options) as T[];
  }

  /** Yields items as they come, until the queue is shut down and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let item: T;
      try {
        item = await this.get();
      } catch (error) {
        if (error instanceof ShutDown) return;
        throw error;
      }
      yield item;
    }
  }

  /** Number of items; while others put and get, about so many. */
  qsize(): number {
    return binding.queueLen(this.#core.slot);
  }

  /** Whether there is no item. */
  empty(): boolean {
    return binding.queueIsEmpty(this.#core.slot);
  }

  /** Whether `put` would have to wait. */
  full(): boolean {
    return binding.queueIsFull(this.#core.slot);
  }

  /** Says that an item that was got is done, for `join`. @throws {RangeError} when all are done already. */
  taskDone(): void {
    this.#core.taskDone();
  }

  /**
   * Resolves to `true` when `taskDone` was called for every item that was put.
   *
   * @param options `timeout` in milliseconds (default: none) resolves to `false`, `signal` rejects with its reason.
   */
  join(options?: WaitOptions): Promise<boolean> {
    return this.#core.join(options);
  }

  /** As `join`, blocking this thread. */
  joinSync(options?: TimeoutOption): boolean {
    return this.#core.joinSync(options);
  }

  /**
   * Refuses items from now on, in all threads; once the queue is empty, `get` throws `ShutDown`. All that wait in vain are
   * woken.
   *
   * @param options `immediate` drops what is in the queue, which then counts as done; default `false`.
   * @throws {TypeError} when it is no boolean, or the options are no object.
   */
  shutdown(options: { immediate?: boolean } = {}): void {
    checkOptions(options);
    const { immediate = false } = options;
    if (typeof immediate !== 'boolean') throw new TypeError(`Expected \`immediate\` to be a boolean, got ${typeof immediate}`);
    binding.queueShutDown(this.#core.slot, immediate);
  }

  /** See `wait`: ready when `get` would not wait. */
  [readiness](): Readiness {
    const core = this.#core;
    return { isReady: () => binding.queueIsReady(core.slot), wish: core.observing };
  }

  /** This thread uses it no more: its waits reject, its calls throw. With the last thread the items go too. */
  close(): void {
    close(this, this.#core.object);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Queue items: 2, waiters: 1]`, for messages. */
  toString(): string {
    if (this.#core.object.isClosed) return `[${this.#name} closed]`;
    const waiters = binding.queueWaiting(this.#core.slot);
    return `[${this.#name} items: ${this.qsize()}${waiters > 0 ? `, waiters: ${waiters}` : ''}]`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

const MANY = 1024;

function checkMost(most: number = MANY): number {
  if (typeof most !== 'number') throw new TypeError(`Expected \`most\` to be a number, got ${typeof most}`);
  if (!(most >= 1)) throw new RangeError(`Expected \`most\` to be a number >= 1, got ${most}`);
  return Math.floor(most);
}

function listOf<T>(items: Iterable<T>): readonly T[] {
  if (Array.isArray(items)) return items as readonly T[];
  if ((items as Partial<Iterable<T>> | null | undefined)?.[Symbol.iterator] === undefined) {
    throw new TypeError(`Expected \`items\` to be iterable, got ${typeName(items)}`);
  }
  return [...items];
}
