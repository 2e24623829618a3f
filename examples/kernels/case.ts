/** What examples, tests and benches need to know of a kernel. */

import type { KernelArgument } from '../../src/index.js';

/** A kernel with data to run it on. */
export interface KernelCase {
  readonly name: string;
  /** Body of a parallel loop: an ordinary function. */
  readonly kernel: (i: number, ...args: never[]) => unknown;
  /** Iterations at a size: 1 takes V8 about a tenth of a second on one thread. */
  readonly count: (size: number) => number;
  /** Fresh arguments. Arrays that the kernel writes come last. */
  readonly data: (size: number) => KernelArgument[];
}

/** Numbers in [0, 1) that are the same on every run. */
export function sequence(length: number, seed = 1): Float64Array {
  const numbers = new Float64Array(new SharedArrayBuffer(length * 8));
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    numbers[i] = state / 2 ** 32;
  }
  return numbers;
}

/** A `Float64Array` in shared memory. */
export function doubles(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

/** An `Int32Array` in shared memory. */
export function ints(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

/** A `Uint8Array` in shared memory. */
export function bytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}
