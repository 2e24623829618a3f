/** `scan`: running totals of a typed array. */

import { binding } from '../native/binding.js';
import { type ElementOf, numberOf, sharedArray, type TypedArray } from '../jit/elements.js';
import type { Combine } from '../jit/parallel-reduce.js';
import type { AsyncResult } from '../multiprocessing/async-result.js';
import { describe } from '../multiprocessing/options.js';
import { type AlgorithmOptions, checkAlgorithm, checkArray, isBig, type SameType } from './arguments.js';
import { native } from './native-step.js';
import { operatorScan } from './operator-scan.js';
import { blocking, inBackground, type Plan } from './steps.js';

/** Options of `scan`. */
export interface ScanOptions extends AlgorithmOptions {
  /** Whether each element of the result leaves out the element at its own place; default false. */
  exclusive?: boolean;
}

/** What follows the array: `options`, or `f, identity, options`. */
type Rest = readonly unknown[];

function plan<A extends TypedArray>(array: A, rest: Rest): Plan<SameType<A>> {
  checkArray('array', array);
  const by = typeof rest[0] === 'function';
  const given = (by ? rest[2] : rest[0]) ?? {};
  const options = checkAlgorithm(given);
  const { exclusive = false } = given as ScanOptions;
  if (typeof exclusive !== 'boolean') throw new TypeError(`Expected \`exclusive\` to be a boolean, got ${describe(exclusive)}`);
  const common = { name: 'scan', arrays: [array], options };
  if (!by) {
    return {
      ...common,
      *steps([shared]) {
        const output = sharedArray(numberOf(array), shared!.length);
        yield* native([shared!, output], (way) => binding.algorithmScan(shared!, output, exclusive, way));
        return output as SameType<A>;
      },
    };
  }
  const identity = rest[1];
  const wanted = isBig(array) ? 'bigint' : 'number';
  if (typeof identity !== wanted) throw new TypeError(`Expected \`identity\` to be a ${wanted}, got ${describe(identity)}`);
  const steps = operatorScan(rest[0] as Combine<number>, identity as number | bigint, exclusive);
  return {
    ...common,
    *steps([shared]) {
      const output = sharedArray(numberOf(array), shared!.length);
      yield* steps(shared!, output);
      return output as SameType<A>;
    },
  };
}

/**
 * The running totals of a typed array, on native threads: element `i` of the result joins the elements `0` to `i`, or, with
 * `{ exclusive: true }`, those before `i`.
 *
 * Without `f` they are sums: integers wrap around as their type does, floats are added as doubles. With it, `f` must be
 * associative and `f(identity, x)` must be `x`. Each 4096 elements are joined in sequence, starting from what came before them: the
 * order depends on the length alone, so the result has the same bits on any number of threads.
 *
 * @param f joins two values; compiled as docs/jit.md says.
 * @returns a typed array of the same type, in shared memory. Rejects with `CompileError` or `KernelError` for `f`, `TimeoutError`, or
 * the signal's reason.
 * @example
 * await scan(new Int32Array([1, 2, 3]));                                        // Int32Array(3) [1, 3, 6]
 * await scan(new Int32Array([1, 2, 3]), { exclusive: true });                   // Int32Array(3) [0, 1, 3]
 * await scan(new Int32Array([1, 3, 2]), (a, b) => Math.max(a, b), -(2 ** 31));  // Int32Array(3) [1, 3, 3]
 */
export function scan<A extends TypedArray>(array: A, options?: ScanOptions): AsyncResult<SameType<A>>;
export function scan<A extends TypedArray>(
  array: A,
  f: Combine<ElementOf<A>>,
  identity: ElementOf<A>,
  options?: ScanOptions,
): AsyncResult<SameType<A>>;
export function scan<A extends TypedArray>(array: A, ...rest: unknown[]): AsyncResult<SameType<A>> {
  return inBackground(() => plan(array, rest));
}

/** As `scan`, blocking this thread. @throws what `scan` rejects with. */
export function scanSync<A extends TypedArray>(array: A, options?: ScanOptions): SameType<A>;
export function scanSync<A extends TypedArray>(
  array: A,
  f: Combine<ElementOf<A>>,
  identity: ElementOf<A>,
  options?: ScanOptions,
): SameType<A>;
export function scanSync<A extends TypedArray>(array: A, ...rest: unknown[]): SameType<A> {
  return blocking(plan(array, rest));
}
