/**
 * Shared memory as `ArrayBuffer`s: the block of a shared object, or the segment it stands for, seen by every isolate that
 * holds the object.
 *
 * The JavaScript object for such an object is its `ArrayBuffer`: one in each isolate, however many views there are on it,
 * and the isolate lets go of the object when the buffer is collected. So the memory stays while anybody can reach any view of
 * it. Buffers, and plain typed arrays over them, travel without being copied.
 */

import { binding } from '../native/binding.js';
import { type HandleWriter, setSharedBlockPort } from '../pickle/index.js';
import { arrive, close, depart, type Passage, type SharedObject, sharedThrough } from './shared-object.js';

const objects = new WeakMap<ArrayBuffer, SharedObject>();

/**
 * Zeroed memory of `bytes` bytes behind a new object of this kind.
 *
 * @throws {RangeError} when there is no room for it.
 */
export function createBlock(kind: number, bytes: number): ArrayBuffer {
  try {
    return sharedThrough(kind, { bytes }, view);
  } catch (error) {
    throw noRoom(error, bytes);
  }
}

/** The memory of a new object of this kind that `prepare` gives it. */
export function createView(kind: number, prepare: (object: SharedObject) => void): ArrayBuffer {
  return sharedThrough(kind, {}, (object) => {
    prepare(object);
    return view(object);
  });
}

/** The object behind a buffer, if it is one of these. */
export function objectBehind(buffer: ArrayBuffer): SharedObject | undefined {
  return objects.get(buffer);
}

/** Ends this isolate's hold: the buffer and its views have length 0 from now on. Further calls do nothing. */
export function closeBlock(buffer: ArrayBuffer): void {
  const object = objects.get(buffer);
  if (object === undefined || object.isClosed) return;
  // First, so that nobody writes to memory that is somebody else's.
  binding.detachBuffer(buffer);
  close(buffer, object);
}

function view(object: SharedObject): ArrayBuffer {
  const buffer = binding.objectView(object.slot, object.generation) ?? new ArrayBuffer(0);
  objects.set(buffer, object);
  return buffer;
}

/** The addon knows no RangeError. */
function noRoom(error: unknown, bytes: number): unknown {
  if (!(error instanceof Error) || error instanceof RangeError) return error;
  return new RangeError(`Cannot share ${bytes} bytes: ${error.message}`, { cause: error });
}

setSharedBlockPort({
  has: (buffer) => objects.get(buffer)?.isClosed === false,
  export: (buffer: ArrayBuffer, message: HandleWriter) => depart(buffer, objects.get(buffer) as SharedObject, message),
  import: (data) => {
    const passage = data as Passage;
    return arrive(passage, () => sharedThrough(passage[0], {}, view)) as ArrayBuffer;
  },
});
