/** The naive product of two square matrices, one row per iteration. */

import { doubles, type KernelCase, sequence } from './case.js';

/** Row `i` of the product. */
export function matmul(i: number, a: Float64Array, b: Float64Array, n: number, out: Float64Array): void {
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[k * n + j]!;
    out[i * n + j] = sum;
  }
}

export const matmulCase: KernelCase = {
  name: 'matmul',
  kernel: matmul,
  count: (size) => Math.ceil(400 * Math.cbrt(size)),
  data: (size) => {
    const n = Math.ceil(400 * Math.cbrt(size));
    return [sequence(n * n, 1), sequence(n * n, 2), n, doubles(n * n)];
  },
};
