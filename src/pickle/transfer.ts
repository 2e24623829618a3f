/**
 * `transfer`: moving an `ArrayBuffer` to the receiver, which leaves it detached here, as `postMessage` does. The bytes
 * are copied once like any others; what moving saves is the second copy that would stay alive.
 */

import { types } from 'node:util';
import { PicklingError } from '../errors.js';
import { sharedBlocks } from './shared.js';

/** @throws before anything is encoded. */
export function checkTransfer(list: readonly unknown[]): void {
  for (const [index, entry] of list.entries()) {
    if (!types.isAnyArrayBuffer(entry)) throw new TypeError(`Expected \`transfer[${index}]\` to be an ArrayBuffer`);
    if (types.isSharedArrayBuffer(entry)) throw new PicklingError(`transfer[${index}]: a SharedArrayBuffer is shared, not moved`);
    if (sharedBlocks()?.has(entry)) throw new PicklingError(`transfer[${index}]: the ArrayBuffer is shared, not moved`);
    if (isDetached(entry)) throw new PicklingError(`transfer[${index}]: the ArrayBuffer is detached`);
    if (list.indexOf(entry) !== index) throw new PicklingError(`transfer[${index}]: the ArrayBuffer is listed twice`);
  }
}

/** Detaches the buffers, all or none, and returns the parts with views on where their bytes are now. */
export function detach(list: readonly ArrayBuffer[], parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const buffers = [...list];
  const wasAt = parts.map(({ buffer, byteOffset, length }) => ({ index: buffers.indexOf(buffer as ArrayBuffer), byteOffset, length }));
  const moved = move(buffers);
  return parts.map((part, i) => {
    const { index, byteOffset, length } = wasAt[i];
    return index < 0 ? part : new Uint8Array(moved[index], byteOffset, length);
  });
}

/** Node 20 has no `detached`; a view of a detached buffer cannot be made. */
export function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length !== 0;
  } catch {
    return true;
  }
}

function move(buffers: ArrayBuffer[]): ArrayBuffer[] {
  try {
    return structuredClone(buffers, { transfer: buffers });
  } catch (cause) {
    throw new PicklingError('An ArrayBuffer of `transfer` cannot be detached', { cause });
  }
}
