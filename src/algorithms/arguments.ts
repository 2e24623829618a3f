/** Checks of what the algorithms are given. */

import { type HalfArray, isTypedArray, type TypedArray } from '../jit/elements.js';
import { type CheckedOptions, checkOptions, type LoopOptions } from '../jit/options.js';
import { describe } from '../multiprocessing/options.js';

/** Options of all algorithms; see docs/algorithms.md. */
export type AlgorithmOptions = LoopOptions;

/** The typed arrays of one type, without what an `Array` has besides. */
interface ByTag {
  Int8Array: Int8Array;
  Uint8Array: Uint8Array;
  Uint8ClampedArray: Uint8ClampedArray;
  Int16Array: Int16Array;
  Uint16Array: Uint16Array;
  Int32Array: Int32Array;
  Uint32Array: Uint32Array;
  Float32Array: Float32Array;
  Float64Array: Float64Array;
  BigInt64Array: BigInt64Array;
  BigUint64Array: BigUint64Array;
  Float16Array: HalfArray;
}

/** A plain typed array with elements of that type. */
export type SameType<A extends TypedArray> = ByTag[A[typeof Symbol.toStringTag]];

/** @throws {TypeError} when the argument of that name is no typed array. */
export function checkArray(name: string, value: unknown): asserts value is TypedArray {
  if (!isTypedArray(value)) throw new TypeError(`Expected \`${name}\` to be a typed array, got ${describe(value)}`);
}

/** @throws {TypeError | RangeError} when these are no options, or one is wrong; the signal's reason when it is aborted already. */
export function checkAlgorithm(options: unknown): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw new TypeError(`Expected \`options\` to be an object, got ${describe(options)}`);
  return checkOptions(options);
}

/** Whether the elements of the array are bigints. */
export function isBig(array: TypedArray): array is BigInt64Array | BigUint64Array {
  return array instanceof BigInt64Array || array instanceof BigUint64Array;
}
