/**
 * Arrays of strings, written as blocks: the lengths, then one text of all of them. Writing and reading one text takes two
 * calls of the engine instead of two for each string. The strings that come out are slices of their block's text, so
 * blocks are short: whoever keeps one string keeps no more than its block.
 */

import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import { damaged } from './reader.js';
import { STRING_ARRAY } from './tags.js';

/** Characters of a block, unless a single string is longer. */
const BLOCK_LENGTH = 4096;

/** Returns false, with nothing written, if there is anything else in the array. */
export function writeStrings(enc: Encoder, array: readonly unknown[]): boolean {
  for (let i = 0; i < array.length; i += 1) {
    if (typeof array[i] !== 'string') return false;
  }
  enc.u8(STRING_ARRAY);
  enc.uint(array.length);
  for (let start = 0; start < array.length; ) start = writeBlock(enc, array as readonly string[], start);
  return true;
}

function writeBlock(enc: Encoder, strings: readonly string[], start: number): number {
  let end = start + 1;
  let text = strings[start];
  while (end < strings.length && text.length + strings[end].length <= BLOCK_LENGTH) text += strings[end++];
  enc.uint(end - start);
  for (let i = start; i < end; i += 1) enc.uint(strings[i].length);
  enc.string(text);
  return end;
}

/** Fills the empty array. */
export function readStrings(dec: Decoder, array: unknown[]): unknown[] {
  const count = dec.in.count(1);
  while (array.length < count) readBlock(dec, array, count - array.length);
  return array;
}

function readBlock(dec: Decoder, array: unknown[], most: number): void {
  const size = dec.in.count(1);
  if (size === 0 || size > most) throw damaged('a block of strings has another size');
  const ends: number[] = [];
  let end = 0;
  for (let i = 0; i < size; i += 1) ends.push((end += dec.uint()));
  const text = dec.string();
  if (end !== text.length) throw damaged('a block of strings has another length');
  let start = 0;
  for (let i = 0; i < size; i += 1) {
    array.push(text.substring(start, ends[i]));
    start = ends[i];
  }
}
