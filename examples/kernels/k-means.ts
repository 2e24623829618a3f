/** K-means, assignment step (Lloyd, 1982): the nearest of `k` centres for each point. */

import { ints, type KernelCase, sequence } from './case.js';

/** Finds the centre nearest to point `i`. */
export function kMeans(
  i: number,
  points: Float64Array,
  centres: Float64Array,
  k: number,
  dimensions: number,
  out: Int32Array,
): void {
  let best = 0;
  let least = Infinity;
  for (let c = 0; c < k; c++) {
    let distance = 0;
    for (let d = 0; d < dimensions; d++) {
      const difference = points[i * dimensions + d]! - centres[c * dimensions + d]!;
      distance += difference * difference;
    }
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  out[i] = best;
}

export const kMeansCase: KernelCase = {
  name: 'k-means',
  kernel: kMeans,
  count: (size) => Math.ceil(500_000 * size),
  data: (size) => {
    const n = Math.ceil(500_000 * size);
    return [sequence(n * 3), sequence(32 * 3, 7), 32, 3, ints(n)];
  },
};
