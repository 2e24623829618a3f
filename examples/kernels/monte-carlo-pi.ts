/** Pi by Monte Carlo: points in the unit square that fall into the circle, from xorshift generators (Marsaglia, 2003). */

import { ints, type KernelCase } from './case.js';

/** Counts the hits of stream `i`. */
export function monteCarloPi(i: number, samples: number, out: Int32Array): void {
  let state = (Math.imul(i + 1, 0x9e3779b1) ^ 0x2545f491) | 1;
  let hits = 0;
  for (let s = 0; s < samples; s++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const x = (state >>> 0) / 4294967296;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const y = (state >>> 0) / 4294967296;
    if (x * x + y * y < 1) hits++;
  }
  out[i] = hits;
}

export const monteCarloPiCase: KernelCase = {
  name: 'monte-carlo-pi',
  kernel: monteCarloPi,
  count: (size) => Math.ceil(1000 * size),
  data: (size) => [10_000, ints(Math.ceil(1000 * size))],
};
