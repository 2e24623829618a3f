/** A loop over a typed array, the same function for every contestant. */
import { expect } from './order.js';

/** Writes and sums the array `passes` times, after some passes that do not count; elements per second. */
export function sumArray(array: Float64Array, passes: number): number {
  let rate = 0;
  for (const count of [Math.max(2, passes >> 2), passes]) {
    const start = performance.now();
    let sum = 0;
    for (let pass = 0; pass < count; pass++) {
      for (let i = 0; i < array.length; i++) array[i] = i & 7;
      for (let i = 0; i < array.length; i++) sum += array[i];
    }
    rate = (count * array.length) / ((performance.now() - start) / 1000);
    expect('array-index', sum, count * array.length * 3.5);
  }
  return rate;
}
