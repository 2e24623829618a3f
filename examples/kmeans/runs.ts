/** The same clustering both ways; only the assignment differs, and only its time is taken. */

import { jit, parallelFor } from 'polycore';
import { secondsSince } from '../terminal/comparison.ts';
import { counted } from '../terminal/number.ts';
import type { Way } from '../terminal/ways.ts';
import { type Assign, cluster, type Clustering, pointsOf } from './clusters.ts';
import { nearest } from './nearest.ts';

/** One way and how it ended; `seconds` are those of all assignments. */
export interface Run extends Way {
  readonly clustering: Clustering;
}

/** What is to be done. */
export interface Work {
  readonly pixels: Uint8Array;
  readonly start: Float64Array;
  readonly rounds: number;
}

async function timed(name: string, { pixels, start, rounds }: Work, assign: Assign): Promise<Run> {
  let seconds = 0;
  const clustering = await cluster(pointsOf(pixels), start, rounds, async (points, centres) => {
    const begin = performance.now();
    await assign(points, centres);
    seconds += secondsSince(begin);
  });
  return { name, seconds, start: 0, clustering };
}

/** The function as JavaScript, in this thread. */
export function inOneThread(work: Work): Promise<Run> {
  return timed('V8, one thread', work, ({ colours, labels, distances }, centres) => {
    const k = centres.length / 3;
    for (let i = 0; i < labels.length; i++) nearest(i, colours, centres, k, labels, distances);
  });
}

/** The function as machine code, on native threads. */
export function onNativeThreads(work: Work, threads: number): Promise<Run> {
  const kernel = jit(nearest);
  return timed(`machine code, ${counted(threads, 'native thread')}`, work, async ({ colours, labels, distances }, centres) => {
    await parallelFor(labels.length, kernel, colours, centres, centres.length / 3, labels, distances, { threads });
  });
}

/** Whether both have done the same, bit by bit: errors of all rounds, centres, and where each pixel belongs. */
export function isEqual(one: Clustering, other: Clustering): boolean {
  return (
    same(Float64Array.from(one.errors), Float64Array.from(other.errors)) &&
    same(one.centres, other.centres) &&
    same(one.labels, other.labels) &&
    same(one.distances, other.distances)
  );
}

function same(one: Float64Array | Uint8Array, other: Float64Array | Uint8Array): boolean {
  return Buffer.compare(raw(one), raw(other)) === 0;
}

function raw({ buffer, byteOffset, byteLength }: Float64Array | Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
