/**
 * Items of queues as the native side has them: numbers. Below `FIRST_VALUE` an item is a slot with the value as its payload;
 * integers of 30 bits, `undefined`, `null` and booleans are items themselves and need no slot.
 */

import { Later } from '../runtime/parcel.js';
import { type PayloadOptions, readPayload, writeValue } from '../runtime/payload.js';
import { asBlocking, recycle, takeSlot } from '../runtime/port.js';
import { baseOf, getWord, LENGTH, segmentOf, setWord } from '../runtime/slot.js';
import { rankOf } from './rank.js';

/** Items from here on are values; `crates/sync/src/store.rs` has the same number. */
const FIRST_VALUE = 2 ** 29;
const UNDEFINED = FIRST_VALUE;
const NULL = FIRST_VALUE + 1;
const FALSE = FIRST_VALUE + 2;
const TRUE = FIRST_VALUE + 3;
/** Items from here on are integers: this one is the least. */
const FIRST_INTEGER = 2 ** 30;
const LEAST = -(2 ** 29);
const GREATEST = 2 ** 29 - 1;

/** Words of the slot of a ranked item; `crates/sync/src/ranking.rs` has the table. */
const MORE = 7;
const RANK = 12;
const RANK_WORDS = 4;
/** Words of a slot that holds further bytes of a rank. */
const NEXT = 0;
const MORE_RANK = 16;
const MORE_RANK_WORDS = 48;
const NONE = -1;

const ITEM: PayloadOptions = { path: 'item' };

/** The item for a value. @throws {PicklingError} when it cannot travel. */
export function toItem(value: unknown): number {
  if (typeof value === 'number') {
    const integer = value | 0;
    if (integer === value && integer >= LEAST && integer <= GREATEST && (integer !== 0 || 1 / value > 0)) {
      return FIRST_INTEGER - LEAST + integer;
    }
  } else if (value === undefined) {
    return UNDEFINED;
  } else if (value === null) {
    return NULL;
  } else if (typeof value === 'boolean') {
    return value ? TRUE : FALSE;
  }
  return toSlot(value);
}

function toSlot(value: unknown): number {
  const slot = takeSlot();
  try {
    writeValue(slot, value, ITEM);
    // What it counts towards `maxBytes`; other payloads say their length themselves.
    if (typeof value === 'number') setWord(slot, LENGTH, Float64Array.BYTES_PER_ELEMENT);
  } catch (error) {
    recycle(slot);
    throw error;
  }
  return slot;
}

/** The item for a value of a `PriorityQueue`. @throws {TypeError} when it has no order; {PicklingError} as `toItem`. */
export function toRankedItem(value: unknown): number {
  const rank = rankOf(value).slice();
  const slot = toSlot(value);
  try {
    writeRank(slot, rank);
  } catch (error) {
    discardItem(slot, true);
    throw error;
  }
  return slot;
}

function writeRank(slot: number, rank: Uint8Array): void {
  const bytes = new DataView(rank.buffer);
  let at = writeRankWords(slot, RANK, RANK_WORDS, bytes, 0);
  let link = MORE;
  let last = slot;
  setWord(slot, MORE, NONE);
  while (at < rank.length) {
    const more = takeSlot();
    at = writeRankWords(more, MORE_RANK, MORE_RANK_WORDS, bytes, at);
    setWord(more, NEXT, NONE);
    setWord(last, link, more);
    link = NEXT;
    last = more;
  }
}

/** Fills `count` words of a slot from `start` on; returns the first byte that follows. */
function writeRankWords(slot: number, start: number, count: number, bytes: DataView, from: number): number {
  const { words } = segmentOf(slot);
  const base = (baseOf(slot) >> 2) + start;
  let at = from;
  for (let i = 0; i < count; i++, at += 4) {
    let word = 0;
    for (let byte = at; byte < at + 4; byte++) word = (word << 8) | (byte < bytes.byteLength ? bytes.getUint8(byte) : 0);
    words[base + i] = word;
  }
  return at;
}

/** Frees an item that did not get into a queue. */
export function discardItem(item: number, isRanked: boolean): void {
  if (item >= FIRST_VALUE) return;
  let more = isRanked ? getWord(item, MORE) : NONE;
  while (more !== NONE) {
    const next = getWord(more, NEXT);
    recycle(more);
    more = next;
  }
  recycle(item);
}

/** The value of an item that was got. A `Later` when modules have to be imported first. @throws what its decoding throws. */
export function fromItem(item: number): unknown {
  if (item >= FIRST_INTEGER) return item - (FIRST_INTEGER - LEAST);
  if (item >= FIRST_VALUE) return item === UNDEFINED ? undefined : item === NULL ? null : item === TRUE;
  let value: unknown;
  try {
    value = readPayload(item);
  } finally {
    if (!(value instanceof Later)) recycle(item);
  }
  return value instanceof Later ? new Later(value.promise.finally(() => recycle(item))) : value;
}

/** As `fromItem`, at once. */
export function fromItemSync(item: number): unknown {
  return item >= FIRST_VALUE ? fromItem(item) : asBlocking(() => fromItem(item));
}
