/** `parallelFor`: the iterations of a loop on native threads. */

import { CompileError } from '../errors.js';
import { AsyncResult, fail, fulfil } from '../multiprocessing/async-result.js';
import { limitWork } from '../multiprocessing/limits.js';
import { describe } from '../multiprocessing/options.js';
import type { ValueMembers } from '../multiprocessing/value.js';
import { isMemory } from './arguments.js';
import { bitsFor, type Kernel, type KernelWish } from './compiler.js';
import { isTypedArray } from './elements.js';
import { Deadline, loopInWorkers } from './fallback.js';
import { asJitted, type Jitted } from './function.js';
import { type CheckedOptions, checkOptions, type ParallelForOptions } from './options.js';
import { inBackground, run, runSync, SharedValues } from './run.js';

/** What an iteration may be given besides its index. */
export type KernelArgument =
  | ArrayBufferView
  | ValueMembers<number>
  | ValueMembers<bigint>
  | ValueMembers<boolean>
  | number
  | boolean
  | bigint;

/** The body of a parallel loop. */
export type LoopBody<A extends readonly KernelArgument[]> = (i: number, ...args: A) => unknown;

interface Loop {
  readonly jitted: Jitted;
  readonly values: readonly unknown[];
  readonly options: CheckedOptions;
}

function prepare(n: number, body: unknown, rest: readonly unknown[]): Loop {
  if (typeof n !== 'number') throw new TypeError(`Expected \`n\` to be a number, got ${describe(n)}`);
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`Expected \`n\` to be an integer >= 0, got ${String(n)}`);
  const jitted = asJitted('kernel', body);
  const last = rest[rest.length - 1];
  const hasOptions = typeof last === 'object' && last !== null && !isMemory(last) && !ArrayBuffer.isView(last);
  const values = hasOptions ? rest.slice(0, -1) : rest;
  return { jitted, values, options: checkOptions(hasOptions ? (last as ParallelForOptions) : {}) };
}

function wishOf(n: number, { values, options }: Loop): KernelWish {
  return { entry: `for${bitsFor(n)}`, values, unsafe: options.unsafe };
}

/** The kernel, or nothing when it is to run as JavaScript. */
function compileOrFallBack(n: number, loop: Loop): Kernel | undefined {
  try {
    return loop.jitted.compiler.kernel(wishOf(n, loop));
  } catch (error) {
    if (error instanceof CompileError && loop.jitted.fallback === 'js') return undefined;
    throw error;
  }
}

/**
 * Calls `kernel(i, ...args)` for each `i` from 0 to `n - 1`, on native threads, in any order.
 *
 * Arguments are typed arrays, `Array`s and `Value`s, which the kernel reads and writes in place, numbers and booleans. Arrays
 * in shared memory are not copied; others are copied in, and back when the loop has ended, since they could be detached
 * meanwhile. Different iterations must write to different elements: this is proven from the source, or `{ unsafe: true }` is
 * given. A `Value` may be changed by all of them with `add`, `sub`, `exchange` and `compareExchange`.
 *
 * @param args the arguments, then options if wanted.
 * @returns resolves when all iterations have run. Rejects with `CompileError` when the kernel is outside of the subset or its
 * writes may collide, with `KernelError` when an index is outside of an array, with `TimeoutError`, or the signal's reason.
 * @example
 * const out = new Float64Array(new SharedArrayBuffer(8 * n));
 * await parallelFor(n, (i, a, out) => { out[i] = Math.sqrt(a[i]); }, a, out);
 */
export function parallelFor<A extends readonly KernelArgument[]>(n: number, kernel: LoopBody<A>, ...args: A): AsyncResult<undefined>;
export function parallelFor<A extends readonly KernelArgument[]>(
  n: number,
  kernel: LoopBody<A>,
  ...args: [...A, ParallelForOptions]
): AsyncResult<undefined>;
export function parallelFor(n: number, kernel: LoopBody<never>, ...args: unknown[]): AsyncResult<undefined> {
  const result = new AsyncResult<undefined>();
  try {
    const loop = prepare(n, kernel, args);
    const { jitted, values, options } = loop;
    const shared = new SharedValues(values);
    inBackground({
      result,
      shared,
      compile: (use, failed) => jitted.compiler.kernelLater(wishOf(n, loop), use, failed),
      start: (compiled) => begin(result, n, loop, compiled as Kernel, shared),
      fallBack: jitted.fallback === 'js' ? () => background(result, n, loop, shared) : undefined,
    });
    limitWork(result, options);
  } catch (error) {
    fail(result, error);
  }
  return result;
}

function begin(result: AsyncResult<undefined>, n: number, { options }: Loop, kernel: Kernel, shared: SharedValues): void {
  if (n === 0) {
    shared.release();
    fulfil(result, undefined);
    return;
  }
  shared.add(kernel.arrays);
  run(result, kernel, shared, n, options.threads, () => undefined);
}

/** As `parallelFor`, blocking this thread. Arrays are read and written in place whatever their memory. */
export function parallelForSync<A extends readonly KernelArgument[]>(n: number, kernel: LoopBody<A>, ...args: A): void;
export function parallelForSync<A extends readonly KernelArgument[]>(
  n: number,
  kernel: LoopBody<A>,
  ...args: [...A, ParallelForOptions]
): void;
export function parallelForSync(n: number, kernel: LoopBody<never>, ...args: unknown[]): void {
  const loop = prepare(n, kernel, args);
  const compiled = compileOrFallBack(n, loop);
  if (compiled !== undefined) {
    if (n > 0) runSync(compiled, [...loop.values, ...compiled.arrays], n, loop.options);
    return;
  }
  const deadline = new Deadline(loop.options.timeout);
  for (let i = 0; i < n; i++) {
    Reflect.apply(loop.jitted.fn, undefined, [i, ...loop.values]);
    deadline.check();
  }
}

/** The loop as JavaScript in workers, over shared copies. */
function background(result: AsyncResult<undefined>, n: number, { jitted, values, options }: Loop, shared: SharedValues): void {
  // A `Value` travels as itself, and arrays as what is shared of them.
  const given = values.map((value, index) => (isTypedArray(value) ? shared.values[index] : value));
  loopInWorkers(result, jitted.fn, given, n, options.threads, (isDone) => {
    if (isDone) shared.writeBack();
    shared.release();
  });
}
