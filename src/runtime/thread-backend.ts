/** The thread backend: each worker is a `worker_threads` Worker, an OS thread with an isolate of its own. */

import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Backend, Ended, WorkerOptions } from './backend.js';
import { openBufferChannel, closeBufferChannel } from './shared-buffers.js';

/** What a worker thread is told at its start, in `workerData.polycore`. */
export interface WorkerSetup extends WorkerOptions {
  readonly key: number;
}

/** Options of `node` that make it read a program from elsewhere than a file; a worker must not inherit them. */
const NOT_INHERITED = /^(--input-type|--eval|-e|--print|-p|-pe|--test|--watch|--check|-c|--interactive|-i)(=|$)/;
/** Those that take the next argument. */
const WITH_VALUE = /^(--input-type|--eval|-e|--print|-p|-pe)$/;
/** Options that a worker may be given explicitly. */
const PER_WORKER = /^(--import|--require|-r|--loader|--experimental-|--conditions|-C|--enable-source-maps|--no-warnings)/;

/** The `execArgv` of workers; `undefined` inherits everything. */
function workerOptions(): string[] | undefined {
  const given = process.execArgv;
  if (!given.some((option) => NOT_INHERITED.test(option))) return undefined;
  const kept: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const option = given[i] as string;
    if (WITH_VALUE.test(option)) i++;
    else if (PER_WORKER.test(option)) kept.push(option);
    else if (!option.startsWith('-') && kept.length > 0) kept.push(option);
  }
  return kept;
}

/** A worker runs the package itself, which finds its setup in `workerData`; see `worker.ts`. */
const ENTRY = new URL('./polycore.cjs', import.meta.url);

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
    const channel = openBufferChannel();
    const execArgv = workerOptions();
    const thread = new Worker(ENTRY, {
      workerData: { polycore: setup, buffers: channel, code: import.meta.loader?.codeCache() },
      transferList: [channel],
      name: `${this.#options.poolName}-${key}`,
      ...(execArgv === undefined ? {} : { execArgv }),
      ...(this.#limits === undefined ? {} : { resourceLimits: this.#limits }),
    });
    // Pending work holds the event loop through the port; an idle pool lets the process end.
    thread.unref();
    this.#threads.set(key, thread);
    let error: unknown;
    thread.on('error', (reason) => {
      error = reason;
    });
    thread.on('exit', (exitCode) => {
      this.#threads.delete(key);
      closeBufferChannel(channel);
      this.#ended(key, error === undefined ? { exitCode } : { exitCode, error });
    });
  }

  kill(key: number): void {
    void this.#threads.get(key)?.terminate();
  }
}
