/** `parallelReduce`: one value of all elements of a typed array. */

import { CompileError } from '../errors.js';
import { AsyncResult, fail, fulfil } from '../multiprocessing/async-result.js';
import { limitWork } from '../multiprocessing/limits.js';
import { describe } from '../multiprocessing/options.js';
import type { Kernel, KernelWish } from './compiler.js';
import { type ElementOf, isTypedArray, type TypedArray } from './elements.js';
import { Deadline, foldInWorkers } from './fallback.js';
import { asJitted, type Jitted } from './function.js';
import { type CheckedOptions, checkOptions, type LoopOptions } from './options.js';
import { inBackground, reduce, reduceSync, SharedValues } from './run.js';

/** Elements that are folded in sequence; as in crates/addon/src/loops.rs. */
const LEAF = 4096;

/** Joins two values of the same type; must be associative. */
export type Combine<T> = (a: T, b: T) => T;

interface Kernels {
  readonly fold: Kernel;
  readonly combine: Kernel;
}

function foldWish(array: TypedArray): KernelWish {
  return { entry: 'reduce', values: [array] };
}

/** Of the function as it joins two results. */
function combineWish({ result }: Kernel): KernelWish {
  const scalar = result === 'bigint' ? -1n : result === 'biguint' ? 2n ** 64n - 1n : 0.5;
  return { entry: 'call', values: [scalar, scalar] };
}

function kernels({ compiler }: Jitted, array: TypedArray): Kernels {
  const fold = compiler.kernel(foldWish(array));
  return { fold, combine: compiler.kernel(combineWish(fold)) };
}

function prepare(array: unknown, f: unknown, identity: unknown): Jitted {
  if (!isTypedArray(array)) throw new TypeError(`Expected \`array\` to be a typed array, got ${describe(array)}`);
  const jitted = asJitted('f', f);
  const big = array instanceof BigInt64Array || array instanceof BigUint64Array;
  const wanted = big ? 'bigint' : 'number';
  if (typeof identity !== wanted) throw new TypeError(`Expected \`identity\` to be a ${wanted}, got ${describe(identity)}`);
  return jitted;
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
    const { compiler, fallback, fn } = prepare(array, f, identity);
    const checked = checkOptions(options);
    const { threads } = checked;
    const length = array.length;
    const shared = new SharedValues([array]);
    inBackground({
      result,
      shared,
      compile(use, failed) {
        compiler.kernelLater(foldWish(array), (fold) => compiler.kernelLater(combineWish(fold), (combine) => use(fold, combine), failed), failed);
      },
      start(fold, combine) {
        if (length === 0) {
          shared.release();
          fulfil(result, identity);
          return;
        }
        shared.add((fold as Kernel).arrays);
        reduce(result, { fold, combine } as Kernels, shared, identity, length, threads);
      },
      fallBack: fallback === 'js' ? () => background(result, fn, shared, identity, threads) : undefined,
    });
    limitWork(result, checked);
  } catch (error) {
    fail(result, error);
  }
  return result;
}

function background(result: AsyncResult<unknown>, fn: Function, shared: SharedValues, identity: unknown, threads: number): void {
  const [array] = shared.values as [ArrayLike<unknown>];
  foldInWorkers(
    result,
    fn,
    array,
    { leaf: LEAF, identity, threads },
    () => shared.release(),
    (leaves) => (leaves.length === 0 ? identity : tree(leaves, fn)),
  );
}

/** As `parallelReduce`, blocking this thread. */
export function parallelReduceSync<A extends TypedArray>(
  array: A,
  f: Combine<ElementOf<A>>,
  identity: ElementOf<A>,
  options: LoopOptions = {},
): ElementOf<A> {
  const jitted = prepare(array, f, identity);
  const checked: CheckedOptions = checkOptions(options);
  const compiled = compileOrFallBack(jitted, array);
  if (array.length === 0) return identity;
  if (compiled === undefined) return inJavaScript(array, jitted.fn, identity, new Deadline(checked.timeout)) as ElementOf<A>;
  const { fold, combine } = compiled;
  return reduceSync(fold, combine, [array, ...fold.arrays], identity, array.length, checked) as ElementOf<A>;
}

/** The same tree, here. */
function inJavaScript(array: TypedArray, fn: Function, identity: unknown, deadline: Deadline): unknown {
  const leaves: unknown[] = [];
  for (let start = 0; start < array.length; start += LEAF) {
    let acc = identity;
    for (let i = start; i < Math.min(start + LEAF, array.length); i++) {
      acc = Reflect.apply(fn, undefined, [acc, array[i]]);
      deadline.check();
    }
    leaves.push(acc);
  }
  return tree(leaves, fn);
}

/** Joins neighbours until one is left. */
function tree(leaves: readonly unknown[], fn: Function): unknown {
  let level = leaves;
  while (level.length > 1) {
    const next: unknown[] = [];
    for (let i = 0; i < level.length; i += 2) {
      next.push(i + 1 < level.length ? Reflect.apply(fn, undefined, [level[i], level[i + 1]]) : level[i]);
    }
    level = next;
  }
  return level[0];
}
