/** The same picture three ways. The function is the same one each time, unmodified: examples/kernels/mandelbrot.ts. */

import { jit, parallelFor, Pool } from 'polycore';
import { ints } from '../kernels/case.ts';
import { mandelbrot } from '../kernels/mandelbrot.ts';
import { poolLabel, secondsSince } from '../terminal/comparison.ts';
import { counted } from '../terminal/number.ts';
import type { Way } from '../terminal/ways.ts';
import { type Canvas, paint } from './task.ts';

/** What is to be computed. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly iterations: number;
}

/** One way, and the steps of each pixel that it found. */
export interface Run extends Way {
  readonly steps: Int32Array;
}

/** Jobs for each worker: pixels inside of the set take longest, so bands of the picture differ. */
const BANDS = 16;

function canvas(view: View): Canvas {
  return { ...view, steps: ints(view.width * view.height) };
}

/** Everything in this thread, by V8. */
export function inOneThread(view: View): Run {
  const target = canvas(view);
  const start = performance.now();
  paint(target, 0, target.steps.length);
  return { name: 'V8, one thread', seconds: secondsSince(start), start: 0, steps: target.steps };
}

/** Bands of rows on a Pool of workers, each a V8 of its own, into shared memory. */
export async function inPool(view: View, workers: number): Promise<Run> {
  const target = canvas(view);
  const start = performance.now();
  await using pool = new Pool(workers);
  await pool.broadcast(paint, [target, 0, 0]);
  const started = secondsSince(start);
  const length = view.width * Math.ceil(view.height / (workers * BANDS));
  const bands: [Canvas, number, number][] = [];
  for (let from = 0; from < target.steps.length; from += length) {
    bands.push([target, from, Math.min(from + length, target.steps.length)]);
  }
  await pool.starmap(paint, bands, { chunksize: 1 });
  return { name: poolLabel(workers), seconds: secondsSince(start), start: started, steps: target.steps };
}

/** As machine code on native threads; the time to compile is part of it. */
export async function onNativeThreads(view: View, threads: number): Promise<Run> {
  const { width, height, iterations, steps } = canvas(view);
  const start = performance.now();
  await parallelFor(steps.length, jit(mandelbrot), width, height, iterations, steps, { threads });
  return { name: `machine code, ${counted(threads, 'native thread')}`, seconds: secondsSince(start), start: 0, steps };
}
