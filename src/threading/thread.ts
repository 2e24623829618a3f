/** `Thread`: Python's `threading.Thread`, an OS thread with an isolate of its own. */

import { inspect } from 'node:util';
import type { ResourceLimits } from 'node:worker_threads';
import { RuntimeError, WorkerCrashedError } from '../errors.js';
import { binding } from '../native/binding.js';
import type { Ending } from '../runtime/backend.js';
import { refuseImportingMain } from '../runtime/importing.js';
import { helpStarted, type IsolateOptions, startIsolate } from '../runtime/isolate.js';
import { THREAD } from '../runtime/kind.js';
import { Later } from '../runtime/parcel.js';
import { collect, hold, unhold } from '../runtime/port.js';
import { withRemoteStack } from '../runtime/remote-stack.js';
import { registerObject, shared, type SharedObject } from '../runtime/shared-object.js';
import { type Callable, keep } from '../runtime/shipping.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { type Readiness, readiness } from '../runtime/watching.js';
import { type ReturnableWish, TIMED_OUT, wait, waitSync } from '../runtime/waiting.js';
import { born, gone } from './children.js';
import { crashOf, type Estate, inherit } from './estate.js';
import { report } from './excepthook.js';
import { daemonByDefault, knownSelf } from './self.js';
import * as words from './thread-words.js';
import { checkOptions, type ThreadOptions, unnamed } from './thread-options.js';

/** What the isolate of a thread is told at its start, in `workerData.polycoreThread`. */
export interface ThreadSetup {
  readonly slot: number;
  readonly generation: number;
  /** Number under which its `Work` is kept. */
  readonly work: number;
}

/** What a thread is to do. */
export interface Work {
  /** The object, with the fields of its class. */
  readonly thread: Thread;
  readonly target: Callable | undefined;
  readonly args: readonly unknown[];
  readonly kwargs: object | undefined;
}

/** Makes an object for a thread that has arrived. */
const ARRIVING: ThreadOptions = {};

/** The object behind a thread. */
export let objectOf: (thread: Thread) => SharedObject;
/** Gives a thread what it is to do, in its own isolate. */
export let equip: (work: Work) => void;
/** Makes an object for an isolate that was started otherwise: the main thread, a worker. */
export let foreign: (name: string, isDaemon: boolean) => Thread;
/** Resolves when a thread that was started has ended, however. */
export let untilEnded: (thread: Thread) => Promise<unknown>;

/** A new object for a thread that has arrived. */
export function arrived(): Thread {
  return new Thread(ARRIVING);
}

/**
 * A thread of its own for a function, or for the `run()` of a subclass.
 *
 * The function and its arguments travel as `docs/functions.md` says. A promise that it returns is awaited, and then the
 * thread goes on as long as it has timers, sockets and other work. `process.exit()` in it ends only the thread.
 *
 * A thread keeps the process alive until it has ended, unless it is a daemon: daemons end with the process.
 *
 * @example
 * const thread = new Thread({ target: (n: number) => console.log(fib(n)), args: [40], name: 'fib' });
 * thread.start();
 * await thread.join();
 */
export class Thread<A extends readonly unknown[] = never[]> {
  readonly #object: SharedObject;
  readonly #wish: ReturnableWish;
  #target: Callable | undefined;
  #args: readonly unknown[] = [];
  #kwargs: object | undefined;
  #limits: ResourceLimits | undefined;
  /** In the isolate that has started it: how it ended, once the event loop has brought it. */
  #ending: Promise<Ending> | undefined;
  #estate: Estate | undefined;

  /** @throws {TypeError} for an option of a wrong type. */
  constructor(options: ThreadOptions<A> = {}) {
    this.#object = shared(this, THREAD);
    this.#wish = { object: this.#object, keeper: this, giveBack: () => {} };
    if ((options as unknown) === ARRIVING) return;
    const { args, daemon, kwargs, name, resourceLimits, target } = checkOptions(options);
    this.#target = target;
    this.#args = args;
    this.#kwargs = kwargs;
    this.#limits = resourceLimits;
    this.name = name ?? unnamed(target);
    words.setFlag(this.#object, words.DAEMON, daemon ?? daemonByDefault());
  }

  static {
    objectOf = (thread) => thread.#object;
    equip = ({ args, kwargs, target, thread }) => {
      thread.#target = target;
      thread.#args = args;
      thread.#kwargs = kwargs;
    };
    foreign = (name, isDaemon) => {
      const thread = new this({ name, daemon: isDaemon });
      words.setFlag(thread.#object, words.STARTED, true);
      words.store(thread.#object, words.OUTCOME, words.RETURNED);
      return thread;
    };
    untilEnded = async (thread) => words.hasEnded(thread.#object) || wait(thread.#wish, {});
    registerObject<Thread>('polycore.Thread', this, arrived, objectOf);
  }

  /**
   * What the thread does: calls its target. Subclasses put their own here; it is called in the new thread.
   *
   * The object that it is called on there has the fields that the object had when it was started. Fields that it changes
   * come back when the thread ends: `join()` finds them on the object that was started. What cannot travel stays behind.
   */
  run(): unknown {
    const args = this.#kwargs === undefined ? this.#args : [...this.#args, this.#kwargs];
    return this.#target?.(...(args as never[]));
  }

  /**
   * Starts it, once.
   *
   * @throws {RuntimeError} when it has been started before; {PicklingError} when its function, arguments or fields cannot
   * travel; what the system says when there can be no more threads. After the last two it can be started again.
   */
  start(): void {
    const object = this.#object.live();
    if (words.hasFlag(object, words.STARTED)) throw new RuntimeError('A thread can be started only once');
    refuseImportingMain('Thread');
    const { generation, slot } = object;
    const [target, args, kwargs] = [this.#target, this.#args, this.#kwargs];
    const work = keep({ thread: this, target, args, kwargs }, 'thread');
    const setup: ThreadSetup = { slot, generation, work };
    words.setFlag(object, words.STARTED, true);
    binding.beginThread(slot, generation);
    let ended: (ending: Ending) => void = () => {};
    this.#ending = new Promise((resolve) => (ended = resolve));
    try {
      const options: IsolateOptions = {
        identity: [false, slot, generation],
        name: this.name,
        data: { polycoreThread: setup },
        limits: this.#limits,
        sharesEnvironment: true,
      };
      const { threadId } = startIsolate(options, (ending) => {
        binding.dropFunction(work);
        // It may have gone before it knew that it is a thread.
        binding.endThread(slot, generation);
        this.#stopped(ending);
        ended(ending);
        gone(this);
      });
      words.store(object, words.IDENT, threadId + 1);
      helpStarted();
    } catch (error) {
      binding.undoThread(slot, generation);
      binding.dropFunction(work);
      words.setFlag(object, words.STARTED, false);
      throw error;
    }
    born(this);
  }

  /**
   * Resolves to `true` when the thread has ended, to `false` after `timeout` milliseconds.
   *
   * Rejects with the error that has ended the thread, if one has (Python's `join` does not), and with `WorkerCrashedError`
   * when the thread did not come to its end: `process.exit()`, out of memory. Also with `RuntimeError` when it has not been
   * started or is this very thread, and with the reason of `signal`.
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    const timeout = limitOf(options);
    this.#checkJoinable();
    if (!words.hasEnded(this.#object)) {
      if (timeout === 0 || (await wait(this.#wish, options)) === TIMED_OUT) return false;
    }
    await this.#settle();
    const crash = crashOf(this.#object, this.name);
    if (crash === undefined) return true;
    throw await this.#explain(crash);
  }

  /** The event loop brings the reason, for instance that memory was short. */
  async #explain(crash: WorkerCrashedError): Promise<WorkerCrashedError> {
    if (this.#ending === undefined) return crash;
    hold();
    const ending = await this.#ending;
    unhold();
    if (!('error' in ending)) return crash;
    return new WorkerCrashedError(`${crash.message}: ${String(ending.error)}`, { exitCode: crash.exitCode, cause: ending.error });
  }

  /** As `join`, blocking this thread. */
  joinSync(options: { timeout?: number } = {}): boolean {
    const timeout = timeoutOf(options);
    this.#checkJoinable();
    if (!this.#hasEnded() && (timeout === 0 || waitSync(this.#wish, timeout) === TIMED_OUT)) return false;
    // A hook for the error that has ended it runs before.
    collect();
    void this.#settle();
    const crash = crashOf(this.#object, this.name);
    if (crash !== undefined) throw crash;
    return true;
  }

  /** Looks itself, as a wait would: whoever asks again and again may keep the event loop from telling. */
  #hasEnded(): boolean {
    if (words.hasEnded(this.#object)) return true;
    binding.lookForStillborn();
    return words.hasEnded(this.#object);
  }

  #checkJoinable(): void {
    if (!words.hasFlag(this.#object, words.STARTED)) throw new RuntimeError('A thread has to be started before it is joined');
    if (knownSelf() === this) throw new RuntimeError('A thread cannot join itself');
  }

  /** See `wait`: ready when it has ended. */
  [readiness](): Readiness {
    this.#checkJoinable();
    return { isReady: () => words.hasEnded(this.#object), wish: this.#wish };
  }

  /** Whether it has been started and has not ended. */
  isAlive(): boolean {
    return words.hasFlag(this.#object, words.STARTED) && !this.#hasEnded();
  }

  /** Its name, for people; threads may have the same. Default: `Thread-1`, `Thread-2 (f)` of a target with the name `f`, … */
  get name(): string {
    return binding.threadName(this.#object.slot, this.#object.live().generation);
  }

  set name(name: string) {
    binding.setThreadName(this.#object.slot, this.#object.live().generation, String(name));
  }

  /** A number > 0 that no other thread of the process has or had: Node's `threadId` + 1. `null` before it is started. */
  get ident(): number | null {
    return this.#object.load(words.IDENT) || null;
  }

  /** The system's number of the thread; `null` before it runs, and on systems other than Linux. */
  get nativeId(): number | null {
    return this.#object.load(words.NATIVE_ID) || null;
  }

  /** Whether it ends with the process instead of keeping it alive. Default: as the thread that makes it. */
  get daemon(): boolean {
    return words.hasFlag(this.#object, words.DAEMON);
  }

  /** @throws {RuntimeError} when it has been started. */
  set daemon(isDaemon: boolean) {
    if (words.hasFlag(this.#object, words.STARTED)) throw new RuntimeError('A thread that was started cannot become a daemon');
    words.setFlag(this.#object, words.DAEMON, isDaemon);
  }

  /** `[Thread Thread-1, started daemon 2]`, for messages. */
  toString(): string {
    const isStarted = words.hasFlag(this.#object, words.STARTED);
    const state = !isStarted ? 'initial' : words.hasEnded(this.#object) ? 'stopped' : 'started';
    const parts = [state, this.daemon ? 'daemon' : '', this.ident ?? ''].filter((part) => part !== '');
    return `[${this.constructor.name} ${this.name}, ${parts.join(' ')}]`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** Its isolate is gone. */
  #stopped(ending: Ending): void {
    collect();
    if (crashOf(this.#object, this.name) !== undefined && 'error' in ending) report(ending.error, this);
  }

  /** Takes what it has left, once: its fields, and its error, which is thrown each time. */
  #settle(): Promise<void> | void {
    const estate = this.#estate ?? inherit(this.#object);
    if (estate instanceof Later) return estate.promise.then((value) => this.#take(value as Estate));
    this.#take(estate);
  }

  #take(estate: Estate): void {
    if (this.#estate === undefined) {
      this.#estate = estate;
      if ('error' in estate) withRemoteStack(estate.error, `thread ${this.name}`);
      if (this.#ending !== undefined && estate.fields !== undefined) Object.assign(this, estate.fields);
    }
    if ('error' in this.#estate) throw this.#estate.error;
  }
}
