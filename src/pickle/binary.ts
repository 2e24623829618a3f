/**
 * Bytes: `ArrayBuffer`s, `SharedArrayBuffer`s and the views on them. Views of one buffer stay views of one buffer.
 *
 * A `Buffer` of Node is mostly a slice of a pool, so it travels as its own bytes, unless it is all of its `ArrayBuffer`
 * or that has been written already, or is shared.
 */

import { types } from 'node:util';
import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import { damaged } from './reader.js';
import { sharedBlocks, sharedBuffers } from './shared.js';
import * as tags from './tags.js';
import { isDetached } from './transfer.js';

/** Kinds of views by number; only appended to. */
const KINDS = [
  'DataView', 'Buffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
  'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'Float16Array',
] as const;
const DATA_VIEW = 0;
const BUFFER = 1;

type ViewConstructor = new (buffer: ArrayBufferLike, offset: number, length?: number) => ArrayBufferView;
/** ES2024, in Node since 20. */
type Resizable = ArrayBuffer & { readonly resizable: boolean; readonly maxByteLength: number; resize(length: number): void };

const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get as (
  this: ArrayBufferView,
) => (typeof KINDS)[number] | undefined;

/** Writes a typed array or `DataView` that has its number. */
export function writeView(enc: Encoder, view: ArrayBufferView): void {
  if (isResizable(view.buffer) && !isInBounds(view)) enc.fail('its ArrayBuffer has become too short for it');
  const name = kindOf.call(view);
  const kind = name === undefined ? DATA_VIEW : KINDS.indexOf(name);
  if (kind < 0) enc.fail(`a ${name} cannot be pickled`);
  const length = kind === DATA_VIEW ? view.byteLength : (view as Uint8Array).length;
  enc.u8(tags.VIEW);
  enc.u8(kind);
  enc.uint(view.byteOffset);
  enc.uint(isLengthTracking(view) ? 0 : length + 1);
  enc.value(view.buffer);
}

/** Writes a `Buffer` that has its number. */
export function writeBuffer(enc: Encoder, view: Uint8Array): void {
  const { buffer, byteOffset, byteLength } = view;
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength && byteLength > 0;
  const isShared = types.isSharedArrayBuffer(buffer) || sharedBlocks()?.has(buffer as ArrayBuffer) === true;
  if (isWhole || isShared || enc.isKnown(buffer)) {
    enc.u8(tags.VIEW);
    enc.u8(BUFFER);
    enc.uint(byteOffset);
    enc.uint(isLengthTracking(view) ? 0 : byteLength + 1);
    if (isWhole && !enc.isKnown(buffer) && !isResizable(buffer) && !isShared) {
      enc.register(buffer);
      return writeBytes(enc, view, tags.ARRAY_BUFFER, tags.ARRAY_BUFFER_PART);
    }
    enc.value(buffer);
    return;
  }
  if (isDetached(buffer as ArrayBuffer)) enc.fail('its ArrayBuffer is detached');
  writeBytes(enc, view, tags.BUFFER, tags.BUFFER_PART);
}

export function writeArrayBuffer(enc: Encoder, buffer: ArrayBuffer): void {
  const blocks = sharedBlocks();
  if (blocks?.has(buffer)) {
    enc.u8(tags.SHARED_BLOCK);
    enc.value(blocks.export(buffer, enc));
    return;
  }
  if (isDetached(buffer)) enc.fail('the ArrayBuffer is detached');
  if (isResizable(buffer)) {
    enc.u8(tags.RESIZABLE);
    enc.uint(buffer.maxByteLength);
  }
  writeBytes(enc, new Uint8Array(buffer), tags.ARRAY_BUFFER, tags.ARRAY_BUFFER_PART);
}

export function writeSharedBuffer(enc: Encoder, buffer: SharedArrayBuffer): void {
  enc.u8(tags.SHARED_BUFFER);
  enc.uint(sharedBuffers().export(buffer));
}

function writeBytes(enc: Encoder, view: Uint8Array, inline: number, part: number): void {
  const { byteLength } = view;
  if (byteLength >= tags.PART_BYTES) {
    enc.u8(part);
    enc.uint(enc.addPart(Buffer.isBuffer(view) ? view : new Uint8Array(view.buffer, view.byteOffset, byteLength)));
    return;
  }
  enc.u8(inline);
  enc.uint(byteLength);
  enc.out.bytes(view);
}

export function readArrayBuffer(dec: Decoder, tag: number): ArrayBuffer {
  if (tag === tags.ARRAY_BUFFER_PART) return dec.part();
  return dec.in.bytes(dec.in.uint()).buffer as ArrayBuffer;
}

export function readResizable(dec: Decoder): ArrayBuffer {
  const maxByteLength = dec.in.uint();
  const bytes = new Uint8Array(readArrayBuffer(dec, dec.u8()));
  type Constructor = new (length: number, options: { maxByteLength: number }) => ArrayBuffer;
  const buffer = new (ArrayBuffer as unknown as Constructor)(bytes.length, { maxByteLength });
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

export function readBuffer(dec: Decoder, tag: number): Buffer {
  return Buffer.from(tag === tags.BUFFER_PART ? dec.part() : (dec.in.bytes(dec.in.uint()).buffer as ArrayBuffer));
}

export function readView(dec: Decoder): ArrayBufferView {
  const kind = dec.u8();
  const offset = dec.in.uint();
  const length = dec.in.uint();
  const buffer = dec.value();
  if (!types.isAnyArrayBuffer(buffer)) throw damaged('a view of no buffer');
  try {
    if (kind === BUFFER && length > 0) return Buffer.from(buffer as ArrayBuffer, offset, length - 1);
    const View = viewConstructor(kind);
    return length === 0 ? new View(buffer, offset) : new View(buffer, offset, length - 1);
  } catch (cause) {
    throw damaged(`no such view: ${String(cause)}`);
  }
}

function viewConstructor(kind: number): ViewConstructor {
  const View = Reflect.get(globalThis, KINDS[kind] ?? '') as unknown;
  if (typeof View !== 'function' || kind === BUFFER) throw damaged(`this version of Node has no ${KINDS[kind] ?? 'such view'}`);
  return View as ViewConstructor;
}

function isResizable(buffer: ArrayBufferLike): buffer is Resizable {
  return (buffer as Partial<Resizable>).resizable === true;
}

/** Nothing tells it but a change of the buffer's length, which is undone at once. */
function isLengthTracking(view: ArrayBufferView): boolean {
  const { buffer } = view;
  if (!isResizable(buffer)) return false;
  const width = (view as Partial<Uint8Array>).BYTES_PER_ELEMENT ?? 1;
  const { byteLength } = buffer;
  if (byteLength - view.byteOffset - view.byteLength >= width) return false;
  const before = view.byteLength;
  if (byteLength + width <= buffer.maxByteLength) {
    buffer.resize(byteLength + width);
    const tracks = view.byteLength !== before;
    buffer.resize(byteLength);
    return tracks;
  }
  if (before === 0) return false;
  const tail = new Uint8Array(buffer).slice(byteLength - width);
  buffer.resize(byteLength - width);
  const tracks = isInBounds(view);
  buffer.resize(byteLength);
  new Uint8Array(buffer).set(tail, byteLength - width);
  return tracks;
}

/** A view of a resizable buffer that has become too short is no view any more. */
function isInBounds(view: ArrayBufferView): boolean {
  try {
    return view instanceof DataView ? view.byteLength >= 0 : Uint8Array.prototype.keys.call(view) !== undefined;
  } catch {
    return false;
  }
}
