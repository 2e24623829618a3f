/** `histogram`: how many elements lie in each of several ranges, as `numpy.histogram` counts them. */

import { binding } from '../native/binding.js';
import { numberOfName, sharedArray, type TypedArray } from '../jit/elements.js';
import type { AsyncResult } from '../multiprocessing/async-result.js';
import { describe } from '../multiprocessing/options.js';
import { type AlgorithmOptions, checkAlgorithm, checkArray } from './arguments.js';
import { native } from './native-step.js';
import { blocking, inBackground, type Plan, type Steps } from './steps.js';

/** Options of `histogram`. */
export interface HistogramOptions extends AlgorithmOptions {
  /** How many bins of equal width, at least 1; or their edges, at least two, in ascending order. Default 10. */
  bins?: number | ArrayLike<number>;
  /** Lower edge of the first and upper edge of the last bin of equal width. Default: the least and the greatest element. */
  range?: readonly [low: number, high: number];
}

/** A histogram. Both arrays are in shared memory. */
export interface Histogram {
  /** How many elements lie in each bin. */
  counts: Uint32Array;
  /** The edges of the bins, one more than there are bins. */
  edges: Float64Array;
}

/** Counts have 32 bits. */
const MOST = 2 ** 32 - 1;
/** More bins than this are a mistake. */
const MOST_BINS = 2 ** 28;

interface Wish {
  /** The edges of bins that were given as such. */
  readonly edges?: Float64Array;
  readonly count: number;
  readonly range?: readonly [number, number];
}

function checkEdges(bins: ArrayLike<number>): Float64Array {
  const edges = sharedArray(numberOfName('float64'), bins.length) as Float64Array;
  for (let i = 0; i < bins.length; i++) {
    const edge: unknown = bins[i];
    if (typeof edge !== 'number') throw new TypeError(`Expected \`bins[${i}]\` to be a number, got ${describe(edge)}`);
    edges[i] = edge;
    const isInOrder = i === 0 ? !Number.isNaN(edge) : edge >= edges[i - 1]!;
    if (!isInOrder) throw new RangeError(`Expected the edges in \`bins\` to ascend, got ${edge} at ${i}`);
  }
  if (edges.length < 2) throw new RangeError(`Expected \`bins\` to have at least 2 edges, got ${edges.length}`);
  return edges;
}

function checkRange(range: unknown): readonly [number, number] {
  const [low, high] = (Array.isArray(range) ? range : []) as unknown[];
  if (typeof low !== 'number' || typeof high !== 'number' || (range as unknown[]).length !== 2) {
    throw new TypeError('Expected `range` to be two numbers, [low, high]');
  }
  if (!(low <= high) || !Number.isFinite(high - low)) {
    throw new RangeError(`Expected \`range\` to be two finite numbers in order, got [${low}, ${high}]`);
  }
  return [low, high];
}

function checkBins({ bins = 10, range }: HistogramOptions): Wish {
  if (typeof bins === 'object' && bins !== null) {
    if (range !== undefined) throw new TypeError('Expected no `range` besides edges in `bins`: the edges say it');
    return { edges: checkEdges(bins), count: bins.length - 1 };
  }
  if (typeof bins !== 'number') throw new TypeError(`Expected \`bins\` to be a number or edges, got ${describe(bins)}`);
  if (!Number.isInteger(bins) || bins < 1 || bins > MOST_BINS) {
    throw new RangeError(`Expected \`bins\` to be an integer from 1 to ${MOST_BINS}, got ${bins}`);
  }
  return { count: bins, ...(range === undefined ? {} : { range: checkRange(range) }) };
}

/** The least and the greatest element. */
function* extent(array: TypedArray): Steps<readonly [number, number]> {
  if (array.length === 0) return [0, 1];
  const [low, high] = yield* native(
    [array],
    (way) => binding.algorithmExtent(array, way),
    () => binding.algorithmValues().map(Number),
  );
  if (!Number.isFinite(high! - low!)) {
    throw new RangeError(`Expected finite elements, as no \`range\` is given, got some from ${low} to ${high}`);
  }
  return [low!, high!];
}

/** The edges of `count` equal bins, as `numpy.linspace` places them. */
function equalEdges([low, high]: readonly [number, number], count: number): Float64Array {
  const edges = sharedArray(numberOfName('float64'), count + 1) as Float64Array;
  const [first, last] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const width = (last - first) / count;
  for (let i = 0; i < count; i++) edges[i] = i * width + first;
  edges[count] = last;
  return edges;
}

function plan(array: TypedArray, given: unknown): Plan<Histogram> {
  checkArray('array', array);
  const options = checkAlgorithm(given ?? {});
  const wish = checkBins((given ?? {}) as HistogramOptions);
  if (array.length > MOST) throw new RangeError(`Expected at most ${MOST} elements, got ${array.length}`);
  return {
    name: 'histogram',
    arrays: [array],
    options,
    *steps([shared]) {
      const edges = wish.edges ?? equalEdges(wish.range ?? (yield* extent(shared!)), wish.count);
      const counts = sharedArray(numberOfName('uint32'), wish.count) as Uint32Array;
      const areEqual = wish.edges === undefined;
      yield* native([shared!, counts], (way) => binding.algorithmHistogram(shared!, edges, areEqual, counts, way));
      return { counts, edges };
    },
  };
}

/**
 * How many elements of a typed array lie in each of several bins, on native threads: `numpy.histogram`.
 *
 * A bin has its lower edge, and the last one its upper edge too. Elements outside, and NaN, are not counted. A range of no
 * width is widened by 0.5 to both sides; that of no elements is 0 to 1. Bigints are counted as the nearest double.
 *
 * @returns the counts, and the edges of the bins. Rejects with `RangeError` when no range is given and an element is NaN or infinite,
 * with `TimeoutError`, or the signal's reason.
 * @example
 * const { counts, edges } = await histogram(new Float64Array([0, 1, 1, 4]), { bins: 4 });
 * // counts: Uint32Array(4) [1, 2, 0, 1], edges: Float64Array(5) [0, 1, 2, 3, 4]
 */
export function histogram(array: TypedArray, options?: HistogramOptions): AsyncResult<Histogram> {
  return inBackground(() => plan(array, options));
}

/** As `histogram`, blocking this thread. @throws what `histogram` rejects with. */
export function histogramSync(array: TypedArray, options?: HistogramOptions): Histogram {
  return blocking(plan(array, options));
}
