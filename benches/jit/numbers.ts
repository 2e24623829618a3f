/** The numbers that the figure `sort` sorts, and the order they should be in. */
import { sequence } from '../../examples/kernels/case.js';
import { bytes } from './task.js';

let made: { readonly random: Float64Array; readonly sorted: Float64Array } | undefined;

function numbers(length: number): { readonly random: Float64Array; readonly sorted: Float64Array } {
  if (made?.random.length !== length) {
    const random = Float64Array.from(sequence(length), (x) => (x - 0.5) * 1e6);
    made = { random, sorted: random.slice().sort() };
  }
  return made;
}

/** Sorts so many doubles that are in no order; milliseconds. */
export function timeSort(length: number, sort: (array: Float64Array) => unknown): number {
  const { random, sorted } = numbers(length);
  const array = random.slice();
  const start = performance.now();
  sort(array);
  const spent = performance.now() - start;
  if (Buffer.compare(bytes(array), bytes(sorted)) !== 0) throw new Error('wrong result of sort');
  return spent;
}
