/** Conway's game of life (Gardner, 1970) on a torus: one generation, one row per iteration. */

import { bytes, type KernelCase, sequence } from './case.js';

/** The next generation of row `y`. */
export function life(y: number, cells: Uint8Array, width: number, height: number, out: Uint8Array): void {
  const above = ((y + height - 1) % height) * width;
  const here = y * width;
  const below = ((y + 1) % height) * width;
  for (let x = 0; x < width; x++) {
    const left = x === 0 ? width - 1 : x - 1;
    const right = x === width - 1 ? 0 : x + 1;
    const neighbours =
      cells[above + left]! +
      cells[above + x]! +
      cells[above + right]! +
      cells[here + left]! +
      cells[here + right]! +
      cells[below + left]! +
      cells[below + x]! +
      cells[below + right]!;
    out[here + x] = neighbours === 3 || (neighbours === 2 && cells[here + x] === 1) ? 1 : 0;
  }
}

export const lifeCase: KernelCase = {
  name: 'life',
  kernel: life,
  count: (size) => Math.ceil(4000 * size),
  data: (size) => {
    const height = Math.ceil(4000 * size);
    const cells = bytes(4000 * height);
    const noise = sequence(4000 * height);
    cells.forEach((_, i) => {
      cells[i] = noise[i]! < 0.3 ? 1 : 0;
    });
    return [cells, 4000, height, bytes(4000 * height)];
  },
};
