/** Memory of algorithms. */

import { classOf, copySet, numberOf, type TypedArray } from '../jit/elements.js';

/** As many elements of the type of `array`, for intermediate results: the garbage collector knows what they weigh. */
export function scratch(array: TypedArray, length: number): TypedArray {
  const cls = classOf(numberOf(array));
  return new cls(new SharedArrayBuffer(length * cls.BYTES_PER_ELEMENT));
}

/** The same with the elements of `array`. */
export function scratchCopy(array: TypedArray): TypedArray {
  const copy = scratch(array, array.length);
  copySet(copy, array);
  return copy;
}

/** Numbers that a loop is given. */
export function numbers(...values: number[]): Uint32Array {
  const array = new Uint32Array(new SharedArrayBuffer(values.length * 4));
  array.set(values);
  return array;
}
