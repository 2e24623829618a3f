/** `sort`: the elements of a typed array in order, in place. */

import { binding } from '../native/binding.js';
import type { ElementOf, TypedArray } from '../jit/elements.js';
import type { AsyncResult } from '../multiprocessing/async-result.js';
import { type AlgorithmOptions, checkAlgorithm, checkArray } from './arguments.js';
import { type Comparator, comparisonSort } from './comparison-sort.js';
import { native } from './native-step.js';
import { blocking, inBackground, type Plan } from './steps.js';

/** More than 2^32 - 1 elements have no place in the books of a comparison sort. */
const MOST = 2 ** 32 - 1;

function plan<A extends TypedArray>(array: A, given: unknown, rest: unknown): Plan<A> {
  checkArray('array', array);
  if (typeof given === 'function') return planBy(array, given as Comparator<never>, rest);
  return {
    name: 'sort',
    arrays: [array],
    inPlace: true,
    options: checkAlgorithm(given ?? rest ?? {}),
    *steps([shared]) {
      yield* native([shared!], (way) => binding.algorithmSort(shared!, way));
      return array;
    },
  };
}

function planBy<A extends TypedArray>(array: A, comparator: Comparator<never>, rest: unknown): Plan<A> {
  const options = checkAlgorithm(rest ?? {});
  if (array.length > MOST) throw new RangeError(`Expected at most ${MOST} elements, got ${array.length}`);
  const steps = comparisonSort(array, comparator);
  return {
    name: 'sort',
    arrays: [],
    options,
    *steps() {
      yield* steps();
      return array;
    },
  };
}

/**
 * Sorts a typed array in place, on native threads.
 *
 * Without a comparator in numeric order, exactly as `TypedArray.prototype.sort`: -0 before 0, NaN last. With one, which is compiled
 * as docs/jit.md says, in the order and with the stability of `Array.prototype.sort`. A sort that is stopped loses no elements: they
 * are in their old order, or in another one if it was about to end. A sort by a comparator that is stopped or fails leaves the array
 * as it was. A shared array may be written for some milliseconds after an awaited sort of it was stopped.
 *
 * @param comparator returns less than, more than, or 0, as of `Array.prototype.sort`.
 * @returns the array. Rejects with `CompileError` or `KernelError` for the comparator, `TimeoutError`, the signal's reason, and with
 * `TypeError` when the array was detached meanwhile.
 * @example
 * await sort(new Float64Array([3, 1, 2]));                  // Float64Array(3) [1, 2, 3]
 * await sort(new Float64Array([3, 1, 2]), (a, b) => b - a); // Float64Array(3) [3, 2, 1]
 */
export function sort<A extends TypedArray>(array: A, options?: AlgorithmOptions): AsyncResult<A>;
export function sort<A extends TypedArray>(
  array: A,
  comparator: Comparator<ElementOf<A>> | undefined,
  options?: AlgorithmOptions,
): AsyncResult<A>;
export function sort<A extends TypedArray>(array: A, given?: unknown, options?: unknown): AsyncResult<A> {
  return inBackground(() => plan(array, given, options));
}

/** As `sort`, blocking this thread. @throws what `sort` rejects with. */
export function sortSync<A extends TypedArray>(array: A, options?: AlgorithmOptions): A;
export function sortSync<A extends TypedArray>(
  array: A,
  comparator: Comparator<ElementOf<A>> | undefined,
  options?: AlgorithmOptions,
): A;
export function sortSync<A extends TypedArray>(array: A, given?: unknown, options?: unknown): A {
  return blocking(plan(array, given, options));
}
