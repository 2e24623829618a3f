/**
 * Blocks of the region as JavaScript sees them: doubles written and read in place, without a copy on the way.
 *
 * A view belongs to no block: it shows the memory at an offset, whoever owns that at the moment, so it is kept for the
 * next block there (the allocator hands out the same few again and again). Only this file's callers see views, and only
 * while the slot that they work on owns its block.
 */

import { binding } from '../native/binding.js';
import { baseOf, BLOCK, segmentOf } from './slot.js';

/** Bytes of all kept views together; then all are forgotten. */
const KEEP = 256 << 20;
const DOUBLE = 8;

const views = new Map<number, Float64Array>();
let kept = 0;

/** `length` doubles in a new block of `slot`; contents unspecified. */
export function allocDoubles(slot: number, length: number): Float64Array {
  return viewOf(binding.allocBlock(slot, length * DOUBLE), length);
}

/** The first `length` doubles of the block of `slot`. */
export function doublesOf(slot: number, length: number): Float64Array {
  return viewOf(segmentOf(slot).doubles[(baseOf(slot) >> 3) + BLOCK / 2] as number, length);
}

/** A view of at least `length` doubles; a longer one may show what belongs to others. */
function viewOf(offset: number, length: number): Float64Array {
  const known = views.get(offset);
  if (known !== undefined && known.length >= length) return known;
  const bytes = roundUp(length * DOUBLE);
  if (kept + bytes > KEEP) {
    views.clear();
    kept = 0;
  }
  const view = new Float64Array(binding.blockView(offset, bytes));
  views.set(offset, view);
  kept += bytes - (known?.byteLength ?? 0);
  return view;
}

/** Blocks are powers of two; a view of the whole serves every block of that size. */
function roundUp(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
