/** The job of a worker: some rows of the picture. A module of its own, so that workers import this and not the program around it. */

import { mandelbrot } from '../kernels/mandelbrot.ts';

/** A picture in the making. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** Steps after which a point counts as part of the set. */
  readonly iterations: number;
  /** Steps of each pixel, in shared memory. */
  readonly steps: Int32Array;
}

/** Computes pixels `from` to `to - 1` by calling the kernel for each: the plain way in one thread, and a worker's. */
export function paint({ width, height, iterations, steps }: Canvas, from: number, to: number): void {
  for (let i = from; i < to; i++) mandelbrot(i, width, height, iterations, steps);
}
