/**
 * Arrays. Dense ones of int32, of doubles or of strings are packed; other dense ones are their elements; those with holes or with
 * properties beside the elements are, as structured clone sees them, lists of properties with a length.
 */

import { inspect } from 'node:util';
import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import { ABSENT, define } from './property.js';
import { damaged } from './reader.js';
import { writeStrings } from './strings.js';
import * as tags from './tags.js';

/** Shorter arrays are not worth packing. */
const PACKED_LENGTH = 5;
/** Up to here V8 counts the properties faster than `inspect` tells whether there are others than elements. */
const COUNTED_LENGTH = 64;
const SAMPLES = 16;
const HIGHEST_INDEX = 2 ** 32 - 2;
const MAX_LENGTH = 2 ** 32 - 1;
/** An empty array that is made longer than this allocates; one with a far element becomes a dictionary. */
const ALLOCATED_LENGTH = 1024;
const INDEX = /^(?:0|[1-9]\d{0,9})$/;

/** `inspect` of Node never looks at the elements with this, and costs the same for any length. */
const NO_ELEMENTS = { maxArrayLength: 0, depth: 0, customInspect: false, getters: false, breakLength: Infinity } as const;

/** Writes an array that has its number. */
export function writeArray(enc: Encoder, array: readonly unknown[]): void {
  if (enc.defer(array, writeArray)) return enc.u8(tags.DEFERRED_ARRAY);
  const { length } = array;
  if (!hasOnlyElements(array, length)) return writeSparse(enc, array);
  if (length >= PACKED_LENGTH) {
    const kind = typeof array[0];
    if (kind === 'number' && writePacked(enc, array)) return;
    if (kind === 'string' && writeStrings(enc, array)) return;
  }
  writeElements(enc, array, length);
}

/** Short arrays with holes do not pass; long ones may, with a few. */
function hasOnlyElements(array: readonly unknown[], length: number): boolean {
  if (length === 0) return Object.keys(array).length === 0;
  if (length <= COUNTED_LENGTH) {
    const keys = Object.keys(array);
    // Indices come first: with other properties in the place of holes the last one is another.
    return keys.length === length && keys[length - 1] === String(length - 1);
  }
  return isFilled(array, length) && inspect(array, NO_ELEMENTS) === `[ ... ${length} more items ]`;
}

/** Looks at some places only: writing a hole is no fault, but writing four billion is. */
function isFilled(array: readonly unknown[], length: number): boolean {
  const step = (length - 1) / (SAMPLES - 1);
  for (let i = 0; i < SAMPLES; i += 1) {
    if (array[Math.floor(i * step)] === undefined && !Object.hasOwn(array, Math.floor(i * step))) return false;
  }
  return true;
}

function writePacked(enc: Encoder, array: readonly unknown[]): boolean {
  const { out } = enc;
  const start = out.position;
  out.u8(tags.INT32_ARRAY);
  out.uint(array.length);
  if (out.int32s(array) === array.length) return true;
  out.truncate(start);
  out.u8(tags.DOUBLE_ARRAY);
  out.uint(array.length);
  if (out.doubles(array) === array.length) return true;
  out.truncate(start);
  return false;
}

function writeElements(enc: Encoder, array: readonly unknown[], length: number): void {
  const { out } = enc;
  if (length < 16) {
    out.u8(tags.SHORT_ARRAY | length);
  } else {
    out.u8(tags.ARRAY);
    out.uint(length);
  }
  enc.descend();
  for (let i = 0; i < length; i += 1) {
    const value = array[i];
    enc.at(i);
    if (value === undefined && !Object.hasOwn(array, i)) out.u8(tags.HOLE);
    else enc.value(value);
  }
  enc.leave();
}

function writeSparse(enc: Encoder, array: readonly unknown[]): void {
  const keys = Object.keys(array);
  enc.u8(tags.SPARSE_ARRAY);
  enc.uint(array.length);
  enc.uint(keys.length);
  enc.descend();
  for (const key of keys) {
    const index = Number(key);
    const isIndex = index <= HIGHEST_INDEX && INDEX.test(key);
    enc.at(isIndex ? index : key);
    if (isIndex) enc.out.number(index);
    else enc.string(key);
    const value = (array as unknown as Record<string, unknown>)[key];
    if (value === undefined && !Object.hasOwn(array, key)) enc.u8(tags.HOLE);
    else enc.value(value);
  }
  enc.leave();
}

/** Reads the elements of ARRAY or SHORT_ARRAY. */
export function readElements(dec: Decoder, array: unknown[], length: number): unknown[] {
  for (let i = 0; i < length; i += 1) {
    const value = dec.value();
    if (value === ABSENT) array.length = i + 1;
    else array.push(value);
  }
  return array;
}

export function readSparse(dec: Decoder, array: unknown[]): unknown[] {
  const { in: bytes } = dec;
  const length = bytes.uint();
  if (length > MAX_LENGTH) throw damaged('an array is too long');
  setLength(array, length);
  for (let count = bytes.count(2); count > 0; count -= 1) {
    const key = dec.value();
    if (typeof key !== 'number' && typeof key !== 'string') throw damaged('a key is neither number nor string');
    if (typeof key === 'number' && !(key >= 0 && key < length)) throw damaged('an index is too great');
    const value = dec.value();
    if (value !== ABSENT) define(array, key, value);
  }
  return array;
}

export function readInt32s(dec: Decoder, array: unknown[]): unknown[] {
  dec.in.int32s(array, dec.in.count(4));
  return array;
}

export function readDoubles(dec: Decoder, array: unknown[]): unknown[] {
  dec.in.doubles(array, dec.in.count(8));
  return array;
}

function setLength(array: unknown[], length: number): void {
  if (length > ALLOCATED_LENGTH) {
    array[length - 1] = undefined;
    delete array[length - 1];
  }
  array.length = length;
}
