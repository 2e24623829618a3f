/**
 * Sorting by a comparison, stable: a merge sort whose loops are compiled with the comparison inside.
 *
 * Blocks of the array are sorted each by one thread, runs of 16 by insertion, then merged pairwise, from one array to another and
 * back. Blocks are then merged in passes, in which a unit is as many elements of the *output* as a block has: first it is found
 * where its share of both inputs begins (the merge path of Odeh et al., "Merge Path - Parallel Merging Made Simple", 2012), then
 * all units are merged independently. The splits of a pair are found by halving it, each within the two around it, so that they
 * ascend and no element is lost, whatever the comparison answers. All of it depends on the length alone.
 *
 * Works on private copies: the array is written once at the end, so an error or a cancellation leaves it as it was.
 */

import type { TypedArray } from '../jit/elements.js';
import { Around, loop } from './kernel-step.js';
import { numbers, scratch, scratchCopy } from './memory.js';
import { put, type Steps } from './steps.js';

/** As the function of `Array.prototype.sort`; NaN counts as 0. */
export type Comparator<T> = (a: T, b: T) => number;

/** To the compiler the arrays are of the type they have; to this file all are alike. */
type Elements = Float64Array;

/** Elements of a block: 16 · 4^k, so that its runs come back to where they were. */
const SIZES = [65_536, 16_384, 4096, 1024];
/** Blocks that several threads share well. */
const BLOCKS = 16;

const sorting = new Around('sort', 'compare', (compare: Comparator<number>) => ({
  /** Sorts a block of `data`. */
  block(block: number, data: Elements, spare: Elements, sizes: Uint32Array): void {
    /** Merges neighbouring runs of `width` elements of `from..end`. */
    function mergeRuns(source: Elements, target: Elements, from: number, end: number, width: number): void {
      for (let start = from; start < end; start += 2 * width) {
        const middle = Math.min(start + width, end);
        const stop = Math.min(start + 2 * width, end);
        let i = start;
        let j = middle;
        for (let k = start; k < stop; k++) {
          if (i < middle && (j >= stop || !(compare(source[i]!, source[j]!) > 0))) {
            target[k] = source[i]!;
            i++;
          } else {
            target[k] = source[j]!;
            j++;
          }
        }
      }
    }

    const size = sizes[0]!;
    const from = block * size;
    const end = Math.min(from + size, data.length);
    for (let start = from; start < end; start += 16) {
      const stop = Math.min(start + 16, end);
      for (let i = start + 1; i < stop; i++) {
        const element = data[i]!;
        let j = i;
        while (j > start && compare(data[j - 1]!, element) > 0) {
          data[j] = data[j - 1]!;
          j--;
        }
        data[j] = element;
      }
    }
    for (let width = 16; width < end - from; width *= 4) {
      mergeRuns(data, spare, from, end, width);
      mergeRuns(spare, data, from, end, width * 2);
    }
  },

  /** Finds how many elements of its pair's first run come before a unit. */
  split(unit: number, source: Elements, splits: Uint32Array, sizes: Uint32Array): void {
    const size = sizes[0]!;
    const width = sizes[1]!;
    const units = (2 * width) / size;
    const wanted = unit % units;
    const start = (unit - wanted) * size;
    const middle = Math.min(start + width, source.length);
    const length = Math.min(start + 2 * width, source.length) - start;
    // Of the units around the wanted one: their numbers, and how much of the first run comes before them.
    let low = 0;
    let high = units;
    let before = 0;
    let after = middle - start;
    while (low < wanted) {
      const half = (low + high) >>> 1;
      const at = Math.min(half * size, length);
      // Neither run may end before its share does.
      let from = Math.max(before, at - (Math.min(high * size, length) - after));
      let to = Math.min(after, at - (Math.min(low * size, length) - before));
      while (from < to) {
        const i = (from + to) >>> 1;
        if (compare(source[start + i]!, source[middle + at - i - 1]!) > 0) to = i;
        else from = i + 1;
      }
      if (wanted < half) {
        high = half;
        after = from;
      } else {
        low = half;
        before = from;
      }
    }
    splits[unit] = before;
  },

  /** Merges the elements of a unit. */
  merge(unit: number, source: Elements, target: Elements, splits: Uint32Array, sizes: Uint32Array): void {
    const size = sizes[0]!;
    const width = sizes[1]!;
    const units = (2 * width) / size;
    const start = (unit - (unit % units)) * size;
    const middle = Math.min(start + width, source.length);
    const begin = unit * size;
    const end = Math.min(begin + size, source.length);
    const isLast = unit % units === units - 1 || end === source.length;
    let i = start + splits[unit]!;
    let j = middle + (begin - i);
    const stopFirst = isLast ? middle : start + splits[unit + 1]!;
    const stopSecond = middle + (end - stopFirst);
    for (let k = begin; k < end; k++) {
      if (i < stopFirst && (j >= stopSecond || !(compare(source[i]!, source[j]!) > 0))) {
        target[k] = source[i]!;
        i++;
      } else {
        target[k] = source[j]!;
        j++;
      }
    }
  },
}));

/** Sorts `array`. @throws {TypeError} when `compare` is no function. */
export function comparisonSort(array: TypedArray, compare: Comparator<never>): () => Steps<void> {
  const { block, split, merge } = sorting.loops('comparator', compare as Comparator<number>);
  return function* steps() {
    const { length } = array;
    if (length < 2) return;
    const size = SIZES.find((wanted) => length >= wanted * BLOCKS) ?? 1024;
    const units = Math.ceil(length / size);
    let source = scratchCopy(array);
    let target = scratch(array, length);
    const splits = new Uint32Array(new SharedArrayBuffer(units * 4));
    yield* loop(block, units, source, target, numbers(size));
    for (let width = size; width < length; width *= 2) {
      const sizes = numbers(size, width);
      yield* loop(split, units, source, splits, sizes);
      yield* loop(merge, units, source, target, splits, sizes);
      [source, target] = [target, source];
    }
    put(array, source);
  };
}
