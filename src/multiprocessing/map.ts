/** `map` and `starmap`: a list in chunks, one job each. */

import { PicklingError } from '../errors.js';
import { MAP, STARMAP } from '../runtime/operation.js';
import { readDoubles } from '../runtime/payload.js';
import { type Callable, release, type Shipped, ship } from '../runtime/shipping.js';
import { AsyncResult, attach, fail, fulfil, type Work } from './async-result.js';
import type { Feeder } from './feeder.js';
import { Job, type JobOwner, type JobRequest } from './job.js';
import { limitWork, progress, refuse } from './limits.js';
import { checkApply, checkFunction, checkIterable, type MapOptions, mapOptions } from './options.js';
import type { PoolCore } from './pool-core.js';

/** Chunks under way at once: enough to keep any machine busy, few enough for the table of slots. */
const WINDOW = 4096;

/** Python's default: so many chunks that each worker gets about four. */
export function defaultChunksize(items: number, workers: number): number {
  return Math.max(1, Math.ceil(items / (workers * 4)));
}

/** Names the failing item on an error that can carry a property. */
export function withIndex(error: unknown, index: number): unknown {
  if (error instanceof Error && Object.isExtensible(error)) {
    Object.defineProperty(error, 'index', { value: index, configurable: true, writable: true, enumerable: true });
  }
  return error;
}

function inWholeList(error: PicklingError, start: number): unknown {
  const [place, item] = /^items\[(\d+)\]/.exec(error.message) ?? [];
  if (place === undefined) return error;
  const index = start + Number(item);
  error.message = `items[${index}]${error.message.slice(place.length)}`;
  return withIndex(error, index);
}

class Mapping implements JobOwner, Work, Feeder {
  readonly isAsync = false;
  readonly #core: PoolCore;
  readonly #result: AsyncResult<unknown>;
  readonly #request: JobRequest;
  readonly #items: readonly unknown[];
  readonly #chunksize: number;
  readonly #options: MapOptions<never>;
  readonly #results: unknown[];
  readonly #jobs = new Set<Job>();
  #next = 0;
  #done = 0;
  #failure: { index: number; error: unknown } | undefined;

  constructor(
    core: PoolCore,
    result: AsyncResult<unknown>,
    fn: Shipped,
    operation: number,
    items: readonly unknown[],
    options: MapOptions<never>,
  ) {
    this.#core = core;
    this.#result = result;
    const { transfer, priority = 0 } = options;
    const payload = transfer === undefined ? { path: 'items' } : { path: 'items', transfer };
    this.#request = { fn, operation, payload, priority };
    this.#items = items;
    this.#chunksize = options.chunksize ?? defaultChunksize(items.length, core.size);
    this.#options = options;
    this.#results = new Array<unknown>(items.length);
  }

  start(): void {
    attach(this.#result, this);
    this.#feed();
  }

  #feed(): void {
    const window = Math.min(WINDOW, this.#core.maxQueue);
    while (this.#next < this.#items.length && this.#jobs.size < window) {
      const start = this.#next;
      const end = Math.min(start + this.#chunksize, this.#items.length);
      this.#next = end;
      try {
        const request = { ...this.#request, range: { start, end } };
        this.#jobs.add(new Job(this.#core, this, start, this.#items, request));
      } catch (error) {
        // What cannot travel is known before anything has run, so the rest is not begun.
        this.#refuse(error, start);
      }
    }
    if (this.#next < this.#items.length) this.#core.feeding(this);
    else this.#core.fed(this);
  }

  /** It waits for its own tasks only. */
  drain(): void {}

  /** Chunk by chunk the codec counts from 0; the error names the item of the whole list. */
  #refuse(error: unknown, start: number): void {
    this.#next = this.#items.length;
    fail(this.#result, error instanceof PicklingError ? inWholeList(error, start) : error);
    if (this.#jobs.size === 0) this.#leave();
    for (const job of this.#jobs) job.withdraw();
  }

  succeeded(job: Job, value: unknown): void {
    const results = value as unknown[];
    const start = job.context as number;
    for (let i = 0; i < results.length; i++) this.#results[start + i] = results[i];
    this.#ended(job);
  }

  succeededWithDoubles(job: Job, slot: number, length: number): void {
    readDoubles(slot, length, this.#results, job.context as number);
    this.#ended(job);
  }

  failed(job: Job, error: unknown, item: number): void {
    const index = (job.context as number) + Math.max(0, item);
    if (this.#failure === undefined || index < this.#failure.index) this.#failure = { index, error };
    this.#ended(job);
  }

  #ended(job: Job): void {
    this.#jobs.delete(job);
    this.#done += Math.min(this.#chunksize, this.#items.length - (job.context as number));
    if (this.#result.ready()) {
      if (this.#jobs.size === 0) this.#leave();
      return;
    }
    progress(this.#options, this.#done, this.#items.length);
    this.#feed();
    if (this.#done < this.#items.length || this.#result.ready()) return;
    this.#leave();
    if (this.#failure === undefined) fulfil(this.#result, this.#results);
    else fail(this.#result, withIndex(this.#failure.error, this.#failure.index));
  }

  #leave(): void {
    release(this.#request.fn);
  }

  /** As `Work`, and, with its job, as `JobOwner`. */
  abandon(first: unknown, second?: unknown): void {
    this.#next = this.#items.length;
    this.#core.fed(this);
    if (!fail(this.#result, first instanceof Job ? second : first)) return;
    if (this.#jobs.size === 0) this.#leave();
    for (const job of this.#jobs) job.cancel();
  }
}

/** The items. An array is not copied if all of it is written before `map` returns: nobody can change it meanwhile. */
function snapshot(iterable: Iterable<unknown>, chunksize: number, core: PoolCore): readonly unknown[] {
  if (!Array.isArray(iterable)) return Array.from(iterable);
  const chunks = chunksize === 0 ? core.size * 4 : iterable.length / chunksize;
  return chunks < Math.min(WINDOW, core.maxQueue) ? iterable : iterable.slice();
}

/** Submits the items of `iterable` in chunks. The result rejects when anything is wrong. */
export function map(
  core: PoolCore,
  fn: Callable,
  iterable: Iterable<unknown>,
  given: number | MapOptions<never> | undefined,
  operation: typeof MAP | typeof STARMAP,
): AsyncResult<unknown> {
  const result = new AsyncResult<unknown>();
  try {
    checkFunction('fn', fn);
    checkIterable(iterable, 'sync');
    const options = mapOptions<MapOptions<never>>(given);
    checkApply(options);
    core.checkOpen(0);
    options.signal?.throwIfAborted();
    const items = snapshot(iterable, options.chunksize ?? 0, core);
    if (items.length === 0) {
      fulfil(result, []);
      return result;
    }
    const mapping = new Mapping(core, result, ship(fn), operation, items, options);
    limitWork(result, options);
    mapping.start();
  } catch (error) {
    refuse(result, given, error);
  }
  return result;
}
