/**
 * Running totals by an operator of the user, in three loops: what each leaf of 4096 elements comes to; what comes before each
 * leaf, from left to right; the totals, each leaf beginning with what comes before it. (Blelloch, "Prefix sums and their
 * applications", 1990.)
 */

import type { TypedArray } from '../jit/elements.js';
import type { Combine } from '../jit/parallel-reduce.js';
import { Around, loop } from './kernel-step.js';
import type { Steps } from './steps.js';

/** To the compiler the arrays are of the type they have; to this file all are alike. */
type Elements = Float64Array;

/** Elements that are joined in sequence; as in the loops below. */
const LEAF = 4096;

const scanning = new Around('scan', 'f', (f: Combine<number>) => ({
  /** What a leaf comes to. */
  leaf(leaf: number, array: Elements, identity: Elements, totals: Elements): void {
    const end = Math.min((leaf + 1) * 4096, array.length);
    let total = identity[0]!;
    for (let i = leaf * 4096; i < end; i++) total = f(total, array[i]!);
    totals[leaf] = total;
  },

  /** Replaces what each leaf comes to by what comes before it; one iteration. */
  before(_: number, totals: Elements, identity: Elements): void {
    let total = identity[0]!;
    for (let leaf = 0; leaf < totals.length; leaf++) {
      const next = f(total, totals[leaf]!);
      totals[leaf] = total;
      total = next;
    }
  },

  inclusive(leaf: number, array: Elements, totals: Elements, output: Elements): void {
    const end = Math.min((leaf + 1) * 4096, array.length);
    let total = totals[leaf]!;
    for (let i = leaf * 4096; i < end; i++) {
      total = f(total, array[i]!);
      output[i] = total;
    }
  },

  exclusive(leaf: number, array: Elements, totals: Elements, output: Elements): void {
    const end = Math.min((leaf + 1) * 4096, array.length);
    let total = totals[leaf]!;
    for (let i = leaf * 4096; i < end; i++) {
      output[i] = total;
      total = f(total, array[i]!);
    }
  },
}));

/** Totals are kept as numbers, not as elements, which could be too small for them. */
function totalsFor(array: TypedArray, length: number): TypedArray {
  const memory = new SharedArrayBuffer(length * 8);
  if (array instanceof BigInt64Array) return new BigInt64Array(memory);
  return array instanceof BigUint64Array ? new BigUint64Array(memory) : new Float64Array(memory);
}

/** Scans an array into another one. @throws {TypeError} when `f` is no function. */
export function operatorScan(
  f: Combine<number>,
  identity: number | bigint,
  exclusive: boolean,
): (array: TypedArray, output: TypedArray) => Steps<void> {
  const { leaf, before, ...last } = scanning.loops('f', f);
  return function* steps(array, output) {
    if (array.length === 0) return;
    const leaves = Math.ceil(array.length / LEAF);
    const first = totalsFor(array, 1);
    first[0] = identity;
    const totals = totalsFor(array, leaves);
    yield* loop(leaf, leaves, array, first, totals);
    yield* loop(before, 1, totals, first);
    yield* loop(exclusive ? last.exclusive : last.inclusive, leaves, array, totals, output);
  };
}
