/**
 * What happens to errors that end a thread, besides that `join()` throws them: a hook hears of them (Python's
 * `threading.excepthook`).
 *
 * There is one for the process, the one that was set last. It runs where it was set, because that is where it can reach what
 * it is about; an error of another thread is sent there, and a `join()` of that thread in the same place comes after it. With
 * no hook the failing thread prints the error, straight to the file descriptor: its `process.stderr` needs the event loop of
 * the thread that started it.
 */

import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { PicklingError } from '../errors.js';
import { binding } from '../native/binding.js';
import { encode, registerShared } from '../pickle/index.js';
import { dropBlock } from '../runtime/block.js';
import { Later } from '../runtime/parcel.js';
import { readPayload, writeValue } from '../runtime/payload.js';
import { attachPort, recycle, rethrowLater, setUncaughtListener, takeSlot } from '../runtime/port.js';
import { withRemoteStack } from '../runtime/remote-stack.js';
import { arrive, depart, type Passage } from '../runtime/shared-object.js';
import { arrived, objectOf, type Thread } from './thread.js';

/** What a hook is told. */
export interface ExceptHookArgs {
  /** Class of the error, if it is an object of one. */
  readonly excType: Function | undefined;
  /** What was thrown. */
  readonly excValue: unknown;
  /** Its stack, if it has one. */
  readonly excTraceback: string | undefined;
  /** The thread that it has ended. */
  readonly thread: Thread;
}

/** Hears of errors that end threads. */
export type ExceptHook = (args: ExceptHookArgs) => void;

let current: ExceptHook | undefined;

/**
 * Sets the hook for errors that end threads of this process, and returns the one that this thread has set before.
 *
 * @param hook called in this thread; if it throws, the errors are printed. `undefined`: the one set before by another thread
 * counts again, or if there is none, errors are printed.
 * @example
 * setExcepthook(({ excValue, thread }) => log.error(`${thread.name} failed`, excValue));
 */
export function setExcepthook(hook: ExceptHook | undefined): ExceptHook | undefined {
  if (hook !== undefined && typeof hook !== 'function') {
    throw new TypeError(`Expected \`hook\` to be a function or undefined, got ${typeof hook}`);
  }
  attachPort();
  const before = current;
  current = hook;
  binding.setHook(hook !== undefined);
  setUncaughtListener(receive);
  return before;
}

/** What happens without a hook: prints `Exception in thread NAME` and the error to stderr. */
export function excepthook({ excValue, thread }: ExceptHookArgs): void {
  print(`Exception in thread ${thread.name}:\n${inspect(excValue)}\n`);
}

/** A thread on its way without the fields of its class: not all of them may be able to travel. */
class Bearer {
  readonly thread: Thread;

  constructor(thread: Thread) {
    this.thread = thread;
  }

  static {
    registerShared<Bearer>(
      'polycore.Bearer',
      this,
      ({ thread }, message) => depart(thread, objectOf(thread), message),
      (passage) => new this(arrive(passage as Passage, arrived) as Thread),
    );
  }
}

/** Answers of the addon: nobody has a hook; this isolate has the one that counts. */
const NO_HOOK = 0;
const HERE = 2;

/** An error has ended `thread`: this one, or one that this one has started. */
export function report(error: unknown, thread: Thread): void {
  const slot = takeSlot();
  writeValue(slot, [portable(error), new Bearer(thread)], { path: 'error' });
  const answer = binding.sendUncaught(slot);
  if (answer === NO_HOOK) excepthook(describe(error, thread));
  else if (answer === HERE) callHook(describe(error, thread));
  else return;
  dropBlock(slot);
  recycle(slot);
}

/** What was thrown, or if that cannot travel, an error that says so. */
export function portable(thrown: unknown): unknown {
  try {
    encode(thrown);
    return thrown;
  } catch {
    return new PicklingError(`The thread threw a value that cannot travel: ${typeof thrown}`);
  }
}

/** An error has come from the thread that it has ended. */
function receive(slot: number): void {
  const payload = readPayload(slot);
  if (!(payload instanceof Later)) {
    recycle(slot);
    return callHook(fromAfar(payload));
  }
  payload.promise
    .then((value) => callHook(fromAfar(value)))
    .catch(rethrowLater)
    .finally(() => recycle(slot));
}

function fromAfar(payload: unknown): ExceptHookArgs {
  const [error, { thread }] = payload as [unknown, Bearer];
  return describe(withRemoteStack(error, `thread ${thread.name}`), thread);
}

function callHook(args: ExceptHookArgs): void {
  if (current === undefined) return excepthook(args);
  try {
    current(args);
  } catch (error) {
    excepthook(args);
    print(`The hook for uncaught errors of threads has thrown:\n${inspect(error)}\n`);
  }
}

function describe(error: unknown, thread: Thread): ExceptHookArgs {
  const isObject = typeof error === 'object' && error !== null;
  const { constructor, stack } = (isObject ? error : {}) as Partial<Error>;
  return {
    excType: isObject && typeof constructor === 'function' ? constructor : undefined,
    excValue: error,
    excTraceback: typeof stack === 'string' ? stack : undefined,
    thread,
  };
}

/** To stderr, at once; a pipe that is full makes it wait. */
function print(text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(2, bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}
