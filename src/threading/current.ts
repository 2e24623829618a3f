/** Which threads there are: Python's `current_thread`, `main_thread`, `enumerate`, `active_count`. */

import { isMainThread, threadId, workerData } from 'node:worker_threads';
import { binding } from '../native/binding.js';
import { THREAD } from '../runtime/kind.js';
import { attachPort } from '../runtime/port.js';
import { arrive, remember } from '../runtime/shared-object.js';
import { knownSelf, setSelf } from './self.js';
import { arrived, foreign, objectOf, type Thread } from './thread.js';
import { IDENT, NATIVE_ID, store } from './thread-words.js';

let main: Thread | undefined;
let foreigners = 0;

/** The thread that calls it. Isolates that were started otherwise, such as the workers of pools, have an object, too. */
export function currentThread(): Thread {
  const self = knownSelf();
  if (self !== undefined) return self;
  if (isMainThread) return mainThread();
  const setup = (workerData as { polycore?: { poolName: string; key: number } } | null)?.polycore;
  const thread = foreign(setup === undefined ? `Dummy-${++foreigners}` : `${setup.poolName}-${setup.key}`, true);
  store(objectOf(thread), IDENT, threadId + 1);
  const { generation, slot } = objectOf(thread);
  binding.enterThread(slot, generation);
  binding.nameAfter(slot, generation);
  remember(thread, objectOf(thread));
  setSelf(thread);
  return thread;
}

/** The thread that the process began with. `join()` of it in another thread waits until it has nothing left to do. */
export function mainThread(): Thread {
  if (main !== undefined) return main;
  attachPort();
  const [slot, generation] = binding.mainThread();
  main = slot === undefined ? elect() : (arrive([THREAD, slot, generation as number], arrived) as Thread);
  if (isMainThread) becomeMain(main);
  return main;
}

function becomeMain(thread: Thread): void {
  setSelf(thread, endMain);
  const { generation, slot } = objectOf(thread);
  binding.nameAfter(slot, generation);
}

/** Makes an object for the main thread; another isolate may do the same just now. */
function elect(): Thread {
  const candidate = foreign('MainThread', false);
  const object = objectOf(candidate);
  store(object, IDENT, 1);
  if (process.platform === 'linux') store(object, NATIVE_ID, process.pid);
  remember(candidate, object);
  const [slot, generation] = binding.electMainThread(object.slot, object.generation);
  if (slot === object.slot) return candidate;
  return arrive([THREAD, slot as number, generation as number], arrived) as Thread;
}

function endMain(): void {
  const { generation, slot } = objectOf(mainThread());
  binding.endThread(slot, generation);
}

/** The threads that are alive, whoever has started them; the main thread if somebody has asked for it. */
export function aliveThreads(): Thread[] {
  attachPort();
  const handles = binding.aliveThreads();
  const threads: Thread[] = [];
  for (let i = 0; i < handles.length; i += 2) {
    try {
      threads.push(arrive([THREAD, handles[i] as number, handles[i + 1] as number], arrived) as Thread);
    } catch {
      // It has ended meanwhile, and nobody has kept it.
    }
  }
  return threads;
}

/** The threads that are alive: the main thread, those that were started, and this one if it was started otherwise. */
export function enumerate(): Thread[] {
  mainThread();
  const self = currentThread();
  const threads = aliveThreads();
  return threads.includes(self) || isMainThread ? threads : [...threads, self];
}

/** How many threads are alive. */
export function activeCount(): number {
  return enumerate().length;
}
