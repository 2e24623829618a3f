/**
 * One job of a pool: a slot from its submission to its return, and what became of it.
 *
 * A job knows nothing of what it is part of: it calls back once, with a value or an error.
 */

import { channel } from 'node:diagnostics_channel';
import { CancelledError, Full, RuntimeError, WorkerCrashedError } from '../errors.js';
import { binding } from '../native/binding.js';
import { dropBlock } from '../runtime/block.js';
import { submitDepth, submitted } from '../runtime/feed.js';
import { Later } from '../runtime/parcel.js';
import { countDoubles, type PayloadOptions, readPayload, writeList } from '../runtime/payload.js';
import { expect, forget, isBlocking, type Pending, recycle, rethrowLater, takeSlot } from '../runtime/port.js';
import { withRemoteStack } from '../runtime/remote-stack.js';
import { release, type Shipped } from '../runtime/shipping.js';
import * as layout from '../runtime/slot.js';
import type { PoolCore } from './pool-core.js';

/** Message of the diagnostics channel `polycore:task`, published when a task or a chunk has ended. */
export interface TaskMessage {
  /** Name of the pool. */
  readonly pool: string;
  /** Key of the worker that ran it, or `null` if none did. */
  readonly worker: number | null;
  /** `map` and `starmap` are chunks. */
  readonly operation: 'apply' | 'map' | 'starmap';
  /** Milliseconds from submission to result. */
  readonly duration: number;
  readonly outcome: 'ok' | 'error' | 'cancelled' | 'crashed';
}

/** Hears from its jobs; one object may own many. */
export interface JobOwner {
  /** It returned `value`. */
  succeeded(job: Job, value: unknown): void;
  /** It ended otherwise. `item` is the index within the payload that failed, or -1. */
  failed(job: Job, error: unknown, item: number): void;
  /** As `succeeded`, with `length` numbers that are still in the slot: to be taken with `readDoubles`. */
  succeededWithDoubles?(job: Job, slot: number, length: number): void;
  /** It was cancelled before anybody began it; default: `failed` with a `CancelledError`. */
  neverBegan?(job: Job): void;
  /** Everything that the job is part of is to end with `reason`. */
  abandon(job: Job, reason: unknown): void;
}

/** What a job is to do. */
export interface JobRequest {
  readonly fn: Shipped;
  readonly operation: number;
  /** How its list is encoded. */
  readonly payload: PayloadOptions;
  readonly priority: number;
  /** The part of the list that travels; default: all of it. */
  readonly range?: { readonly start: number; readonly end: number };
  /** Where the job goes instead of the pool's queues; `false` when it is refused. */
  readonly submit?: (slot: number) => boolean;
}

const OPERATIONS = ['apply', 'map', 'starmap'] as const;
/** By status; 4 is no end of a job. */
const OUTCOMES = ['ok', 'error', 'cancelled', 'crashed', undefined, 'crashed'] as const;
const taskChannel = channel('polycore:task');

/** See the file's description. */
export class Job implements Pending {
  /** Free for the owner: the first item of a chunk, the result of a call. */
  readonly context: unknown;
  readonly #core: PoolCore;
  readonly #owner: JobOwner;
  readonly #fn: Shipped;
  #start = 0;
  #slot: number;

  /**
   * Writes and submits a job.
   *
   * @throws {PicklingError} when the list cannot travel; {RangeError} when the pool is closed.
   */
  constructor(core: PoolCore, owner: JobOwner, context: unknown, list: readonly unknown[], request: JobRequest) {
    this.context = context;
    this.#core = core;
    this.#owner = owner;
    this.#fn = request.fn;
    if (taskChannel.hasSubscribers) this.#start = performance.now();
    const slot = takeSlot();
    this.#slot = slot;
    try {
      writeList(slot, list, request.payload, request.range?.start, request.range?.end);
    } catch (error) {
      recycle(slot);
      throw error;
    }
    const { words } = layout.segmentOf(slot);
    const at = layout.baseOf(slot) >> 2;
    words[at + layout.FUNCTION] = request.fn.number;
    words[at + layout.OPERATION] = request.operation;
    words[at + layout.STATUS] = layout.OK;
    words[at + layout.ARGUMENT] = -1;
    expect(slot, this);
    const taken = request.submit?.(slot) ?? binding.submit(core.number, slot, submitDepth(), request.priority);
    if (!taken) {
      forget(slot);
      binding.release(slot);
      throw request.submit === undefined ? notRunning(core) : new RuntimeError(`A worker of ${core.name} is gone`);
    }
    request.fn.uses++;
    core.submitted();
    submitted();
  }

  /** Whether it is a job of this pool. */
  isOf(core: PoolCore): boolean {
    return this.#core === core;
  }

  /** Ends everything that it is part of. */
  abandon(reason: unknown): void {
    this.#owner.abandon(this, reason);
  }

  /** Stops it if it has not ended; its owner hears about that later, as of any other end. */
  cancel(): void {
    const slot = this.#slot;
    if (slot < 0 || this.withdraw()) return;
    if (layout.getWord(slot, layout.STATE) === layout.RUNNING) {
      this.#core.killFor(layout.getWord(slot, layout.WORKER), slot);
    }
  }

  /** Stops it if nobody has begun it. */
  withdraw(): boolean {
    return this.#slot >= 0 && binding.cancel(this.#slot);
  }

  /** The slot is back. */
  settle(slot: number): boolean {
    this.#slot = -1;
    release(this.#fn);
    const status = layout.getWord(slot, layout.STATUS);
    const worker = layout.getWord(slot, layout.WORKER);
    if (taskChannel.hasSubscribers) this.#publish(slot, status, worker);
    this.#core.returned(status);
    if (status === layout.CANCELLED) {
      dropBlock(slot);
      if (this.#owner.neverBegan !== undefined) this.#owner.neverBegan(this);
      else this.#owner.failed(this, new CancelledError('The task was cancelled before it began'), -1);
    } else if (status === layout.CRASHED) {
      dropBlock(slot);
      this.#crashed(worker);
    } else {
      return this.#read(slot, status, worker);
    }
    return false;
  }

  #read(slot: number, status: number, worker: number): boolean {
    const doubles = status === layout.OK && this.#owner.succeededWithDoubles !== undefined ? countDoubles(slot) : -1;
    if (doubles >= 0) {
      this.#owner.succeededWithDoubles?.(this, slot, doubles);
      return false;
    }
    const item = layout.getWord(slot, layout.ARGUMENT);
    let payload: unknown;
    try {
      payload = readPayload(slot);
    } catch (error) {
      this.#owner.failed(this, error, -1);
      return false;
    }
    if (!(payload instanceof Later)) {
      this.#end(status, payload, worker, item);
      return false;
    }
    payload.promise
      .then(
        (value) => this.#end(status, value, worker, item),
        (error: unknown) => this.#owner.failed(this, error, -1),
      )
      .catch(rethrowLater)
      .finally(() => recycle(slot));
    return true;
  }

  #end(status: number, payload: unknown, worker: number, item: number): void {
    if (status === layout.OK) this.#owner.succeeded(this, payload);
    else this.#owner.failed(this, withRemoteStack(payload, `worker ${worker}`), item);
  }

  #crashed(worker: number): void {
    const failed = (exitCode: number | null, cause?: unknown): void => {
      const why = cause === undefined ? 'it was terminated' : String(cause);
      const details = cause === undefined ? { exitCode } : { exitCode, cause };
      const text = `Worker ${worker} of ${this.#core.name} died while it ran the task: ${why}`;
      this.#owner.failed(this, new WorkerCrashedError(text, details), -1);
    };
    // The event loop brings the exit code and, after running out of memory, the reason; a blocked thread never hears it.
    const ending = isBlocking() ? undefined : this.#core.ending(worker);
    if (ending === undefined) failed(null);
    else void ending.then(({ exitCode, error }) => failed(exitCode, error)).catch(rethrowLater);
  }

  #publish(slot: number, status: number, worker: number): void {
    taskChannel.publish({
      pool: this.#core.name,
      worker: status === layout.CANCELLED ? null : worker,
      operation: OPERATIONS[layout.getWord(slot, layout.OPERATION)] ?? 'apply',
      duration: performance.now() - this.#start,
      outcome: OUTCOMES[status] ?? 'error',
    } satisfies TaskMessage);
  }
}

/** The error of work given to a closed pool (Python: `ValueError`). */
export function notRunning(core: { name: string }): RangeError {
  return new RangeError(`Pool not running: ${core.name} was closed or terminated`);
}

/** The error of work beyond `maxQueue`. */
export function full(core: { name: string }, limit: number): Full {
  return new Full(`${core.name} has ${limit} tasks under way, its maxQueue`);
}
