/** The Lyapunov exponent of the logistic map x → r·x·(1 − x) for a range of r. */

import { doubles, type KernelCase } from './case.js';

/** The exponent for the `i`-th r. */
export function lyapunov(i: number, from: number, step: number, rounds: number, out: Float64Array): void {
  const r = from + i * step;
  let x = 0.5;
  let sum = 0;
  for (let n = 0; n < rounds; n++) {
    x = r * x * (1 - x);
    sum += Math.log(Math.abs(r - 2 * r * x));
  }
  out[i] = sum / rounds;
}

export const lyapunovCase: KernelCase = {
  name: 'lyapunov',
  kernel: lyapunov,
  count: (size) => Math.ceil(2000 * size),
  data: (size) => [2.5, 1.5 / Math.ceil(2000 * size), 2000, doubles(Math.ceil(2000 * size))],
};
