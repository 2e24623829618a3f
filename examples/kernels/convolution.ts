/** A 3×3 convolution over a grey image whose border is left as it is, one row per iteration. */

import { doubles, type KernelCase, sequence } from './case.js';

/** Filters row `y`. */
export function convolution(
  y: number,
  source: Float64Array,
  weights: Float64Array,
  width: number,
  height: number,
  out: Float64Array,
): void {
  for (let x = 0; x < width; x++) {
    if (y === 0 || y === height - 1 || x === 0 || x === width - 1) {
      out[y * width + x] = source[y * width + x]!;
      continue;
    }
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        sum += source[(y + dy) * width + x + dx]! * weights[(dy + 1) * 3 + dx + 1]!;
      }
    }
    out[y * width + x] = sum;
  }
}

export const convolutionCase: KernelCase = {
  name: 'convolution',
  kernel: convolution,
  count: (size) => Math.ceil(2000 * size),
  data: (size) => {
    const height = Math.ceil(2000 * size);
    return [sequence(2000 * height), sequence(9, 5), 2000, height, doubles(2000 * height)];
  },
};
