/**
 * Starting an isolate on a thread of its own: a `worker_threads` Worker that runs this package, which finds in `workerData`
 * what it is to be (`worker.ts`, `threading/body.ts`).
 */

import { type ResourceLimits, SHARE_ENV, Worker } from 'node:worker_threads';
import { binding } from '../native/binding.js';
import type { Ending } from './backend.js';
import { closeBufferChannel, openBufferChannel } from './shared-buffers.js';

/** Options of `node` that make it read a program from elsewhere than a file; a worker must not inherit them. */
const NOT_INHERITED = /^(--input-type|--eval|-e|--print|-p|-pe|--test|--watch|--check|-c|--interactive|-i)(=|$)/;
/** Those that take the next argument. */
const WITH_VALUE = /^(--input-type|--eval|-e|--print|-p|-pe)$/;
/** Options that a worker may be given explicitly. */
const PER_WORKER = /^(--import|--require|-r|--loader|--experimental-|--conditions|-C|--enable-source-maps|--no-warnings)/;

/** The `execArgv` of isolates; `undefined` inherits everything. */
function inheritedOptions(): string[] | undefined {
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

const ENTRY = new URL('./polycore.cjs', import.meta.url);

/**
 * Which worker or thread an isolate is to be: whether it is a worker, and the number of its pool and its key in that, or slot
 * and generation of its thread. So its end is also known when it comes before that.
 */
export type Identity = readonly [isWorker: boolean, first: number, second: number];

/** What an isolate is to be. */
export interface IsolateOptions {
  readonly identity: Identity;
  /** Of its thread. */
  readonly name: string;
  /** Its `workerData`. */
  readonly data: object;
  readonly limits?: ResourceLimits | undefined;
  /** Whether it sees and changes the environment variables of this isolate; default: it has a copy. */
  readonly sharesEnvironment?: boolean;
}

/** To be called when isolates have been started: makes what spares them compiling, while they boot. */
export function helpStarted(): void {
  import.meta.loader?.fillCodeCache();
}

/**
 * Starts one. It does not hold the event loop of this isolate, with which it ends at the latest. `ended` is called in the
 * event loop when it has ended for good.
 *
 * @throws what the system says when it refuses.
 */
export function startIsolate(options: IsolateOptions, ended: (ending: Ending) => void): Worker {
  const channel = openBufferChannel();
  const execArgv = inheritedOptions();
  const { identity } = options;
  let worker: Worker;
  binding.expectBirth(...identity);
  try {
    worker = new Worker(ENTRY, {
      workerData: { ...options.data, buffers: channel, code: import.meta.loader?.codeCache() },
      transferList: [channel],
      name: options.name,
      ...(options.sharesEnvironment === true ? { env: SHARE_ENV } : {}),
      ...(execArgv === undefined ? {} : { execArgv }),
      ...(options.limits === undefined ? {} : { resourceLimits: options.limits }),
    });
  } catch (error) {
    binding.forgetBirth(...identity);
    closeBufferChannel(channel);
    throw error;
  }
  binding.watchBirth(...identity);
  worker.unref();
  let thrown: { error: unknown } | undefined;
  worker.on('error', (error) => {
    thrown = { error };
  });
  worker.on('exit', (exitCode) => {
    binding.forgetBirth(...identity);
    closeBufferChannel(channel);
    ended({ exitCode, ...thrown });
  });
  return worker;
}
