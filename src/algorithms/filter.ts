/** `filter`: some elements of a typed array, in their order. */

import { binding } from '../native/binding.js';
import { type ElementOf, isTypedArray, numberOf, sharedArray, type TypedArray } from '../jit/elements.js';
import type { AsyncResult } from '../multiprocessing/async-result.js';
import { describe } from '../multiprocessing/options.js';
import { type AlgorithmOptions, checkAlgorithm, checkArray, type SameType } from './arguments.js';
import { Around, loop } from './kernel-step.js';
import { native } from './native-step.js';
import { blocking, inBackground, type Plan, type Steps } from './steps.js';

/** As the function of `TypedArray.prototype.filter`. */
export type Predicate<A extends TypedArray> = (element: ElementOf<A>, index: number, array: A) => unknown;

type Test = (element: number, index: number, array: Float64Array) => unknown;

const testing = new Around('filter', 'test', (test: Test) => ({
  ask(i: number, array: Float64Array, mask: Uint8Array): void {
    mask[i] = test(array[i]!, i, array) ? 1 : 0;
  },
}));

/** The elements for which the mask holds what JavaScript takes for true. */
function* keep(array: TypedArray, mask: TypedArray): Steps<TypedArray> {
  const count = yield* native([mask], (way) => binding.algorithmSelect(mask, way), () => binding.algorithmCount());
  const output = sharedArray(numberOf(array), count);
  yield* native([array, output], (way) => binding.algorithmGather(array, output, way));
  return output;
}

function plan<A extends TypedArray>(array: A, predicate: unknown, given: unknown): Plan<SameType<A>> {
  checkArray('array', array);
  const common = { name: 'filter', options: checkAlgorithm(given ?? {}) };
  if (isTypedArray(predicate)) {
    if (predicate.length !== array.length) {
      throw new RangeError(`Expected a mask of ${array.length} elements, got ${predicate.length}`);
    }
    return { ...common, arrays: [array, predicate], steps: ([shared, mask]) => keep(shared!, mask!) as Steps<SameType<A>> };
  }
  if (typeof predicate !== 'function') {
    throw new TypeError(`Expected \`predicate\` to be a function or a typed array, got ${describe(predicate)}`);
  }
  const { ask } = testing.loops('predicate', predicate as Test);
  return {
    ...common,
    arrays: [array],
    *steps([shared]) {
      const mask = new Uint8Array(new SharedArrayBuffer(shared!.length));
      yield* loop(ask, mask.length, shared!, mask);
      return (yield* keep(shared!, mask)) as SameType<A>;
    },
  };
}

/**
 * The elements of a typed array that are to be kept, in their order, on native threads.
 *
 * @param predicate a function as that of `TypedArray.prototype.filter`, compiled as docs/jit.md says; or a mask: a typed array of the
 * same length, in which whatever JavaScript takes for true says that the element is kept.
 * @returns a typed array of the same type, in shared memory. Rejects with `CompileError` or `KernelError` for the predicate,
 * `TimeoutError`, or the signal's reason.
 * @example
 * await filter(new Float64Array([1, -2, 3]), (x) => x > 0);                 // Float64Array(2) [1, 3]
 * await filter(new Float64Array([1, -2, 3]), new Uint8Array([0, 1, 1]));    // Float64Array(2) [-2, 3]
 */
export function filter<A extends TypedArray>(
  array: A,
  predicate: Predicate<A> | TypedArray,
  options?: AlgorithmOptions,
): AsyncResult<SameType<A>> {
  return inBackground(() => plan(array, predicate, options));
}

/** As `filter`, blocking this thread. @throws what `filter` rejects with. */
export function filterSync<A extends TypedArray>(
  array: A,
  predicate: Predicate<A> | TypedArray,
  options?: AlgorithmOptions,
): SameType<A> {
  return blocking(plan(array, predicate, options));
}
