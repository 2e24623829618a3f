/**
 * A worker thread: joins its pool, runs the initializer, takes jobs. Its entry is the package itself, so that tasks which
 * import polycore get the instance that runs them.
 *
 * What ends the worker early is told to whoever waits for its jobs: `process.exit` and uncaught errors run the exit
 * handler below, which completes the jobs with a `WorkerCrashedError`; the rest (out of memory, termination) is noticed by
 * the native side, when the isolate is torn down.
 */

import { workerData } from 'node:worker_threads';
import { WorkerCrashedError } from '../errors.js';
import { binding } from '../native/binding.js';
import { failRunning, startFeed } from './feed.js';
import { Later } from './parcel.js';
import { attachPort, hold, unhold } from './port.js';
import { type Callable, fetchKept, keep } from './shipping.js';
import { READY } from './slot.js';
import type { WorkerSetup } from './thread-backend.js';

let uncaught: { error: unknown } | undefined;

function main(setup: WorkerSetup): void {
  attachPort();
  binding.nameIsolate(`worker ${setup.poolName}-${setup.key}`);
  binding.join(setup.pool, setup.key);
  process.on('uncaughtExceptionMonitor', (error) => {
    uncaught = { error };
  });
  process.on('exit', (code) => {
    failRunning(() => crash(setup, code));
  });
  hold();
  void initialize(setup).then(
    () => {
      binding.say(READY);
      startFeed(setup);
      unhold();
    },
    (error: unknown) => {
      binding.say(keep(error, 'error', true));
      process.exit(1);
    },
  );
}

/** What each worker begins with. */
interface Initialization {
  readonly initializer: Callable;
  readonly initargs: readonly never[];
}

async function initialize(setup: WorkerSetup): Promise<void> {
  if (setup.initializer < 0) return;
  const loaded = fetchKept(setup.initializer);
  const { initializer, initargs } = (loaded instanceof Later ? await loaded.promise : loaded) as Initialization;
  await initializer(...initargs);
}

function crash(setup: WorkerSetup, code: number): WorkerCrashedError {
  const who = `worker ${setup.key} of ${setup.poolName}`;
  return uncaught === undefined
    ? new WorkerCrashedError(`The task ended its worker: ${who} called process.exit(${code})`, { exitCode: code })
    : new WorkerCrashedError(`The task crashed its worker: an uncaught error in ${who}: ${String(uncaught.error)}`, {
        exitCode: code,
        cause: uncaught.error,
      });
}

/** Makes this thread a worker if a pool has started it as one. */
export function startWorker(): void {
  const setup = (workerData as { polycore?: WorkerSetup } | null)?.polycore;
  if (setup !== undefined) main(setup);
}
