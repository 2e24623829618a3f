/** K-means (Lloyd, 1982) over colours, from centres chosen by k-means++ (Arthur and Vassilvitskii, 2007). The same numbers on every run. */

import { bytes, doubles, sequence } from '../kernels/case.ts';

/** The points of a clustering, and what is known of each; all in shared memory. */
export interface Points {
  /** Red, green and blue of each, one after the other. */
  readonly colours: Float64Array;
  /** The centre each belongs to. */
  readonly labels: Uint8Array;
  /** Square of the distance from it. */
  readonly distances: Float64Array;
}

/** How a clustering ended. */
export interface Clustering extends Points {
  readonly centres: Float64Array;
  /** The sum of all squares of distances, after each round. */
  readonly errors: readonly number[];
}

/** Finds the nearest centre of each point. */
export type Assign = (points: Points, centres: Float64Array) => void | Promise<void>;

/** Nothing is assigned yet. */
export function pointsOf(pixels: Uint8Array): Points {
  const colours = doubles(pixels.length);
  colours.set(pixels);
  return { colours, labels: bytes(pixels.length / 3), distances: doubles(pixels.length / 3) };
}

/**
 * Up to `k` points to begin with: each one is drawn with a chance proportional to its squared distance from those before. Fewer when
 * there are not so many different ones.
 */
export function firstCentres({ colours }: Points, k: number, seed: number): Float64Array {
  const count = colours.length / 3;
  const random = sequence(k, seed);
  const distances = new Float64Array(count).fill(1);
  const chosen: number[] = [];
  for (let total = count; chosen.length / 3 < k && total > 0; ) {
    const point = pick(distances, total * random[chosen.length / 3]!) * 3;
    const [r, g, b] = [colours[point]!, colours[point + 1]!, colours[point + 2]!];
    const first = chosen.length === 0;
    chosen.push(r, g, b);
    total = 0;
    for (let i = 0; i < count; i++) {
      const distance = (colours[i * 3]! - r) ** 2 + (colours[i * 3 + 1]! - g) ** 2 + (colours[i * 3 + 2]! - b) ** 2;
      if (first || distance < distances[i]!) distances[i] = distance;
      total += distances[i]!;
    }
  }
  const centres = doubles(chosen.length);
  centres.set(chosen);
  return centres;
}

/** The first index at which the sum of the weights exceeds `target`; the last one with a weight, should rounding prevent that. */
function pick(weights: Float64Array, target: number): number {
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    sum += weights[i]!;
    last = i;
    if (sum > target) return i;
  }
  return last;
}

/** Assigns and moves until no centre moves any more, at most so many rounds; ends with an assignment to the final centres. */
export async function cluster(points: Points, start: Float64Array, rounds: number, assign: Assign): Promise<Clustering> {
  const centres = doubles(start.length);
  centres.set(start);
  await assign(points, centres);
  const errors = [sum(points.distances)];
  while (errors.length < rounds && move(points, centres)) {
    await assign(points, centres);
    errors.push(sum(points.distances));
  }
  return { ...points, centres, errors };
}

/** Each centre to the mean of its points; one without points stays. Whether any has moved. */
function move({ colours, labels }: Points, centres: Float64Array): boolean {
  const sums = new Float64Array(centres.length);
  const counts = new Float64Array(centres.length / 3);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    for (let c = 0; c < 3; c++) sums[label * 3 + c]! += colours[i * 3 + c]!;
    counts[label]!++;
  }
  let moved = false;
  for (let i = 0; i < centres.length; i++) {
    const count = counts[Math.floor(i / 3)]!;
    const mean = count === 0 ? centres[i]! : sums[i]! / count;
    moved ||= mean !== centres[i];
    centres[i] = mean;
  }
  return moved;
}

function sum(numbers: Float64Array): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!;
  return total;
}
