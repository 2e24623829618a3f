/**
 * The isolate of a thread: fetches what the thread is to do, runs it, and leaves what is to be known of its end.
 *
 * The end itself is made known by the native side when the isolate is torn down, whatever the reason; or before, when the
 * isolate stays for threads that it has started.
 */

import { readlinkSync } from 'node:fs';
import { threadId, workerData } from 'node:worker_threads';
import { binding } from '../native/binding.js';
import { THREAD } from '../runtime/kind.js';
import { Later } from '../runtime/parcel.js';
import { attachPort, hold, unhold } from '../runtime/port.js';
import { arrive } from '../runtime/shared-object.js';
import { fetchKept } from '../runtime/shipping.js';
import { type End, type Estate, leave } from './estate.js';
import { portable, report } from './excepthook.js';
import { changedFields, type Snapshot, snapshot } from './fields.js';
import { setSelf } from './self.js';
import { arrived, equip, objectOf, type Thread, type ThreadSetup, type Work } from './thread.js';
import { EXITED, IDENT, NATIVE_ID, RETURNED, store, THREW } from './thread-words.js';

class Body {
  readonly #thread: Thread;
  #before: Snapshot | undefined;
  #hasReturned = false;
  #hasLeft = false;
  #uncaught: { error: unknown } | undefined;

  constructor(thread: Thread) {
    this.#thread = thread;
    process.on('uncaughtExceptionMonitor', (error) => {
      this.#uncaught = { error };
    });
    process.on('exit', (code) => this.#exit(code));
    setSelf(thread, () => this.#endEarly());
  }

  async run(number: number): Promise<void> {
    try {
      const fetched = fetchKept(number);
      binding.dropFunction(number);
      equip((fetched instanceof Later ? await fetched.promise : fetched) as Work);
      this.#before = snapshot(this.#thread);
      await this.#thread.run();
      this.#hasReturned = true;
    } catch (error) {
      this.#fail(error);
      // It has ended, whatever else it has begun.
      process.exit(1);
    }
  }

  /** The isolate ends: by itself, by `process.exit`, by an error that nobody has caught. */
  #exit(exitCode: number): void {
    if (this.#uncaught !== undefined && exitCode !== 0) this.#fail(this.#uncaught.error);
    else if (this.#hasReturned && exitCode === 0) this.#leave({ outcome: RETURNED });
    else this.#leave({ outcome: EXITED, exitCode });
  }

  #fail(error: unknown): void {
    if (this.#hasLeft) return;
    report(error, this.#thread);
    this.#leave({ outcome: THREW }, { error: portable(error) });
  }

  /** Only threads that it has started are left. */
  #endEarly(): void {
    this.#leave({ outcome: RETURNED });
    const { generation, slot } = objectOf(this.#thread);
    binding.endThread(slot, generation);
  }

  #leave(end: End, estate: Estate = {}): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    const fields = this.#before === undefined ? undefined : changedFields(this.#thread, this.#before);
    leave(objectOf(this.#thread), end, { ...estate, fields });
  }
}

function main({ generation, slot, work }: ThreadSetup): void {
  attachPort();
  const thread = arrive([THREAD, slot, generation], arrived) as Thread;
  binding.enterThread(slot, generation);
  binding.nameAfter(slot, generation);
  store(objectOf(thread), IDENT, threadId + 1);
  store(objectOf(thread), NATIVE_ID, nativeId());
  const body = new Body(thread);
  hold();
  // Not while the package itself is being loaded: the function may want to load it, too.
  setImmediate(() => void body.run(work).finally(unhold));
}

/** The system's number of this thread. */
function nativeId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return 0;
  }
}

/** Makes this isolate the thread that it was started for, if it was. */
export function startThread(): void {
  const setup = (workerData as { polycoreThread?: ThreadSetup } | null)?.polycoreThread;
  if (setup !== undefined) main(setup);
}
