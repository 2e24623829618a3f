/** `parallelReduce`: one value of all elements of a typed array. */

import { CompileError } from '../errors.js';
import { AsyncResult, fail, fulfil } from '../multiprocessing/async-result.js';
import { limitWork } from '../multiprocessing/limits.js';
import type { Kernel } from './compiler.js';
import { type ElementOf, isTypedArray, type TypedArray } from './elements.js';
import { asJitted } from './function.js';
import type { Jitted } from './jitted.js';
import { type CheckedOptions, checkOptions, type LoopOptions } from './options.js';
import { reduce, reduceSync } from './run.js';

/** Elements that are folded in sequence; as in crates/addon/src/loops.rs. */
const LEAF = 4096;

/** Joins two values of the same type; must be associative. */
export type Combine<T> = (a: T, b: T) => T;

interface Kernels {
  readonly fold: Kernel;
  readonly combine: Kernel;
}

function kernels({ compiler }: Jitted, array: TypedArray): Kernels {
  const fold = compiler.kernel({ entry: 'reduce', values: [array] });
  const big = fold.result === 'bigint' || fold.result === 'biguint';
  const scalar = big ? (fold.result === 'bigint' ? -1n : 2n ** 64n - 1n) : 0.5;
  return { fold, combine: compiler.kernel({ entry: 'call', values: [scalar, scalar] }) };
}

function check(array: unknown, identity: unknown): asserts array is TypedArray {
  if (!isTypedArray(array)) throw new TypeError('Expected `array` to be a typed array');
  const big = array instanceof BigInt64Array || array instanceof BigUint64Array;
  const wanted = big ? 'bigint' : 'number';
  if (typeof identity !== wanted) throw new TypeError(`Expected \`identity\` to be a ${wanted}, got ${typeof identity}`);
}

/** The kernels, or nothing when the function is to run as JavaScript. */
function compileOrFallBack(jitted: Jitted, array: TypedArray): Kernels | undefined {
  try {
    return kernels(jitted, array);
  } catch (error) {
    if (error instanceof CompileError && jitted.fallback === 'js') return undefined;
    throw error;
  }
}

/**
 * Reduces the elements to one value: `f(f(identity, a[0]), a[1]) …` for each 4096 elements, whose results are then combined
 * pairwise, neighbours first. The shape of this tree depends on the length alone, so the result has the same bits on any
 * number of threads. `f` must be associative (up to rounding), and `f(identity, x)` must be `x`.
 *
 * @returns the value; `identity` of an empty array. Rejects as `parallelFor` does.
 * @example
 * const sum = await parallelReduce(xs, (a, b) => a + b, 0);
 */
export function parallelReduce<A extends TypedArray>(
  array: A,
  f: Combine<ElementOf<A>>,
  identity: ElementOf<A>,
  options: LoopOptions = {},
): AsyncResult<ElementOf<A>> {
  const result = new AsyncResult<ElementOf<A>>();
  try {
    check(array, identity);
    const jitted = asJitted('f', f);
    const { threads, timeout, signal } = checkOptions(options);
    const compiled = compileOrFallBack(jitted, array);
    limitWork(result, { ...(timeout === undefined ? {} : { timeout }), ...(signal === undefined ? {} : { signal }) });
    if (array.length === 0) fulfil(result, identity);
    else if (compiled === undefined) fulfil(result, inJavaScript(array, jitted.fn, identity));
    else {
      const { fold, combine } = compiled;
      reduce(result, fold, combine, [array, ...fold.arrays], identity, array.length, threads);
    }
  } catch (error) {
    fail(result, error);
  }
  return result;
}

/** As `parallelReduce`, blocking this thread. */
export function parallelReduceSync<A extends TypedArray>(
  array: A,
  f: Combine<ElementOf<A>>,
  identity: ElementOf<A>,
  options: LoopOptions = {},
): ElementOf<A> {
  check(array, identity);
  const jitted = asJitted('f', f);
  const checked: CheckedOptions = checkOptions(options);
  const compiled = compileOrFallBack(jitted, array);
  if (array.length === 0) return identity;
  if (compiled === undefined) return inJavaScript(array, jitted.fn, identity) as ElementOf<A>;
  const { fold, combine } = compiled;
  return reduceSync(fold, combine, [array, ...fold.arrays], identity, array.length, checked) as ElementOf<A>;
}

/** The same tree, here. */
function inJavaScript(array: TypedArray, f: Function, identity: unknown): unknown {
  const join = (a: unknown, b: unknown): unknown => Reflect.apply(f, undefined, [a, b]) as unknown;
  let level: unknown[] = [];
  for (let start = 0; start < array.length; start += LEAF) {
    let acc = identity;
    for (let i = start; i < Math.min(start + LEAF, array.length); i++) acc = join(acc, array[i]);
    level.push(acc);
  }
  while (level.length > 1) {
    const next: unknown[] = [];
    for (let i = 0; i < level.length; i += 2) next.push(i + 1 < level.length ? join(level[i], level[i + 1]) : level[i]);
    level = next;
  }
  return level[0];
}
