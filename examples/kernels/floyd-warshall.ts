/** All shortest paths (Floyd, 1962; Warshall, 1962): one round, over intermediate node `k`, one row per iteration. */

import { doubles, type KernelCase, sequence } from './case.js';

/** Row `i` of the distances when paths may also pass through `k`. */
export function floydWarshall(i: number, distances: Float64Array, k: number, n: number, out: Float64Array): void {
  const first = distances[i * n + k]!;
  for (let j = 0; j < n; j++) {
    const direct = distances[i * n + j]!;
    const through = first + distances[k * n + j]!;
    out[i * n + j] = through < direct ? through : direct;
  }
}

export const floydWarshallCase: KernelCase = {
  name: 'floyd-warshall',
  kernel: floydWarshall,
  count: (size) => Math.ceil(4000 * Math.sqrt(size)),
  data: (size) => {
    const n = Math.ceil(4000 * Math.sqrt(size));
    return [sequence(n * n), 17, n, doubles(n * n)];
  },
};
