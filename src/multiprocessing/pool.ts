/** `Pool`: Python's `multiprocessing.Pool`. */

import { inspect } from 'node:util';
import { CancelledError, RuntimeError, TimeoutError } from '../errors.js';
import type { ArrayOf, ElementName, MapResult, TypedArray } from '../jit/elements.js';
import { jittedOf, type JitFunction, type NumericFunction } from '../jit/function.js';
import { nativeMap, nativeMapSync } from '../jit/machine.js';
import type { NativeMapOptions } from '../jit/map.js';
import { binding } from '../native/binding.js';
import { registerShared } from '../pickle/index.js';
import type { Crew } from '../runtime/crew.js';
import { refuseImportingMain } from '../runtime/importing.js';
import { MAP, STARMAP } from '../runtime/operation.js';
import { blockUntil, hold, unhold } from '../runtime/port.js';
import type { Callable } from '../runtime/shipping.js';
import { apply } from './apply.js';
import { type AsyncResult, abandon } from './async-result.js';
import { broadcast } from './broadcast.js';
import { adoptCore, createCore } from './create-core.js';
import { ImapIterator } from './imap.js';
import { ImapSyncIterator } from './imap-sync.js';
import { map } from './map.js';
import {
  type ApplyOptions,
  checkCount,
  checkIterable,
  type ImapOptions,
  type MapOptions,
  type PoolOptions,
} from './options.js';
import type { PoolCore } from './pool-core.js';

/** Numbers of a pool at one moment. */
export interface PoolStats {
  readonly name: string;
  /** Wanted number of workers. */
  readonly size: number;
  /** Workers that take tasks. */
  readonly workers: number;
  /** Workers without a task. */
  readonly idle: number;
  /** Tasks (or chunks) that nobody has begun. */
  readonly queued: number;
  /** Tasks (or chunks) under way in workers. */
  readonly running: number;
  /** Tasks (or chunks) of this thread that returned a value, since the pool was made. */
  readonly completed: number;
  /** Those that failed, crashed or were cancelled. */
  readonly failed: number;
}

/** A pool as it travels. */
interface Handle {
  readonly number: number;
  readonly name: string;
  readonly size: number;
}

const pools = new Map<number, WeakRef<Pool>>();
const adopt: unique symbol = Symbol('adopt');

/** Ends the workers of pools that nobody can reach any more. */
const unreachable = new FinalizationRegistry<PoolCore>((core) => {
  pools.delete(core.number);
  core.close();
});

/**
 * A pool of workers to which tasks are given.
 *
 * Functions travel as `docs/functions.md` says, values as `docs/codec.md` says. Awaited methods never throw: what is wrong
 * rejects their result; the `…Sync` forms block this thread and throw. An idle pool does not keep the process alive, work
 * under way does.
 *
 * @example
 * await using pool = new Pool(4);
 * const squares = await pool.map((x: number) => x * x, [1, 2, 3]);
 */
export class Pool {
  readonly #core: PoolCore;

  /**
   * Starts `n` workers (default: `cpuCount()`).
   *
   * @throws {RangeError} when `n` is no integer >= 1; {RuntimeError} when the program's main module makes a pool while a
   * worker imports it; what the system says when a worker cannot be started.
   */
  constructor(n?: number, options?: PoolOptions);
  constructor(n?: number | Handle, options: PoolOptions | typeof adopt = {}) {
    if (options === adopt) {
      const { number, name, size } = n as Handle;
      this.#core = adoptCore(number, name, size);
      return;
    }
    refuseImportingMain('Pool');
    this.#core = createCore(n as number | undefined, options);
    pools.set(this.#core.number, new WeakRef(this));
    unreachable.register(this, this.#core, this);
  }

  static {
    registerShared<Pool>(
      'polycore.Pool',
      this,
      (pool): Handle => ({ number: pool.#core.number, name: pool.#core.name, size: pool.#core.size }),
      (data) => {
        const handle = data as Handle;
        const known = pools.get(handle.number)?.deref();
        if (known !== undefined) return known;
        const pool = new this(handle as unknown as number, adopt as unknown as PoolOptions);
        pools.set(handle.number, new WeakRef(pool));
        return pool;
      },
    );
  }

  /** Name in errors, diagnostics and thread names. */
  get name(): string {
    return this.#core.name;
  }

  /** Wanted number of workers. */
  get size(): number {
    return this.#core.crew?.target ?? this.#core.size;
  }

  /** Calls `fn(...args)` in a worker. */
  apply<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: readonly [...A],
    options?: ApplyOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>> {
    const given = options as ApplyOptions<never> | undefined;
    return apply(this.#core, fn as Callable, args ?? [], given) as AsyncResult<Awaited<R>>;
  }

  /** Python's name of `apply`. */
  applyAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: readonly [...A],
    options?: ApplyOptions<Awaited<R>>,
  ): AsyncResult<Awaited<R>> {
    return this.apply(fn, args, options);
  }

  /** As `apply`, blocking this thread. @throws what the task throws. */
  applySync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: readonly [...A],
    options?: ApplyOptions<Awaited<R>>,
  ): Awaited<R> {
    return blockFor(this.apply(fn, args, options), options);
  }

  /**
   * Calls `fn(item)` for each item, in chunks; the results in order. Waits for all chunks even if one fails; then rejects
   * with the error of the first failing item, whose number is `error.index`. Within a chunk, nothing runs after a failure.
   *
   * Of a function given to `jit` and a typed array: on native threads; the results are a typed array in shared memory.
   */
  map<F extends NumericFunction, O extends ElementName>(
    fn: JitFunction<F>,
    array: TypedArray,
    options: NativeMapOptions<ArrayOf[O], O> & { output: O },
  ): AsyncResult<ArrayOf[O]>;
  map<F extends NumericFunction>(
    fn: JitFunction<F>,
    array: TypedArray,
    options?: MapOptions<MapResult<ReturnType<F>>>,
  ): AsyncResult<MapResult<ReturnType<F>>>;
  map<T, R>(
    fn: (item: T) => R,
    iterable: Iterable<T>,
    options?: number | MapOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]>;
  map(fn: unknown, iterable: unknown, options?: unknown): unknown {
    const given = options as number | MapOptions<never> | undefined;
    const jitted = jittedOf(fn);
    if (jitted !== undefined) return nativeMap(this.#core, jitted, [iterable], given);
    return map(this.#core, fn as Callable, iterable as Iterable<unknown>, given, MAP);
  }

  /** Python's name of `map`. */
  mapAsync<T, R>(
    fn: (item: T) => R,
    iterable: Iterable<T>,
    options?: number | MapOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return this.map(fn, iterable, options);
  }

  /** As `map`, blocking this thread. */
  mapSync<F extends NumericFunction, O extends ElementName>(
    fn: JitFunction<F>,
    array: TypedArray,
    options: NativeMapOptions<ArrayOf[O], O> & { output: O },
  ): ArrayOf[O];
  mapSync<F extends NumericFunction>(
    fn: JitFunction<F>,
    array: TypedArray,
    options?: MapOptions<MapResult<ReturnType<F>>>,
  ): MapResult<ReturnType<F>>;
  mapSync<T, R>(fn: (item: T) => R, iterable: Iterable<T>, options?: number | MapOptions<Awaited<R>[]>): Awaited<R>[];
  mapSync(fn: unknown, iterable: unknown, options?: unknown): unknown {
    const given = options as number | MapOptions<never> | undefined;
    const jitted = jittedOf(fn);
    if (jitted !== undefined) return nativeMapSync(this.#core, jitted, [iterable], given);
    return blockFor(map(this.#core, fn as Callable, iterable as Iterable<unknown>, given, MAP), given);
  }

  /**
   * As `map`, for a function of several arguments: `fn(...item)`. Of a function given to `jit`, `iterable` holds one typed
   * array for each argument, all of one length: `fn(a[i], b[i], …)`.
   */
  starmap<F extends NumericFunction, O extends ElementName>(
    fn: JitFunction<F>,
    arrays: readonly TypedArray[],
    options: NativeMapOptions<ArrayOf[O], O> & { output: O },
  ): AsyncResult<ArrayOf[O]>;
  starmap<F extends NumericFunction>(
    fn: JitFunction<F>,
    arrays: readonly TypedArray[],
    options?: MapOptions<MapResult<ReturnType<F>>>,
  ): AsyncResult<MapResult<ReturnType<F>>>;
  starmap<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    iterable: Iterable<readonly [...A]>,
    options?: number | MapOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]>;
  starmap(fn: unknown, iterable: unknown, options?: unknown): unknown {
    const given = options as number | MapOptions<never> | undefined;
    const jitted = jittedOf(fn);
    if (jitted !== undefined) return nativeMap(this.#core, jitted, iterable as Iterable<unknown>, given);
    return map(this.#core, fn as Callable, iterable as Iterable<unknown>, given, STARMAP);
  }

  /** Python's name of `starmap`. */
  starmapAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    iterable: Iterable<readonly [...A]>,
    options?: number | MapOptions<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return this.starmap(fn, iterable, options);
  }

  /** As `starmap`, blocking this thread. */
  starmapSync<F extends NumericFunction, O extends ElementName>(
    fn: JitFunction<F>,
    arrays: readonly TypedArray[],
    options: NativeMapOptions<ArrayOf[O], O> & { output: O },
  ): ArrayOf[O];
  starmapSync<F extends NumericFunction>(
    fn: JitFunction<F>,
    arrays: readonly TypedArray[],
    options?: MapOptions<MapResult<ReturnType<F>>>,
  ): MapResult<ReturnType<F>>;
  starmapSync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    iterable: Iterable<readonly [...A]>,
    options?: number | MapOptions<Awaited<R>[]>,
  ): Awaited<R>[];
  starmapSync(fn: unknown, iterable: unknown, options?: unknown): unknown {
    const given = options as number | MapOptions<never> | undefined;
    const jitted = jittedOf(fn);
    if (jitted !== undefined) return nativeMapSync(this.#core, jitted, iterable as Iterable<unknown>, given);
    return blockFor(map(this.#core, fn as Callable, iterable as Iterable<unknown>, given, STARMAP), given);
  }

  /**
   * As `map`, but results are read one by one, in order, while the input is consumed with back-pressure; it begins at once. An error of a task comes
   * in the place of its result, and can be read past by a further `next()`; one of the input comes last.
   *
   * @throws what is wrong with the arguments, at once.
   */
  imap<T, R>(
    fn: (item: T) => R,
    iterable: Iterable<T> | AsyncIterable<T>,
    options?: number | ImapOptions,
  ): ImapIterator<Awaited<R>> {
    return new ImapIterator(this.#core, fn as Callable, iterable, 'ordered', options);
  }

  /** As `imap`, results as they come. */
  imapUnordered<T, R>(
    fn: (item: T) => R,
    iterable: Iterable<T> | AsyncIterable<T>,
    options?: number | ImapOptions,
  ): ImapIterator<Awaited<R>> {
    return new ImapIterator(this.#core, fn as Callable, iterable, 'unordered', options);
  }

  /** As `imap`, blocking this thread for each result. */
  imapSync<T, R>(
    fn: (item: T) => R,
    iterable: Iterable<T>,
    options?: number | ImapOptions,
  ): ImapSyncIterator<Awaited<R>> {
    checkIterable(iterable, 'sync');
    return new ImapSyncIterator(this.imap(fn, iterable, options));
  }

  /** As `imapUnordered`, blocking this thread for each result. */
  imapUnorderedSync<T, R>(
    fn: (item: T) => R,
    iterable: Iterable<T>,
    options?: number | ImapOptions,
  ): ImapSyncIterator<Awaited<R>> {
    checkIterable(iterable, 'sync');
    return new ImapSyncIterator(this.imapUnordered(fn, iterable, options));
  }

  /** Calls `fn(...args)` once in each worker, when it has finished what it is doing; the results in order of the workers. */
  async broadcast<A extends readonly unknown[], R>(fn: (...args: A) => R, args?: readonly [...A]): Promise<Awaited<R>[]> {
    const crew = this.#core.owned('broadcast');
    return (await broadcast(this.#core, crew, fn as Callable, args ?? [])) as Awaited<R>[];
  }

  /** Changes the number of workers; surplus ones leave when idle. */
  resize(n: number): void {
    const crew = this.#core.owned('resize');
    checkCount('n', n, 1);
    this.#core.checkOpen(0);
    crew.resize(n);
  }

  /** Numbers of this pool now. */
  stats(): PoolStats {
    const { workers, idle, queued, running } = binding.poolStats(this.#core.number);
    return { name: this.name, size: this.size, workers, idle, queued, running, ...this.#core.counts };
  }

  /** Takes no more work; workers end when what was given is done, the rest of a `map` or `imap` under way included. */
  close(): void {
    this.#core.owned('close');
    this.#core.close();
  }

  /** Kills the workers at once; results under way reject with `CancelledError`. Resolves when the workers have ended. */
  async terminate(): Promise<void> {
    const crew = this.#core.owned('terminate');
    this.#core.terminate(() => new CancelledError(`${this.name} was terminated`));
    await crew.join();
  }

  /**
   * Resolves when all work and all workers have ended. From now on an `imap` waits no more for its reader, and ends if that has left it
   * because of an error.
   *
   * @throws {RangeError} unless `close` or `terminate` was called before.
   */
  async join(): Promise<void> {
    await Promise.all([this.#joinable().join(), this.#core.idleOutside()]);
  }

  /** As `join`, blocking this thread. @throws {RuntimeError} while an `imap` has an asynchronous input, which would stand still. */
  joinSync(): void {
    const crew = this.#joinable();
    if (this.#core.isFedByEventLoop) {
      throw new RuntimeError('An imap() reads an asynchronous input, which needs this thread: await join()');
    }
    hold();
    blockUntil(() => crew.isGone && this.#core.isIdleOutside);
    unhold();
  }

  #joinable(): Crew {
    const crew = this.#core.owned('join');
    if (!this.#core.isClosed) throw new RangeError(`Pool is still running: call close() or terminate() before join()`);
    this.#core.drain();
    return crew;
  }

  /** `[Pool Pool-1 of 4]`, for messages. */
  toString(): string {
    return `[Pool ${this.name} of ${this.size}${this.#core.isClosed ? ', closed' : ''}]`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** `using`: terminates without waiting. */
  [Symbol.dispose](): void {
    void this.terminate();
  }

  /** `await using`: terminates and waits, as Python's `with` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }
}

/** The value of work under way; its `timeout` is kept here, because the timers of a blocked thread stand still. */
function blockFor<T>(result: AsyncResult<T>, options: number | { timeout?: number } | undefined): T {
  const timeout = typeof options === 'object' ? options?.timeout : undefined;
  if (timeout !== undefined && !result.waitSync({ timeout })) {
    abandon(result, new TimeoutError(`The task did not end within ${timeout} ms`));
  }
  return result.getSync();
}
