/**
 * Payloads: how arguments, chunks and results are put into slots.
 *
 * Numbers, the usual case of number crunching, are stored as doubles without any serializer. Everything else goes
 * through the codec: into the slot when it fits, else as a parcel into a block of the region.
 */

import { binding } from '../native/binding.js';
import { checkTransfer, decode, encode, type Encoded } from '../pickle/index.js';
import { allocBlock, dropBlock, offsetOf, startOf, windowOf } from './block.js';
import { giveUp, isLent, LEND, lend, settle } from './loan.js';
import { handlesOf, Later, openParcel, toPieces, valueOf } from './parcel.js';
import { objectBehind } from './shared-block.js';
import { baseOf, INLINE, INLINE_BYTES, KIND, LENGTH, segmentOf, SINGLE } from './slot.js';

/** `KIND`: the value is `undefined`. */
const NOTHING = 0;
/** One double, in the header. */
const NUMBER = 1;
/** An array of doubles, inline. */
const NUMBERS = 2;
/** An array of doubles in a block. */
const MANY_NUMBERS = 3;
/** Bytes of the codec, inline. */
const ENCODED = 4;
/** A parcel in a block. */
const PARCEL = 5;
/** A list of one double, in the header: the most frequent arguments of all. */
const ONE_NUMBER = 6;
/** Bytes of the codec in a block. */
const MANY_ENCODED = 7;
/** A `Buffer` and nothing else, in a block or inline: a frequent item of queues and pipes, which needs no codec. */
const BUFFER = 8;
const SMALL_BUFFER = 9;

const DOUBLE = 8;
const INLINE_DOUBLES = INLINE_BYTES / DOUBLE;

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
    doubles[(base + SINGLE) >> 3] = value;
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
  if (length === 1) {
    const only = values[start];
    if (typeof only !== 'number') return false;
    words[(base >> 2) + KIND] = ONE_NUMBER;
    doubles[(base + SINGLE) >> 3] = only;
    return true;
  }
  const inline = length <= INLINE_DOUBLES;
  if (!inline && typeof values[start] !== 'number') return false;
  const { into, at } = inline ? { into: doubles, at: (base + INLINE) >> 3 } : allocDoubles(slot, length);
  for (let i = 0; i < length; i++) {
    const value = values[start + i];
    if (typeof value !== 'number') {
      if (!inline) dropBlock(slot);
      return false;
    }
    into[at + i] = value;
  }
  words[(base >> 2) + LENGTH] = length;
  words[(base >> 2) + KIND] = inline ? NUMBERS : MANY_NUMBERS;
  return true;
}

/** Doubles of a block: from `at` on in `into`. */
export interface Doubles {
  readonly into: Float64Array;
  readonly at: number;
}

function allocDoubles(slot: number, length: number): Doubles {
  return doublesAt(allocBlock(slot, length * DOUBLE), length);
}

/** The doubles of the slot's block. */
export function doublesOf(slot: number, length: number): Doubles {
  return doublesAt(offsetOf(slot), length);
}

function doublesAt(offset: number, length: number): Doubles {
  return { into: windowOf(offset, length * DOUBLE).doubles, at: startOf(offset, length * DOUBLE) >> 3 };
}

/** How many doubles the slot's block has as its payload, or -1 if the payload is something else. */
export function countDoubles(slot: number): number {
  const { words } = segmentOf(slot);
  const word = baseOf(slot) >> 2;
  return words[word + KIND] === MANY_NUMBERS ? (words[word + LENGTH] as number) : -1;
}

function writeEncoded(slot: number, value: unknown, options: PayloadOptions): void {
  if (Buffer.isBuffer(value) && options.transfer === undefined && writeBuffer(slot, value)) return;
  const { words, bytes } = segmentOf(slot);
  const base = baseOf(slot);
  const word = base >> 2;
  const moved = options.transfer?.filter(isLent) ?? [];
  const encoded = encode(value, moved.length === 0 ? options : withoutMoved(options, moved));
  const { length } = encoded.bytes;
  if (isPlain(encoded)) {
    words[word + LENGTH] = length;
    if (length <= INLINE_BYTES) {
      words[word + KIND] = ENCODED;
      bytes.set(encoded.bytes, base + INLINE);
    } else {
      const offset = allocBlock(slot, length);
      words[word + KIND] = MANY_ENCODED;
      windowOf(offset, length).bytes.set(encoded.bytes, startOf(offset, length));
    }
    giveUp(moved);
    return;
  }
  const loans = encoded.parts.length === 0 ? [] : lend(encoded.parts, moved);
  const [header, ...pieces] = toPieces(encoded, loans) as [Uint8Array, ...Uint8Array[]];
  try {
    binding.writeBlock(slot, header, pieces, handlesOf(encoded, loans));
  } finally {
    settle(loans, moved);
  }
  giveUp(moved);
  words[word + KIND] = PARCEL;
  words[word + LENGTH] = header.length;
}

/** Writes a `Buffer` that is copied as it is: not one that is shared, empty, of a subclass, or large enough to be lent. */
function writeBuffer(slot: number, buffer: Buffer): boolean {
  const { length } = buffer;
  if (length === 0 || length >= LEND) return false;
  if (!(buffer.buffer instanceof ArrayBuffer) || Object.getPrototypeOf(buffer) !== Buffer.prototype) return false;
  if (objectBehind(buffer.buffer) !== undefined) return false;
  const { words, bytes } = segmentOf(slot);
  const base = baseOf(slot);
  const isSmall = length <= INLINE_BYTES;
  if (isSmall) {
    bytes.set(buffer, base + INLINE);
  } else {
    const offset = allocBlock(slot, length);
    buffer.copy(windowOf(offset, length).bytes, startOf(offset, length));
  }
  words[(base >> 2) + KIND] = isSmall ? SMALL_BUFFER : BUFFER;
  words[(base >> 2) + LENGTH] = length;
  return true;
}

/** Moved loans are detached by their own means, when the message is written. */
function withoutMoved({ path, transfer = [] }: PayloadOptions, moved: readonly ArrayBuffer[]): PayloadOptions {
  checkTransfer(transfer);
  return { path, transfer: transfer.filter((buffer) => !moved.includes(buffer)) };
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
      return doubles[(base + SINGLE) >> 3];
    case ONE_NUMBER:
      return [doubles[(base + SINGLE) >> 3]];
    case NUMBERS: {
      const values: number[] = [];
      for (let i = 0; i < length; i++) values.push(doubles[(at >> 3) + i] as number);
      return values;
    }
    case MANY_NUMBERS:
      return readManyNumbers(slot, length);
    case ENCODED:
      return decode(bytes, noPart, at, at + length);
    case MANY_ENCODED:
      return readManyEncoded(slot, length);
    case BUFFER:
      return readBuffer(slot, length);
    case SMALL_BUFFER:
      return copyOf(bytes, at, length);
    case PARCEL:
      return readParcel(slot, length);
    default:
      return undefined;
  }
}

function readManyNumbers(slot: number, length: number): number[] {
  const values = new Array<number>(length);
  readDoubles(slot, length, values, 0);
  return values;
}

/** Copies the doubles of the slot's block to `into`, from `at` on, and frees the block. */
export function readDoubles(slot: number, length: number, into: unknown[], at: number): void {
  const from = doublesOf(slot, length);
  for (let i = 0; i < length; i++) into[at + i] = from.into[from.at + i];
  dropBlock(slot);
}

function readManyEncoded(slot: number, length: number): unknown {
  const offset = offsetOf(slot);
  const at = startOf(offset, length);
  try {
    return decode(windowOf(offset, length).bytes, noPart, at, at + length);
  } finally {
    dropBlock(slot);
  }
}

function readBuffer(slot: number, length: number): Buffer {
  const offset = offsetOf(slot);
  const buffer = copyOf(windowOf(offset, length).bytes, startOf(offset, length), length);
  dropBlock(slot);
  return buffer;
}

function copyOf(bytes: Buffer, at: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  bytes.copy(buffer, 0, at, at + length);
  return buffer;
}

function readParcel(slot: number, headerLength: number): unknown {
  let value: unknown;
  try {
    value = valueOf(openParcel(headerLength, (offset, into) => binding.readBlock(slot, offset, into)));
  } catch (error) {
    dropBlock(slot);
    throw error;
  }
  if (value instanceof Later) {
    return new Later(value.promise.finally(() => dropBlock(slot)));
  }
  dropBlock(slot);
  return value;
}

function noPart(): never {
  throw new RangeError('An inline payload has no parts');
}
