/**
 * The workers of one pool, kept at their number: started, replaced when they end, killed, sent home. Lives in the isolate
 * that owns the pool.
 *
 * Two sources tell of a worker's end. The native side reports `GONE` when the isolate is torn down, which also arrives
 * while this thread is blocked in a `…Sync` call, and decides about a replacement. The backend reports the ending itself
 * (exit code, error) through the event loop, which decides about `join` and completes crash reports.
 */

import { channel } from 'node:diagnostics_channel';
import { BrokenPoolError } from '../errors.js';
import { binding } from '../native/binding.js';
import type { Backend, Ending } from './backend.js';
import { helpStarted } from './isolate.js';
import { Later } from './parcel.js';
import { collect, hold, setEventListener, unhold } from './port.js';
import { fetchKept } from './shipping.js';
import { ARGUMENT, EVENT_GONE, EVENT_SAID, FUNCTION, getWord, LENGTH, OPERATION, READY } from './slot.js';

/** Message of the diagnostics channel `polycore:worker`. */
export interface WorkerMessage {
  /** Name of the pool. */
  readonly pool: string;
  /** Key of the worker, unique in its pool, from 1 on. */
  readonly worker: number;
  readonly event: 'start' | 'exit';
  /** Of an `exit`: the exit code, `null` if unknown. */
  readonly exitCode: number | null;
}

const workerChannel = channel('polycore:worker');

/** Workers that may end in a row before they take tasks; then the pool is broken. */
const FAILED_STARTS = 3;

const crews = new Map<number, Crew>();

/** What a pool tells its crew and hears from it. */
export interface CrewOptions {
  readonly pool: number;
  readonly name: string;
  /** Jobs of the owner under way. */
  readonly pending: () => number;
  /** Workers leave when idle, and come back with the work. */
  readonly elastic: boolean;
  /** Number under which the initializer is kept, or -1; dropped with the pool. */
  readonly initializer: number;
  /** The pool can do nothing any more. */
  readonly broken: (error: BrokenPoolError) => void;
}

/** See the file's description. */
export class Crew {
  readonly #options: CrewOptions;
  #backend: Backend | undefined;
  #target = 0;
  #lastKey = 0;
  #closed = false;
  #failedStarts = 0;
  /** Keys of workers that run or start; `true` once they take tasks. */
  readonly #live = new Map<number, boolean>();
  /** Keys of live workers that are known to end. */
  readonly #dying = new Set<number>();
  /** Keys of workers whose ending the backend has not yet reported. */
  readonly #unended = new Set<number>();
  readonly #endings = new Map<number, (ending: Ending) => void>();
  #waiters: (() => void)[] = [];
  #readyWaiters: (() => void)[] = [];

  constructor(options: CrewOptions) {
    this.#options = options;
    crews.set(options.pool, this);
    setEventListener(onEvent);
  }

  /** Starts `size` workers on `backend`. @throws what the system says; then none is left running. */
  start(backend: Backend, size: number): void {
    this.#backend = backend;
    try {
      this.resize(size);
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  /** Wanted number of workers. */
  get target(): number {
    return this.#target;
  }

  /** Keys of the workers that take tasks. */
  ready(): number[] {
    return [...this.#live].filter(([key, ready]) => ready && !this.#dying.has(key)).map(([key]) => key);
  }

  /** Resolves when every worker that runs or starts takes tasks. */
  async allReady(): Promise<void> {
    while (this.#live.size > this.ready().length) {
      hold();
      await new Promise<void>((resolve) => this.#readyWaiters.push(resolve));
      unhold();
    }
  }

  /** Changes the wanted number of workers; surplus ones leave when idle. */
  resize(size: number): void {
    const surplus = this.#live.size - size;
    this.#target = size;
    binding.retire(this.#options.pool, Math.max(0, surplus));
    this.#fill(size);
  }

  /** A job was submitted: workers that left for idleness come back. */
  wanted(): void {
    if (this.#live.size < this.#target) this.#refill();
  }

  /** Replaces workers that have gone, as far as there is use for them. */
  #refill(): void {
    const { elastic, name, pending } = this.#options;
    try {
      this.#fill(elastic || this.#closed ? Math.min(this.#target, pending()) : this.#target);
    } catch (cause) {
      this.#break(new BrokenPoolError(`No worker of ${name} can be started: ${String(cause)}`, { cause }));
    }
  }

  #fill(size: number): void {
    while (this.#live.size < size) {
      const key = ++this.#lastKey;
      this.#live.set(key, false);
      this.#unended.add(key);
      try {
        this.#backend?.start(key);
      } catch (error) {
        this.#live.delete(key);
        this.#unended.delete(key);
        throw error;
      }
    }
    helpStarted();
  }

  /** No more workers than the rest of the work needs; each leaves when idle. */
  close(): void {
    this.#closed = true;
    binding.retire(this.#options.pool, this.#live.size);
  }

  /** Kills all workers. */
  kill(): void {
    this.#closed = true;
    this.#target = 0;
    for (const key of this.#unended) this.#backend?.kill(key);
  }

  /** Kills the worker `key` if it runs the job in `slot`; whether it did. */
  killFor(key: number, slot: number): boolean {
    if (!binding.condemn(this.#options.pool, key, slot)) return false;
    this.dying(key);
    this.#backend?.kill(key);
    return true;
  }

  /** Worker `key` is about to end, or has ended; the native side's report comes later. */
  dying(key: number): void {
    if (this.#live.has(key)) this.#dying.add(key);
  }

  /** How worker `key` ended, as soon as the backend knows. */
  ending(key: number): Promise<Ending> {
    if (!this.#unended.has(key)) return Promise.resolve({ exitCode: null });
    hold();
    return new Promise((resolve) => {
      this.#endings.set(key, (ending) => {
        unhold();
        resolve(ending);
      });
    });
  }

  /** Resolves when all workers have ended. */
  async join(): Promise<void> {
    if (this.#unended.size === 0) return;
    hold();
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
    unhold();
  }

  /** Whether the native side has seen all workers go. */
  get isGone(): boolean {
    return this.#live.size === 0;
  }

  /** To be called by the backend. */
  readonly ended = (key: number, ending: Ending): void => {
    // What the worker finished, and the native report of its end, are in the port already; they come first.
    collect();
    this.#unended.delete(key);
    const ready = this.#live.get(key);
    this.#endings.get(key)?.(ending);
    this.#endings.delete(key);
    this.#publish(key, 'exit', ending.exitCode);
    if (ready === false) {
      this.#failedToStart(ending);
      this.#live.delete(key);
      this.#refill();
    }
    if (this.#unended.size === 0) {
      if (this.#closed) this.#forget();
      for (const waiter of this.#waiters.splice(0)) waiter();
    }
  };

  #forget(): void {
    crews.delete(this.#options.pool);
    binding.dropPool(this.#options.pool);
    if (this.#options.initializer >= 0) binding.dropFunction(this.#options.initializer);
  }

  #failedToStart(ending: Ending): void {
    if (this.#target === 0 || this.#closed || ++this.#failedStarts < FAILED_STARTS) return;
    const text = `${FAILED_STARTS} workers of ${this.#options.name} ended before they could take a task`;
    this.#break(new BrokenPoolError(text, 'error' in ending ? { cause: ending.error } : {}));
  }

  #break(error: BrokenPoolError): void {
    this.kill();
    this.#options.broken(error);
  }

  /** An event from the native side. */
  event(kind: number, key: number, value: number): void {
    if (kind === EVENT_GONE) {
      if (this.#live.get(key) === false) this.#failedToStart({ exitCode: null });
      this.#live.delete(key);
      this.#dying.delete(key);
      this.#refill();
    } else if (kind === EVENT_SAID && value === READY) {
      this.#live.set(key, true);
      this.#failedStarts = 0;
      this.#publish(key, 'start', null);
      // A worker that was started for a pool closed meanwhile.
      if (this.#closed) binding.retire(this.#options.pool, this.#live.size);
    } else if (kind === EVENT_SAID) {
      this.#initializerFailed(value);
    }
    for (const waiter of this.#readyWaiters.splice(0)) waiter();
  }

  #initializerFailed(kept: number): void {
    const report = (cause: unknown): void => {
      binding.dropFunction(kept);
      this.#break(new BrokenPoolError(`The initializer of ${this.#options.name} failed: ${String(cause)}`, { cause }));
    };
    const error = fetchKept(kept);
    if (error instanceof Later) void error.promise.then(report, report);
    else report(error);
  }

  #publish(worker: number, event: 'start' | 'exit', exitCode: number | null): void {
    if (workerChannel.hasSubscribers) {
      workerChannel.publish({ pool: this.#options.name, worker, event, exitCode } satisfies WorkerMessage);
    }
  }
}

function onEvent(slot: number): void {
  // Such a slot has no payload; its length is the number of the pool.
  const crew = crews.get(getWord(slot, LENGTH));
  crew?.event(getWord(slot, OPERATION), getWord(slot, ARGUMENT), getWord(slot, FUNCTION));
}
