/**
 * Steps that are loops of compiled code around a function of the user, which is compiled into them.
 *
 * The loops are functions here that capture the user's one, in the subset of docs/jit.md; as each iteration is a whole block of
 * elements, nobody proves that they stay apart. Sizes are passed in arrays: a number would be compiled anew for each magnitude.
 */

import { asJitted, jitAround, type NumericFunction } from '../jit/function.js';
import type { AsyncResult } from '../multiprocessing/async-result.js';
import { parallelFor, parallelForSync } from '../jit/machine.js';
import type { LoopBody } from '../jit/parallel-for.js';
import { type Step, type Steps, step } from './steps.js';

/** A loop's body: the number of the iteration, then arrays. */
export type Body = LoopBody<never>;

/** Calls `body(i, ...arrays)` for each `i` below `count`. */
export function loop(body: Body, count: number, ...arrays: ArrayBufferView[]): Steps<void> {
  return step(new LoopStep(body, count, arrays));
}

class LoopStep implements Step<void> {
  readonly #body: LoopBody<ArrayBufferView[]>;
  readonly #count: number;
  readonly #arrays: ArrayBufferView[];

  constructor(body: Body, count: number, arrays: ArrayBufferView[]) {
    this.#body = body as LoopBody<ArrayBufferView[]>;
    this.#count = count;
    this.#arrays = arrays;
  }

  begin(threads: number): AsyncResult<void> {
    return parallelFor(this.#count, this.#body, ...this.#arrays, { unsafe: true, threads }) as AsyncResult<void>;
  }

  block(threads: number, timeout: number | undefined): void {
    const limit = timeout === undefined ? {} : { timeout };
    parallelForSync(this.#count, this.#body, ...this.#arrays, { unsafe: true, threads, ...limit });
  }
}

/**
 * The loops around functions of the user, made once for each function.
 *
 * @param algorithm its name, for `explain()`.
 * @param as the name under which the loops capture the user's function; they capture nothing else.
 * @param make makes them around one function.
 */
export class Around<F extends NumericFunction, L extends Record<string, Body>> {
  readonly #algorithm: string;
  readonly #as: string;
  readonly #make: (fn: F) => L;
  readonly #loops = new WeakMap<NumericFunction, L>();

  constructor(algorithm: string, as: string, make: (fn: F) => L) {
    this.#algorithm = algorithm;
    this.#as = as;
    this.#make = make;
  }

  /** @throws {TypeError} when `fn`, named so, is no function. */
  loops(name: string, fn: F): L {
    const jitted = asJitted(name, fn);
    // By what was given: the same function may have been marked in different ways.
    let loops = this.#loops.get(fn);
    if (loops === undefined) {
      const made = Object.entries(this.#make(jitted.fn as F)).map(
        ([key, body]) => [key, jitAround(jitted, `${this.#algorithm}.${key}`, this.#as, body)] as const,
      );
      loops = Object.fromEntries<Body>(made) as L;
      this.#loops.set(fn, loops);
    }
    return loops;
  }
}
