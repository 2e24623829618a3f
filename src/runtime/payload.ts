/**
 * Payloads: how arguments, chunks and results are put into slots.
 *
 * Numbers, the usual case of number crunching, are stored as doubles without any serializer. Everything else goes
 * through the codec: into the slot when it fits, else as a parcel into a block of the region.
 */

import { binding } from '../native/binding.js';
import { decode, encode, type Encoded } from '../pickle/index.js';
import { handlesOf, Later, openParcel, toPieces, valueOf } from './parcel.js';
import { baseOf, INLINE, INLINE_BYTES, KIND, LENGTH, segmentOf } from './slot.js';

/** `KIND`: the value is `undefined`. */
const NOTHING = 0;
/** One double, inline. */
const NUMBER = 1;
/** An array of doubles, inline. */
const NUMBERS = 2;
/** An array of doubles in a block. */
const MANY_NUMBERS = 3;
/** Bytes of the codec, inline. */
const ENCODED = 4;
/** A parcel in a block. */
const PARCEL = 5;

const INLINE_DOUBLES = INLINE_BYTES / 8;

let scratch = new Float64Array(1024);

/** How a value is to be encoded: the root of paths in error messages, and the buffers to move. */
export interface PayloadOptions {
  path: string;
  transfer?: readonly ArrayBuffer[];
}

/**
 * Writes a value into a slot.
 *
 * @throws {PicklingError} when it cannot travel; the slot is unchanged but for its payload.
 */
export function writeValue(slot: number, value: unknown, options: PayloadOptions): void {
  const { words, doubles } = segmentOf(slot);
  const base = baseOf(slot);
  if (typeof value === 'number') {
    words[(base >> 2) + KIND] = NUMBER;
    doubles[(base + INLINE) >> 3] = value;
  } else if (value === undefined) {
    words[(base >> 2) + KIND] = NOTHING;
  } else {
    writeEncoded(slot, value, options);
  }
}

/**
 * Writes a list of values, `start` to `end` of `values`: the arguments of a call, or the items or results of a chunk. Only
 * the elements travel, so a list of numbers needs no serializer.
 *
 * @throws {PicklingError} as `writeValue`.
 */
export function writeList(
  slot: number,
  values: readonly unknown[],
  options: PayloadOptions,
  start = 0,
  end: number = values.length,
): void {
  if (options.transfer === undefined && writeNumbers(slot, values, start, end)) return;
  writeEncoded(slot, start === 0 && end === values.length ? values : values.slice(start, end), options);
}

/** Writes a list as doubles; `false` when it holds something else. */
function writeNumbers(slot: number, values: readonly unknown[], start: number, end: number): boolean {
  const { words, doubles } = segmentOf(slot);
  const base = baseOf(slot);
  const length = end - start;
  const inline = length <= INLINE_DOUBLES;
  if (!inline && scratch.length < length) scratch = new Float64Array(length * 2);
  const into = inline ? doubles : scratch;
  const at = inline ? (base + INLINE) >> 3 : 0;
  for (let i = 0; i < length; i++) {
    const value = values[start + i];
    if (typeof value !== 'number') return false;
    into[at + i] = value;
  }
  words[(base >> 2) + LENGTH] = length;
  words[(base >> 2) + KIND] = inline ? NUMBERS : MANY_NUMBERS;
  if (!inline) binding.writeBlock(slot, new Uint8Array(scratch.buffer, 0, length * 8), []);
  return true;
}

function writeEncoded(slot: number, value: unknown, options: PayloadOptions): void {
  const { words, bytes } = segmentOf(slot);
  const base = baseOf(slot);
  const word = base >> 2;
  const encoded = encode(value, options);
  const { length } = encoded.bytes;
  if (length <= INLINE_BYTES && isPlain(encoded)) {
    words[word + KIND] = ENCODED;
    words[word + LENGTH] = length;
    bytes.set(encoded.bytes, base + INLINE);
    return;
  }
  const [header, ...pieces] = toPieces(encoded) as [Uint8Array, ...Uint8Array[]];
  binding.writeBlock(slot, header, pieces, handlesOf(encoded));
  words[word + KIND] = PARCEL;
  words[word + LENGTH] = header.length;
}

/** Whether the bytes are all of it. A message that names shared objects needs a block, which refers to them. */
function isPlain({ parts, modules, handles }: Encoded): boolean {
  return parts.length === 0 && modules.length === 0 && handles.length === 0;
}

/**
 * Reads a slot's value. Frees its block. A `Later` when modules have to be imported first; then the block stays until
 * that has happened.
 */
export function readPayload(slot: number): unknown {
  const { words, doubles, bytes } = segmentOf(slot);
  const base = baseOf(slot);
  const length = words[(base >> 2) + LENGTH] as number;
  const at = base + INLINE;
  switch (words[(base >> 2) + KIND]) {
    case NUMBER:
      return doubles[at >> 3];
    case NUMBERS: {
      const values: number[] = [];
      for (let i = 0; i < length; i++) values.push(doubles[(at >> 3) + i] as number);
      return values;
    }
    case MANY_NUMBERS:
      return readManyNumbers(slot, length);
    case ENCODED:
      return decode(bytes.subarray(at, at + length), noPart);
    case PARCEL:
      return readParcel(slot, length);
    default:
      return undefined;
  }
}

function readManyNumbers(slot: number, length: number): number[] {
  if (scratch.length < length) scratch = new Float64Array(length * 2);
  binding.readBlock(slot, 0, new Uint8Array(scratch.buffer, 0, length * 8));
  binding.dropBlock(slot);
  const values = new Array<number>(length);
  for (let i = 0; i < length; i++) values[i] = scratch[i] as number;
  return values;
}

function readParcel(slot: number, headerLength: number): unknown {
  let value: unknown;
  try {
    value = valueOf(openParcel(headerLength, (offset, into) => binding.readBlock(slot, offset, into)));
  } catch (error) {
    binding.dropBlock(slot);
    throw error;
  }
  if (value instanceof Later) {
    return new Later(value.promise.finally(() => binding.dropBlock(slot)));
  }
  binding.dropBlock(slot);
  return value;
}

function noPart(): never {
  throw new RangeError('An inline payload has no parts');
}
