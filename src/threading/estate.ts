/**
 * What a thread leaves when it ends: how it ended, the error that ended it, the fields of its object that it has changed. It is
 * in the words and the block of the thread's shared object, where everybody who holds the object can read it.
 */

import { WorkerCrashedError } from '../errors.js';
import { binding } from '../native/binding.js';
import { encode } from '../pickle/index.js';
import { handlesOf, type Later, openParcel, toPieces, valueOf } from '../runtime/parcel.js';
import type { SharedObject } from '../runtime/shared-object.js';
import { EXIT_CODE, EXITED, HEADER, OUTCOME, RETURNED, store, THREW } from './thread-words.js';

/** See the file's description. */
export interface Estate {
  readonly error?: unknown;
  readonly fields?: Record<string, unknown> | undefined;
}

/** How a thread has ended: what is left to say beside its estate. */
export interface End {
  readonly outcome: number;
  readonly exitCode?: number;
}

/** To be called by the thread itself, once, before its end is made known. */
export function leave(object: SharedObject, end: End, estate: Estate): void {
  if ('error' in estate || estate.fields !== undefined) {
    const encoded = encode(estate);
    const [header, ...pieces] = toPieces(encoded) as [Uint8Array, ...Uint8Array[]];
    binding.writeBlock(object.slot, header, pieces, handlesOf(encoded));
    store(object, HEADER, header.length);
  }
  store(object, EXIT_CODE, end.exitCode ?? 0);
  store(object, OUTCOME, end.outcome);
}

/** What a thread that has ended has left; `Later` when modules have to be imported first. */
export function inherit(object: SharedObject): Estate | Later {
  const header = object.load(HEADER);
  if (header === 0) return {};
  return valueOf(openParcel(header, (offset, into) => binding.readBlock(object.slot, offset, into))) as Estate | Later;
}

/** The error that `join()` throws for a thread that has ended so, if it is none that the thread has left. */
export function crashOf(object: SharedObject, name: string): WorkerCrashedError | undefined {
  const outcome = object.load(OUTCOME);
  if (outcome === RETURNED || outcome === THREW) return undefined;
  const exitCode = outcome === EXITED ? object.load(EXIT_CODE) : null;
  const why = outcome === EXITED ? `it called process.exit(${exitCode})` : 'it was stopped';
  return new WorkerCrashedError(`The thread ${name} did not come to its end: ${why}`, { exitCode });
}
