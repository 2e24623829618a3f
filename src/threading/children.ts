/**
 * The threads that this isolate has started, and what follows from them for its own end.
 *
 * Isolates end with the one that has started them, threads only with the process. So an isolate that has nothing left to do
 * (Node emits `beforeExit`) stays for others:
 * - the main thread until all threads of the process have ended that are no daemons;
 * - a thread until all have ended that it has started; it counts as ended meanwhile;
 * - any other isolate, a worker of a pool say, until those have ended that it has started and that are no daemons.
 */

import { isMainThread, workerData } from 'node:worker_threads';
import { setFarewell } from '../runtime/feed.js';
import { hold, unhold } from '../runtime/port.js';
import { aliveThreads, mainThread } from './current.js';
import { endSelf, knownSelf } from './self.js';
import { type Thread, untilEnded } from './thread.js';

const setup = workerData as { polycore?: unknown; polycoreThread?: unknown } | null;
const isPoolWorker = setup?.polycore !== undefined;
const isThread = setup?.polycoreThread !== undefined;
const children = new Set<Thread>();
let isPrepared = false;
let isStaying = false;

/** This isolate has started a thread. */
export function born(child: Thread): void {
  children.add(child);
  // A worker that waits for jobs blocks when its event loop is empty; the thread's output goes through that.
  if (isPoolWorker) hold();
  if (isPrepared) return;
  isPrepared = true;
  if (isMainThread) mainThread();
  if (isPoolWorker) setFarewell(() => (next() === undefined ? undefined : stay()));
  else process.on('beforeExit', whenIdle);
}

/** The isolate of a thread that this one has started is gone. */
export function gone(child: Thread): void {
  children.delete(child);
  if (isPoolWorker) unhold();
}

function whenIdle(): void {
  if (isStaying || next() === undefined) return;
  endSelf();
  isStaying = true;
  void stay().finally(() => (isStaying = false));
}

async function stay(): Promise<void> {
  for (let thread = next(); thread !== undefined; thread = next()) await untilEnded(thread);
}

/** Somebody for whom this isolate has to stay. */
function next(): Thread | undefined {
  if (isMainThread) return aliveThreads().find((thread) => !thread.daemon && thread !== knownSelf());
  return [...children].find((child) => child.isAlive() && (isThread || !child.daemon));
}
