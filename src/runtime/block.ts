/**
 * Blocks of the region as JavaScript sees them: doubles and bytes written and read in place, without a copy on the way.
 *
 * A window shows memory of the region, whoever owns it at the moment. Blocks of up to 1 MiB lie within one aligned MiB (they
 * are powers of two, at multiples of their size), whose window serves all of them. A larger block has a window of its own,
 * kept for the next one there: the allocator hands out the same few again and again. Only this file's callers see
 * windows, and only while the slot that they work on owns its block.
 */

import { binding } from '../native/binding.js';
import { baseOf, BLOCK, segmentOf } from './slot.js';

/** Bytes of a window that many blocks share. */
const SHARED = 1 << 20;
/** Bytes of all windows of large blocks together; then these are forgotten. */
const KEEP = 256 << 20;

/** The same memory as doubles and as bytes. */
export interface Window {
  readonly doubles: Float64Array;
  readonly bytes: Buffer;
}

/** Blocks up to this length stay with their slot when nothing needs them any more, for the slot's next payload of that size. */
const MOST_SPARE = 4096;
/** The smallest block. */
const UNIT = 256;

/** By the number of their MiB. */
const shared: (Window | undefined)[] = [];
/** By offset. */
const large = new Map<number, Window>();
let kept = 0;

/** Equal for lengths whose blocks are equally large. */
function sizeClass(length: number): number {
  return Math.clz32(Math.floor((Math.max(1, length) - 1) / UNIT));
}

/** Index of the offset of the slot's block among the doubles of its segment; its length follows. */
function placeOf(slot: number): number {
  return (baseOf(slot) >> 3) + BLOCK / 2;
}

/** Gives the slot a block of `length` bytes, contents unspecified. Returns its offset. */
export function allocBlock(slot: number, length: number): number {
  const { doubles } = segmentOf(slot);
  const at = placeOf(slot);
  const spare = -(doubles[at] as number);
  if (!(spare > 0 && sizeClass(doubles[at + 1] as number) === sizeClass(length))) return binding.allocBlock(slot, length);
  doubles[at] = spare;
  doubles[at + 1] = length;
  return spare;
}

/**
 * The slot needs its block no more. A small one becomes its spare block, which a negative offset says: queues and pools
 * send slots to and fro, and so the allocator is not needed for each message.
 */
export function dropBlock(slot: number): void {
  const { doubles } = segmentOf(slot);
  const at = placeOf(slot);
  const offset = doubles[at] as number;
  if (offset <= 0) return;
  const length = doubles[at + 1] as number;
  // Below 0: the block names shared objects, which are to be released.
  if (length > 0 && length <= MOST_SPARE) doubles[at] = -offset;
  else binding.dropBlock(slot);
}

/** Where the block of `slot` begins, in bytes of the region. */
export function offsetOf(slot: number): number {
  return segmentOf(slot).doubles[placeOf(slot)] as number;
}

/** The window onto a block of `length` bytes at `offset`. */
export function windowOf(offset: number, length: number): Window {
  if (length > SHARED) return largeWindow(offset, length);
  const number = Math.floor(offset / SHARED);
  return (shared[number] ??= open(number * SHARED, SHARED));
}

/** Index of the block's first byte in its window. */
export function startOf(offset: number, length: number): number {
  return length > SHARED ? 0 : offset % SHARED;
}

function largeWindow(offset: number, length: number): Window {
  const known = large.get(offset);
  if (known !== undefined && known.bytes.length >= length) return known;
  // The whole of the block, so that every block of that size there is served.
  const size = 2 ** Math.ceil(Math.log2(length));
  if (kept + size > KEEP) {
    large.clear();
    kept = 0;
  }
  const window = open(offset, size);
  large.set(offset, window);
  kept += size - (known?.bytes.length ?? 0);
  return window;
}

function open(offset: number, length: number): Window {
  const buffer = binding.blockView(offset, length);
  return { doubles: new Float64Array(buffer), bytes: Buffer.from(buffer) };
}
