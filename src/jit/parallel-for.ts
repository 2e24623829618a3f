/** `parallelFor`: the iterations of a loop on native threads. */

import { CompileError } from '../errors.js';
import { AsyncResult, fail, fulfil } from '../multiprocessing/async-result.js';
import { limitWork } from '../multiprocessing/limits.js';
import { copySet, isTypedArray } from './elements.js';
import { loopInWorkers } from './fallback.js';
import { asJitted } from './function.js';
import type { Jitted } from './jitted.js';
import { bitsFor, type Kernel } from './compiler.js';
import { type CheckedOptions, checkOptions, type ParallelForOptions } from './options.js';
import { run, runSync, SharedValues } from './run.js';

/** What an iteration may be given besides its index. */
export type KernelArgument = ArrayBufferView | number | boolean | bigint;

/** The body of a parallel loop. */
export type LoopBody<A extends readonly KernelArgument[]> = (i: number, ...args: A) => unknown;

interface Loop {
  readonly jitted: Jitted;
  readonly values: readonly unknown[];
  readonly options: CheckedOptions;
}

function prepare(n: number, body: unknown, rest: readonly unknown[]): Loop {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`Expected \`n\` to be an integer >= 0, got ${String(n)}`);
  const jitted = asJitted('kernel', body);
  const last = rest[rest.length - 1];
  const hasOptions = typeof last === 'object' && last !== null && !ArrayBuffer.isView(last);
  const values = hasOptions ? rest.slice(0, -1) : rest;
  return { jitted, values, options: checkOptions(hasOptions ? (last as ParallelForOptions) : {}) };
}

function compile(n: number, { jitted, values, options }: Loop): Kernel {
  return jitted.compiler.kernel({ entry: `for${bitsFor(n)}`, values, unsafe: options.unsafe });
}

/** The kernel, or nothing when it is to run as JavaScript. */
function compileOrFallBack(n: number, loop: Loop): Kernel | undefined {
  try {
    return compile(n, loop);
  } catch (error) {
    if (error instanceof CompileError && loop.jitted.fallback === 'js') return undefined;
    throw error;
  }
}

/**
 * Calls `kernel(i, ...args)` for each `i` from 0 to `n - 1`, on native threads, in any order.
 *
 * Arguments are typed arrays, which the kernel reads and writes in place, numbers and booleans. Arrays in shared memory are
 * not copied; others are copied in, and back when the loop has ended, since they could be detached meanwhile. Different
 * iterations must write to different elements: this is proven from the source, or `{ unsafe: true }` is given.
 *
 * @param args the arguments, then options if wanted.
 * @returns resolves when all iterations have run. Rejects with `CompileError` when the kernel is outside of the subset or its
 * writes may collide, with `KernelError` when an index is outside of an array, with `TimeoutError`, or the signal's reason.
 * @example
 * const out = new Float64Array(new SharedArrayBuffer(8 * n));
 * await parallelFor(n, (i, a, out) => { out[i] = Math.sqrt(a[i]); }, a, out);
 */
export function parallelFor<A extends readonly KernelArgument[]>(
  n: number,
  kernel: LoopBody<A>,
  ...args: [...A] | [...A, ParallelForOptions]
): AsyncResult<undefined> {
  const result = new AsyncResult<undefined>();
  try {
    const loop = prepare(n, kernel, args);
    const compiled = compileOrFallBack(n, loop);
    const { threads, timeout, signal } = loop.options;
    limitWork(result, { ...(timeout === undefined ? {} : { timeout }), ...(signal === undefined ? {} : { signal }) });
    if (compiled === undefined) {
      background(result, n, loop);
    } else if (n === 0) {
      fulfil(result, undefined);
    } else {
      run(result, compiled, [...loop.values, ...compiled.arrays], n, threads, () => undefined);
    }
  } catch (error) {
    fail(result, error);
  }
  return result;
}

/** As `parallelFor`, blocking this thread. Arrays are read and written in place whatever their memory. */
export function parallelForSync<A extends readonly KernelArgument[]>(
  n: number,
  kernel: LoopBody<A>,
  ...args: [...A] | [...A, ParallelForOptions]
): void {
  const loop = prepare(n, kernel, args);
  const compiled = compileOrFallBack(n, loop);
  if (compiled === undefined) {
    for (let i = 0; i < n; i++) Reflect.apply(loop.jitted.fn, undefined, [i, ...loop.values]);
    return;
  }
  if (n > 0) runSync(compiled, [...loop.values, ...compiled.arrays], n, loop.options);
}

/** The loop as JavaScript in workers, over shared copies. */
function background(result: AsyncResult<undefined>, n: number, { jitted, values, options }: Loop): void {
  const shared = new SharedValues(values);
  loopInWorkers(result, jitted.fn, shared.values, n, options.threads, () => {
    for (const [index, value] of values.entries()) {
      const copy = shared.values[index];
      if (isTypedArray(value) && isTypedArray(copy) && value !== copy) copySet(value, copy);
    }
  });
}
