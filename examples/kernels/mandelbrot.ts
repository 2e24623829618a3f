/** The Mandelbrot set: how many steps of z = z² + c stay within radius 2 (escape time), one pixel per iteration. */

import { ints, type KernelCase } from './case.js';

/** Colours pixel `i` of an image. */
export function mandelbrot(i: number, width: number, height: number, limit: number, out: Int32Array): void {
  const cx = ((i % width) / width) * 3 - 2;
  const cy = (Math.floor(i / width) / height) * 2 - 1;
  let x = 0;
  let y = 0;
  let n = 0;
  while (n < limit && x * x + y * y <= 4) {
    const next = x * x - y * y + cx;
    y = 2 * x * y + cy;
    x = next;
    n++;
  }
  out[i] = n;
}

export const mandelbrotCase: KernelCase = {
  name: 'mandelbrot',
  kernel: mandelbrot,
  count: (size) => 300 * Math.ceil(300 * size),
  data: (size) => [300, Math.ceil(300 * size), 1000, ints(300 * Math.ceil(300 * size))],
};
