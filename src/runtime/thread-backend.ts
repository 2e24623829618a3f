/** The thread backend: each worker is an isolate on a thread of its own. */

import type { ResourceLimits, Worker } from 'node:worker_threads';
import type { Backend, Ended, WorkerOptions } from './backend.js';
import { type IsolateOptions, startIsolate } from './isolate.js';

/** What a worker thread is told at its start, in `workerData.polycore`. */
export interface WorkerSetup extends WorkerOptions {
  readonly key: number;
}

/** See the file's description. */
export class ThreadBackend implements Backend {
  readonly #options: WorkerOptions;
  readonly #limits: ResourceLimits | undefined;
  readonly #ended: Ended;
  readonly #threads = new Map<number, Worker>();

  constructor(options: WorkerOptions, limits: ResourceLimits | undefined, ended: Ended) {
    this.#options = options;
    this.#limits = limits;
    this.#ended = ended;
  }

  start(key: number): void {
    const setup: WorkerSetup = { ...this.#options, key };
    // Pending work holds the event loop through the port; an idle pool lets the process end.
    const options: IsolateOptions = {
      identity: [true, this.#options.pool, key],
      name: `${this.#options.poolName}-${key}`,
      data: { polycore: setup },
      limits: this.#limits,
    };
    const thread = startIsolate(options, (ending) => {
      this.#threads.delete(key);
      this.#ended(key, ending);
    });
    this.#threads.set(key, thread);
  }

  kill(key: number): void {
    void this.#threads.get(key)?.terminate();
  }
}
