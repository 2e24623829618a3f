/**
 * The words of a thread's shared object. Words 16 to 19 are those of an event (`crates/sync/src/event.rs`), which is set when
 * the thread has ended; what it left, an error and the fields that changed, is a parcel in the object's block.
 */

import { type SharedObject, STATE_WORD } from '../runtime/shared-object.js';

/** Bits: see below. */
export const FLAGS = 20;
/** A number that no other thread of this process has; 0 before it is started. */
export const IDENT = 21;
/** The system's number of the thread, or 0 where there is none. */
export const NATIVE_ID = 22;
/** How it ended: see below. */
export const OUTCOME = 23;
/** Bytes of the header of the parcel, or 0 if it left nothing. */
export const HEADER = 24;
/** Exit code, if that says something. */
export const EXIT_CODE = 25;

/** Flag: it does not keep the process alive. */
export const DAEMON = 1;
/** Flag: it has been started. */
export const STARTED = 2;

/** Outcome: it has not ended, or was stopped from outside: terminated, or out of memory. */
export const STOPPED = 0;
/** Outcome: its function has returned. */
export const RETURNED = 1;
/** Outcome: an error that nobody caught. */
export const THREW = 2;
/** Outcome: `process.exit()`. */
export const EXITED = 3;

/** Bit of the state of an event. */
const SET = 1;

/** Writes a word that other threads read. */
export function store(object: SharedObject, word: number, value: number): void {
  object.live();
  Atomics.store(object.words, object.base + word, value);
}

/** Sets or clears a flag; the flags before. */
export function setFlag(object: SharedObject, flag: number, isSet: boolean): number {
  object.live();
  const { base, words } = object;
  return isSet ? Atomics.or(words, base + FLAGS, flag) : Atomics.and(words, base + FLAGS, ~flag);
}

export function hasFlag(object: SharedObject, flag: number): boolean {
  return (object.load(FLAGS) & flag) !== 0;
}

/** Whether a thread has ended. */
export function hasEnded(object: SharedObject): boolean {
  return (object.load(STATE_WORD) & SET) !== 0;
}
