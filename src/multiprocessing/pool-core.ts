/**
 * What all handles of one pool in one isolate share: its number, its books, and, in the isolate that owns it, its crew.
 */

import { type BrokenPoolError, RuntimeError } from '../errors.js';
import { binding } from '../native/binding.js';
import type { Ending } from '../runtime/backend.js';
import type { Crew } from '../runtime/crew.js';
import { allPending } from '../runtime/port.js';
import { OK } from '../runtime/slot.js';
import { abandon, type AsyncResult, listen } from './async-result.js';
import type { Feeder } from './feeder.js';
import { full, Job, notRunning } from './job.js';

/** See the file's description. */
export class PoolCore {
  readonly number: number;
  readonly name: string;
  readonly size: number;
  readonly maxQueue: number;
  /** Set in the isolate that owns the pool. */
  crew: Crew | undefined;
  /** Why the pool can do nothing any more. */
  broken: BrokenPoolError | undefined;
  #closed = false;
  /** Work that has more tasks to give. */
  readonly #feeders = new Set<Feeder>();
  #pending = 0;
  #completed = 0;
  #failed = 0;
  /** Results of work under way that does not run in the workers. */
  readonly #outside = new Set<AsyncResult<unknown>>();
  #outsideEnded: (() => void)[] = [];

  constructor(number: number, name: string, size: number, maxQueue: number) {
    this.number = number;
    this.name = name;
    this.size = size;
    this.maxQueue = maxQueue;
  }

  /** Jobs of this isolate under way. */
  get pending(): number {
    return this.#pending;
  }

  /** Jobs of this isolate that returned a result, and that did not. */
  get counts(): { completed: number; failed: number } {
    return { completed: this.#completed, failed: this.#failed };
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** @throws {RangeError | BrokenPoolError | Full} when it takes no `more` jobs. */
  checkOpen(more: number): void {
    if (this.broken !== undefined) throw this.broken;
    if (this.#closed) throw notRunning(this);
    if (more > 0 && this.#pending + more > this.maxQueue) throw full(this, this.maxQueue);
  }

  /** A job was submitted. */
  submitted(): void {
    this.#pending++;
    this.crew?.wanted();
  }

  /** A job came home. */
  returned(status: number): void {
    if (status === OK) this.#completed++;
    else this.#failed++;
    this.#pending--;
  }

  /** Work began that does not run in the workers: `terminate` ends it, and `join` waits for it. */
  began(result: AsyncResult<unknown>): void {
    this.#outside.add(result);
    listen(result, () => {
      this.#outside.delete(result);
      if (this.#outside.size > 0) return;
      for (const ended of this.#outsideEnded.splice(0)) ended();
    });
  }

  /** Whether no work is under way outside of the workers. */
  get isIdleOutside(): boolean {
    return this.#outside.size === 0;
  }

  /** Resolves when that is so. */
  async idleOutside(): Promise<void> {
    if (!this.isIdleOutside) await new Promise<void>((resolve) => this.#outsideEnded.push(resolve));
  }

  /** Work will give more tasks, also to a closed pool. */
  feeding(feeder: Feeder): void {
    this.#feeders.add(feeder);
  }

  /** It has given the last one. */
  fed(feeder: Feeder): void {
    if (this.#feeders.delete(feeder) && this.#closed) this.#endWhenFed();
  }

  /** Whether there is work whose input a blocked thread would never see. */
  get isFedByEventLoop(): boolean {
    return [...this.#feeders].some(({ isAsync }) => isAsync);
  }

  /** Lets all work give the rest of its tasks. */
  drain(): void {
    for (const feeder of [...this.#feeders]) feeder.drain();
  }

  /** Takes no more work, only the rest of what it has been given; see `Pool.close`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endWhenFed();
  }

  #endWhenFed(): void {
    if (this.#feeders.size > 0) return;
    binding.closePool(this.number);
    this.crew?.close();
  }

  /** Rejects everything under way with `reason`, empties the queues and kills the workers. */
  terminate(reason: () => Error): void {
    this.#closed = true;
    binding.closePool(this.number);
    const feeders = [...this.#feeders];
    this.#feeders.clear();
    for (const feeder of feeders) feeder.abandon(reason());
    for (const waiter of allPending()) {
      if (waiter instanceof Job && waiter.isOf(this)) waiter.abandon(reason());
    }
    for (const result of [...this.#outside]) abandon(result, reason());
    binding.cancelQueued(this.number);
    this.crew?.kill();
  }

  /** The pool cannot go on. */
  break(error: BrokenPoolError): void {
    this.broken = error;
    this.terminate(() => error);
  }

  /** Kills the worker `key` if it runs the job in `slot`. Elsewhere than in the owner the job runs on, unheard. */
  killFor(key: number, slot: number): void {
    this.crew?.killFor(key, slot);
  }

  /** How a worker ended, if this isolate can know. */
  ending(key: number): Promise<Ending> | undefined {
    return this.crew?.ending(key);
  }

  /** @throws {RuntimeError} in an isolate that does not own the pool. */
  owned(operation: string): Crew {
    if (this.crew !== undefined) return this.crew;
    throw new RuntimeError(`${operation} has to be called in the thread that created ${this.name}`);
  }
}
