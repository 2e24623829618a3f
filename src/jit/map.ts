/** `pool.map(f, typedArray)` and `pool.starmap(f, [a, b, …])` of a compiled function: elementwise, on native threads. */

import { CompileError, TimeoutError } from '../errors.js';
import { AsyncResult, fail, fulfil } from '../multiprocessing/async-result.js';
import { limitWork } from '../multiprocessing/limits.js';
import { type MapOptions, mapOptions } from '../multiprocessing/options.js';
import type { PoolCore } from '../multiprocessing/pool-core.js';
import { binding } from '../native/binding.js';
import type { Kernel } from './compiler.js';
import { type ElementName, isTypedArray, numberOfName, sharedArray, sharedCopy, isShared, type TypedArray } from './elements.js';
import { mapInWorkers } from './fallback.js';
import type { Jitted } from './jitted.js';
import { run, runSync } from './run.js';

/** Options of a map of a compiled function. */
export interface NativeMapOptions<R = unknown, O extends ElementName = ElementName> extends MapOptions<R> {
  /** Type of the result's elements; default `'float64'` of numbers, `'uint8'` of booleans, `'bigint64'` of bigints. */
  output?: O;
}

interface Plan {
  readonly inputs: readonly TypedArray[];
  readonly length: number;
  readonly threads: number;
  readonly kernel: Kernel | undefined;
  readonly output: TypedArray;
}

function plan(core: PoolCore, jitted: Jitted, inputs: readonly unknown[], options: NativeMapOptions<never>): Plan {
  core.checkOpen(0);
  options.signal?.throwIfAborted();
  if (inputs.length === 0 || !inputs.every(isTypedArray)) {
    throw new TypeError('Expected typed arrays: a compiled function maps these only. Without jit(), map takes any iterable');
  }
  const length = inputs[0]!.length;
  const other = inputs.find((input) => input.length !== length);
  if (other !== undefined) {
    throw new RangeError(`Expected arrays of one length, got ${length} and ${other.length}`);
  }
  const number = options.output === undefined ? -1 : numberOfName(options.output);
  let kernel: Kernel | undefined;
  try {
    kernel = jitted.compiler.kernel({ entry: 'map', values: inputs, output: number });
  } catch (error) {
    if (!(error instanceof CompileError) || jitted.fallback !== 'js') throw error;
  }
  const type = kernel?.output ?? (number >= 0 ? number : numberOfName('float64'));
  const threads = Math.min(core.size, binding.jitThreads());
  return { inputs, length, threads, kernel, output: sharedArray(type, length) };
}

/** Maps in the background. The result rejects when anything is wrong. */
export function nativeMap(
  core: PoolCore,
  jitted: Jitted,
  inputs: readonly unknown[],
  given: number | NativeMapOptions<never> | undefined,
): AsyncResult<unknown> {
  const result = new AsyncResult<unknown>();
  let options: NativeMapOptions<never> = {};
  try {
    options = mapOptions(given) as NativeMapOptions<never>;
    const { inputs: arrays, kernel, output, length, threads } = plan(core, jitted, inputs, options);
    limitWork(result, options);
    if (length === 0) {
      fulfil(result, output);
    } else if (kernel === undefined) {
      const shared = arrays.map((array) => (isShared(array) ? array : sharedCopy(array)));
      mapInWorkers(result, jitted.fn, shared as ArrayLike<unknown>[], output as ArrayLike<unknown>, threads);
    } else {
      const running = run(result, kernel, [...arrays, ...kernel.arrays, output], length, threads, () => {
        options.onProgress?.({ done: length, total: length });
        return output;
      });
      core.began(running);
    }
  } catch (error) {
    if (fail(result, error)) options.errorCallback?.(error);
  }
  return result;
}

/** Maps, blocking this thread. */
export function nativeMapSync(
  core: PoolCore,
  jitted: Jitted,
  inputs: readonly unknown[],
  given: number | NativeMapOptions<never> | undefined,
): TypedArray {
  const options = mapOptions(given) as NativeMapOptions<never>;
  const { inputs: arrays, kernel, output, length, threads } = plan(core, jitted, inputs, options);
  if (kernel === undefined) {
    const target = output as { [index: number]: unknown };
    const end = performance.now() + (options.timeout ?? Number.POSITIVE_INFINITY);
    for (let i = 0; i < length; i++) {
      target[i] = Reflect.apply(jitted.fn, undefined, arrays.map((array) => array[i])) as unknown;
      if (performance.now() > end) throw new TimeoutError(`The task did not end within ${options.timeout} ms`);
    }
  } else if (length > 0) {
    runSync(kernel, [...arrays, ...kernel.arrays, output], length, { threads, timeout: options.timeout });
  }
  options.callback?.(output as never);
  return output;
}
