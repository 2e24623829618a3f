/**
 * `imap` and `imapUnordered`: results one by one while the input is read, with back-pressure: at most `buffersize` chunks
 * are under way or waiting to be read, so an endless input is fine.
 */

import { TimeoutError } from '../errors.js';
import { whenAborted } from '../runtime/abort.js';
import { MAP } from '../runtime/operation.js';
import { blockUntil } from '../runtime/port.js';
import { type Callable, release, type Shipped, ship } from '../runtime/shipping.js';
import { type Feeder, WeakFeeder } from './feeder.js';
import { Input } from './input.js';
import { Job, type JobOwner } from './job.js';
import { withIndex } from './map.js';
import { checkApply, checkCount, checkFunction, checkIterable, type ImapOptions, mapOptions } from './options.js';
import type { PoolCore } from './pool-core.js';
import { alarm, limitOf, timeoutOf, type WaitOptions, withDeadline } from '../runtime/wait-options.js';

/** Results in the order of the input, or as they come. */
export type Order = 'ordered' | 'unordered';

type Outcome = { readonly values: readonly unknown[] } | { readonly error: unknown };

const ITEMS = { path: 'items' };
/** Chunks under way at once, if it does not matter how far its reader is. */
const MOST_JOBS = 4096;
const DONE = { done: true as const, value: undefined };

/** Iterators that nobody reads any more, and that nobody has ended. */
const forgotten = new FinalizationRegistry<{ core: PoolCore; feeder: Feeder; fn: Shipped }>(({ core, feeder, fn }) => {
  core.fed(feeder);
  release(fn);
});

/** An iterator over the results of `imap`: async, and also the engine of the `…Sync` iterators. */
export class ImapIterator<R> implements AsyncIterableIterator<R> {
  readonly #core: PoolCore;
  readonly #fn: Shipped;
  readonly #order: Order;
  readonly #chunksize: number;
  #buffersize: number;
  readonly #priority: number;
  readonly #input: Input;
  readonly #owner: JobOwner = {
    succeeded: (job, value) => this.#arrived(job, { values: value as unknown[] }),
    failed: (job, error, item) => {
      this.#arrived(job, { error: withIndex(error, (job.context as number) + Math.max(0, item)) });
    },
    abandon: (_job, reason) => this.#abandon(reason),
  };
  readonly #jobs = new Set<Job>();
  /** Chunks to be read, in order; of an unordered iterator only those that have arrived. */
  readonly #outcomes: { job: Job | undefined; outcome: Outcome | undefined }[] = [];
  /** The error of the input, which comes after all results. */
  #inputFailure: { readonly error: unknown } | undefined;
  /** The reader has got an error and not come back since: a `for await` is left by it, which nobody tells the iterator. */
  #hasThrown = false;
  #ready: unknown[] = [];
  #read = 0;
  #taken = 0;
  #feeding = false;
  #closed = false;
  #finished = false;
  #wakers: (() => void)[] = [];
  #timeout = Number.POSITIVE_INFINITY;
  /** When its time is over. */
  #end = Number.POSITIVE_INFINITY;
  #stop: () => void = () => {};
  /** As its pool sees it; the pool holds it weakly. */
  readonly #asFeeder: Feeder;
  readonly #feeder: Feeder;

  constructor(core: PoolCore, fn: Callable, iterable: unknown, order: Order, given: number | ImapOptions | undefined) {
    checkFunction('fn', fn);
    checkIterable(iterable, 'async');
    const options = mapOptions(given);
    checkApply(options);
    core.checkOpen(0);
    options.signal?.throwIfAborted();
    this.#core = core;
    this.#order = order;
    this.#chunksize = options.chunksize ?? 1;
    this.#buffersize = Math.min(checkCount('buffersize', options.buffersize ?? core.size * 2, 1), core.maxQueue);
    this.#priority = options.priority ?? 0;
    this.#input = new Input(iterable);
    this.#fn = ship(fn);
    this.#asFeeder = { isAsync: this.#input.isAsync, drain: () => this.#drain(), abandon: (reason) => this.#abandon(reason) };
    this.#feeder = new WeakFeeder(this.#asFeeder);
    core.feeding(this.#feeder);
    forgotten.register(this, { core, feeder: this.#feeder, fn: this.#fn }, this);
    this.#limit(options);
    void this.#feed();
  }

  #limit(options: ImapOptions): void {
    const { signal, timeout = Number.POSITIVE_INFINITY } = options;
    this.#timeout = timeout;
    this.#end = performance.now() + timeout;
    const stopAlarm = alarm(timeout, () => this.#expire());
    const stopListening = whenAborted(signal, () => this.#abandon(signal?.reason));
    this.#stop = () => {
      stopAlarm();
      stopListening();
    };
  }

  #expire(): void {
    this.#abandon(new TimeoutError(`The iteration did not end within ${this.#timeout} ms`));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next result.
   *
   * @param options `timeout` in milliseconds rejects with `TimeoutError`; the result is not lost, a later call gets it.
   */
  async next(options: WaitOptions = {}): Promise<IteratorResult<R, undefined>> {
    limitOf(options);
    this.#hasThrown = false;
    for (;;) {
      void this.#feed();
      const result = this.#take();
      if (result !== undefined) return result as IteratorResult<R, undefined>;
      const woken = new Promise<boolean>((resolve) => this.#wakers.push(() => resolve(true)));
      await withDeadline(woken, options, () => new TimeoutError('The next result is not there yet'));
    }
  }

  /** As `next`, blocking this thread; the input must be a plain iterable. */
  nextSync(options?: { timeout?: number }): IteratorResult<R, undefined> {
    const timeout = timeoutOf(options);
    this.#hasThrown = false;
    let result: IteratorResult<unknown, undefined> | undefined;
    const isThere = (): boolean => {
      result ??= this.#take();
      void this.#feed();
      return result !== undefined;
    };
    // The timers of a blocked thread stand still.
    const left = this.#end - performance.now();
    if (left <= 0) this.#expire();
    void this.#feed();
    if (!blockUntil(isThere, Math.min(timeout, left))) {
      if (timeout < left) throw new TimeoutError('The next result is not there yet');
      this.#expire();
      this.#take();
    }
    return result as IteratorResult<R, undefined>;
  }

  /** Ends the iteration: what nobody has begun is not run. */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.close();
    return DONE;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** As `return`, at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inputFailure = undefined;
    this.#outcomes.length = 0;
    this.#ready = [];
    this.#read = 0;
    for (const job of this.#jobs) job.withdraw();
    this.#finish();
    this.#input.end();
    this.#wake();
  }

  #drain(): void {
    if (this.#hasThrown) return this.close();
    this.#buffersize = Number.POSITIVE_INFINITY;
    void this.#feed();
  }

  /** Ends it with an error: the next read rejects, running tasks are stopped. */
  #abandon(reason: unknown): void {
    if (this.#closed || this.#finished) return;
    const jobs = [...this.#jobs];
    this.#jobs.clear();
    this.#inputFailure = undefined;
    this.#ready = [];
    this.#read = 0;
    this.#outcomes.splice(0, Number.POSITIVE_INFINITY, { job: undefined, outcome: { error: reason } });
    this.#finish();
    this.#input.end();
    for (const job of jobs) job.cancel();
    this.#wake();
  }

  #finish(): void {
    this.#stop();
    if (this.#finished) return;
    this.#finished = true;
    forgotten.unregister(this);
    this.#core.fed(this.#feeder);
    release(this.#fn);
  }

  #wake(): void {
    for (const waker of this.#wakers.splice(0)) waker();
  }

  /** A result that is there, the end, an error (thrown), or `undefined`. */
  #take(): IteratorResult<unknown, undefined> | undefined {
    for (;;) {
      if (this.#read < this.#ready.length) {
        const value = this.#ready[this.#read];
        this.#ready[this.#read++] = undefined;
        return { done: false, value };
      }
      const first = this.#outcomes[0];
      if (first === undefined) {
        if (!this.#closed && (!this.#input.isExhausted || this.#jobs.size > 0)) return undefined;
        this.#finish();
        this.#throwInputFailure();
        return DONE;
      }
      if (first.outcome === undefined) return undefined;
      this.#outcomes.shift();
      if ('error' in first.outcome) {
        this.#hasThrown = true;
        throw first.outcome.error;
      }
      this.#ready = [...first.outcome.values];
      this.#read = 0;
    }
  }

  #throwInputFailure(): void {
    const failure = this.#inputFailure;
    this.#inputFailure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Submits chunks while there is room and input. */
  async #feed(): Promise<void> {
    if (this.#feeding) return;
    this.#feeding = true;
    try {
      while (!this.#input.isExhausted && !this.#closed && this.#room()) {
        const chunk = this.#input.read(this.#chunksize);
        this.#submit(chunk instanceof Promise ? await chunk : chunk);
      }
    } catch (error) {
      this.#input.fail();
      if (!this.#finished) this.#inputFailure = { error };
    } finally {
      this.#feeding = false;
      if (this.#input.isExhausted) this.#core.fed(this.#feeder);
    }
    if (this.#input.isExhausted && this.#jobs.size === 0) this.#wake();
  }

  #room(): boolean {
    const arrived = this.#order === 'ordered' ? this.#outcomes.length : this.#outcomes.length + this.#jobs.size;
    return arrived < this.#buffersize && this.#jobs.size < Math.min(MOST_JOBS, this.#core.maxQueue);
  }

  #submit(list: unknown[]): void {
    if (list.length === 0 || this.#closed || this.#finished) return;
    const request = { fn: this.#fn, operation: MAP, payload: ITEMS, priority: this.#priority };
    const job = new Job(this.#core, this.#owner, this.#taken, list, request);
    this.#taken += list.length;
    this.#jobs.add(job);
    if (this.#order === 'ordered') this.#outcomes.push({ job, outcome: undefined });
  }

  #arrived(job: Job, outcome: Outcome): void {
    this.#jobs.delete(job);
    if (this.#finished) return;
    if (this.#order === 'unordered') {
      this.#outcomes.push({ job, outcome });
    } else {
      const place = this.#outcomes.find((entry) => entry.job === job);
      if (place !== undefined) place.outcome = outcome;
    }
    void this.#feed();
    this.#wake();
  }
}
