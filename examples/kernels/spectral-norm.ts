/** Spectral norm: one product of the infinite matrix of Hundred-Dollar, Hundred-Digit problem 3 with a vector. */

import { doubles, type KernelCase, sequence } from './case.js';

/** Element `i` of A·v. */
export function spectralNorm(i: number, v: Float64Array, n: number, out: Float64Array): void {
  let sum = 0;
  for (let j = 0; j < n; j++) {
    sum += v[j]! / (((i + j) * (i + j + 1)) / 2 + i + 1);
  }
  out[i] = sum;
}

export const spectralNormCase: KernelCase = {
  name: 'spectral-norm',
  kernel: spectralNorm,
  count: (size) => Math.ceil(5000 * Math.sqrt(size)),
  data: (size) => {
    const n = Math.ceil(5000 * Math.sqrt(size));
    return [sequence(n), n, doubles(n)];
  },
};
