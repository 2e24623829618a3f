/** `matmul`: the product of two matrices. */

import { binding } from '../native/binding.js';
import { numberOf, sharedArray, type TypedArray } from '../jit/elements.js';
import type { AsyncResult } from '../multiprocessing/async-result.js';
import { type AlgorithmOptions, checkAlgorithm, checkArray, type SameType } from './arguments.js';
import { native } from './native-step.js';
import { blocking, inBackground, type Plan } from './steps.js';

/** What matrices are made of. */
export type Floats = Float32Array | Float64Array;

/**
 * Options of `matmul`. One of `m`, `k` and `n`, if it is not 0, says the others: the arrays have `m * k` and `k * n` elements.
 */
export interface MatmulOptions extends AlgorithmOptions {
  /** Rows of `a` and of the product. */
  m?: number;
  /** Columns of `a`, which are rows of `b`. */
  k?: number;
  /** Columns of `b` and of the product. */
  n?: number;
}

interface Shape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

function isFloats(value: TypedArray): value is Floats {
  return value instanceof Float64Array || value instanceof Float32Array;
}

function checkDimension(name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw new TypeError(`Expected \`${name}\` to be a number, got ${typeof value}`);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`Expected \`${name}\` to be an integer >= 0, got ${value}`);
}

/** The shape that the options and the lengths say. */
function shapeOf(a: Floats, b: Floats, given: MatmulOptions): Shape {
  for (const name of ['m', 'k', 'n'] as const) checkDimension(name, given[name]);
  if (given.m === undefined && given.k === undefined && given.n === undefined) {
    throw new TypeError('Expected one of `m`, `k` and `n` at least, to say the shapes: (m, k) and (k, n)');
  }
  const k = given.k ?? (given.m ? a.length / given.m : given.n ? b.length / given.n : undefined);
  const m = given.m ?? (k ? a.length / k : undefined);
  const n = given.n ?? (k ? b.length / k : undefined);
  if (k === undefined || m === undefined || n === undefined) {
    throw new TypeError('Expected `m`, `k` and `n`, as one that is 0 does not say the others');
  }
  if (m * k !== a.length || k * n !== b.length || ![m, k, n].every(Number.isSafeInteger)) {
    const lengths = `${a.length} and ${b.length} elements`;
    throw new RangeError(`Expected matrices of shapes (m, k) and (k, n), got ${lengths} with m = ${m}, k = ${k}, n = ${n}`);
  }
  return { m, k, n };
}

function plan<A extends Floats>(a: A, b: A, given: MatmulOptions): Plan<SameType<A>> {
  checkArray('a', a);
  checkArray('b', b);
  if (!isFloats(a) || !isFloats(b) || numberOf(a) !== numberOf(b)) {
    throw new TypeError('Expected `a` and `b` to be both Float64Array or both Float32Array');
  }
  const options = checkAlgorithm(given);
  const { m, k, n } = shapeOf(a, b, given);
  return {
    name: 'matmul',
    arrays: [a, b],
    options,
    *steps([left, right]) {
      const product = sharedArray(numberOf(a), m * n);
      yield* native([left!, right!, product], (way) => binding.algorithmMatmul(left!, right!, product, m, k, n, way));
      return product as SameType<A>;
    },
  };
}

/**
 * The product of an `m` x `k` and a `k` x `n` matrix, both row by row: an `m` x `n` matrix, row by row, on native threads.
 *
 * Computed in the precision of the arrays, in blocks, with the processor's vector instructions. The order of the additions depends on
 * the shape alone, so any number of threads gives the same bits; another processor may give others.
 *
 * @returns an array of the same type, in shared memory. Rejects with `RangeError` when the lengths do not fit, `TypeError` for other
 * arrays, `TimeoutError`, or the signal's reason.
 * @example
 * const a = new Float64Array([1, 2, 3, 4]);
 * await matmul(a, a, { m: 2, k: 2, n: 2 }); // Float64Array(4) [7, 10, 15, 22]
 */
export function matmul<A extends Floats>(a: A, b: A, options: MatmulOptions): AsyncResult<SameType<A>> {
  return inBackground(() => plan(a, b, options));
}

/** As `matmul`, blocking this thread. @throws what `matmul` rejects with. */
export function matmulSync<A extends Floats>(a: A, b: A, options: MatmulOptions): SameType<A> {
  return blocking(plan(a, b, options));
}
