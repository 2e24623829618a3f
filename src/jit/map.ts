/** `pool.map(f, typedArray)` and `pool.starmap(f, [a, b, …])` of a compiled function: elementwise, on native threads. */

import { CompileError } from '../errors.js';
import { AsyncResult, fulfil } from '../multiprocessing/async-result.js';
import { callBack, limitWork, progress, refuse } from '../multiprocessing/limits.js';
import { checkApply, checkIterable, type MapOptions, mapOptions } from '../multiprocessing/options.js';
import type { PoolCore } from '../multiprocessing/pool-core.js';
import { binding } from '../native/binding.js';
import type { Kernel, KernelWish } from './compiler.js';
import { type ElementName, isTypedArray, numberOfName, sharedArray, type TypedArray } from './elements.js';
import { Deadline, mapInWorkers } from './fallback.js';
import type { Jitted } from './function.js';
import { inBackground, run, runSync, SharedValues } from './run.js';

/** Options of a map of a compiled function. */
export interface NativeMapOptions<R = unknown, O extends ElementName = ElementName> extends MapOptions<R> {
  /** Type of the result's elements; default `'float64'` of numbers, `'uint8'` of booleans, `'bigint64'` of bigints. */
  output?: O;
}

interface Plan {
  readonly inputs: readonly TypedArray[];
  readonly length: number;
  readonly threads: number;
  readonly wish: KernelWish;
}

function plan(core: PoolCore, given: Iterable<unknown>, options: NativeMapOptions<never>): Plan {
  checkIterable(given, 'sync');
  checkApply(options);
  core.checkOpen(0);
  options.signal?.throwIfAborted();
  const inputs = [...given];
  if (inputs.length === 0 || !inputs.every(isTypedArray)) {
    throw new TypeError('Expected typed arrays: a compiled function maps these only. Without jit(), map takes any iterable');
  }
  const length = inputs[0]!.length;
  const other = inputs.find((input) => input.length !== length);
  if (other !== undefined) {
    throw new RangeError(`Expected arrays of one length, got ${length} and ${other.length}`);
  }
  const output = options.output === undefined ? -1 : numberOfName(options.output);
  const threads = Math.min(core.size, binding.jitThreads());
  return { inputs, length, threads, wish: { entry: 'map', values: inputs, output } };
}

/** An array for the results; of a function that is not compiled, of doubles unless the option says otherwise. */
function outputFor({ length, wish: { output = -1 } }: Plan, kernel?: Kernel): TypedArray {
  return sharedArray(kernel?.output ?? (output >= 0 ? output : numberOfName('float64')), length);
}

/** Maps in the background. The result rejects when anything is wrong. */
export function nativeMap(
  core: PoolCore,
  { compiler, fallback, fn }: Jitted,
  inputs: Iterable<unknown>,
  given: number | NativeMapOptions<never> | undefined,
): AsyncResult<unknown> {
  const result = new AsyncResult<unknown>();
  try {
    const options = mapOptions<NativeMapOptions<never>>(given);
    const planned = plan(core, inputs, options);
    const { threads, wish } = planned;
    const shared = new SharedValues(planned.inputs);
    core.began(result);
    inBackground({
      result,
      shared,
      compile: (use, failed) => compiler.kernelLater(wish, use, failed),
      start: (compiled) => begin(result, planned, compiled as Kernel, shared, options),
      fallBack: fallback === 'js' ? () => mapInWorkers(result, fn, [...shared.values], outputFor(planned), threads, () => shared.release()) : undefined,
    });
    limitWork(result, options);
  } catch (error) {
    refuse(result, given, error);
  }
  return result;
}

function begin(result: AsyncResult<unknown>, planned: Plan, kernel: Kernel, shared: SharedValues, options: NativeMapOptions<never>): void {
  const { length, threads } = planned;
  const output = outputFor(planned, kernel);
  if (length === 0) {
    shared.release();
    fulfil(result, output);
    return;
  }
  shared.add([...kernel.arrays, output]);
  run(result, kernel, shared, length, threads, () => {
    progress(options, length, length);
    return output;
  });
}

/** Maps, blocking this thread. */
export function nativeMapSync(
  core: PoolCore,
  jitted: Jitted,
  inputs: Iterable<unknown>,
  given: number | NativeMapOptions<never> | undefined,
): TypedArray {
  const result = new AsyncResult<TypedArray>();
  try {
    const options = mapOptions<NativeMapOptions<never>>(given);
    const planned = plan(core, inputs, options);
    const output = mapHere(jitted, planned, options);
    callBack(result, options);
    fulfil(result, output);
  } catch (error) {
    refuse(result, given, error);
  }
  return result.getSync();
}

function mapHere(jitted: Jitted, planned: Plan, options: NativeMapOptions<never>): TypedArray {
  const { inputs: arrays, length, threads } = planned;
  const kernel = compileOrFallBack(jitted, planned.wish);
  const output = outputFor(planned, kernel);
  if (kernel === undefined) inJavaScript(jitted.fn, arrays, output, new Deadline(options.timeout));
  else if (length > 0) runSync(kernel, [...arrays, ...kernel.arrays, output], length, { threads, timeout: options.timeout });
  if (length > 0) progress(options, length, length);
  return output;
}

/** The kernel, or nothing when it is to run as JavaScript. */
function compileOrFallBack({ compiler, fallback }: Jitted, wish: KernelWish): Kernel | undefined {
  try {
    return compiler.kernel(wish);
  } catch (error) {
    if (error instanceof CompileError && fallback === 'js') return undefined;
    throw error;
  }
}

function inJavaScript(fn: Function, inputs: readonly TypedArray[], output: { [index: number]: unknown; length: number }, deadline: Deadline): void {
  for (let i = 0; i < output.length; i++) {
    output[i] = Reflect.apply(fn, undefined, inputs.map((input) => input[i])) as unknown;
    deadline.check();
  }
}
