/** The thread that this isolate is, as far as that has been asked. */

import { isMainThread } from 'node:worker_threads';
import type { Thread } from './thread.js';

let self: Thread | undefined;
let end: (() => void) | undefined;

/** This isolate's thread, if it is known. */
export function knownSelf(): Thread | undefined {
  return self;
}

/**
 * Makes it known.
 *
 * @param whenDone called when the isolate has nothing left to do but stays for other threads: the thread has ended then.
 */
export function setSelf(thread: Thread, whenDone?: () => void): void {
  self = thread;
  end = whenDone;
}

/** This isolate has nothing left to do. */
export function endSelf(): void {
  end?.();
}

/** Whether threads made here are daemons if nothing is said: as this one is. Isolates that were started otherwise are. */
export function daemonByDefault(): boolean {
  return self?.daemon ?? !isMainThread;
}
