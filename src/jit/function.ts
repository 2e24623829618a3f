/** `jit(fn)`: a function that runs as machine code where polycore runs it, and as JavaScript where it is called. */

import { setRebuilding } from '../pickle/index.js';
import type { Knowledge } from './captured.js';
import type { Compiler } from './compiler.js';
import type { Explanation } from './explain.js';
import { explain, makeCompiler } from './machine.js';

/** Any function of numbers, booleans and typed arrays. */
export type NumericFunction = (...args: never[]) => unknown;

/** Options of `jit`. */
export interface JitOptions {
  /**
   * What happens when the function is outside of the subset, or memory cannot be made executable: `'throw'` (default) a
   * `CompileError`, or `'js'`: it runs as JavaScript, in workers where the call is awaited.
   */
  fallback?: 'throw' | 'js';
  /** Whether loops may use vector registers; default true. Results are the same. */
  vectorize?: boolean;
}

/** A function given to `jit`. Called directly it is the JavaScript function it was made of. */
export type JitFunction<F extends NumericFunction> = F & {
  /**
   * What the compiler has made of it so far: one report for each combination of argument types it was used with, and for each
   * loop of `sort`, `scan` and `filter` with it inside. Not those of other functions that call it: these have their own.
   */
  explain(): Explanation;
};

/** What belongs to a function given to `jit`. */
export interface Jitted {
  readonly fn: Function;
  readonly compiler: Compiler;
  readonly fallback: 'throw' | 'js';
  /** Loops of algorithms with the function inside. */
  readonly loops: Loop[];
}

/** A loop of this package around a function of the user. */
export interface Loop {
  /** For `explain()`: the algorithm, and which of its loops. */
  readonly name: string;
  /** The name under which the user's function is captured; the loop captures nothing else. */
  readonly as: string;
  readonly jitted: Jitted;
}

/** The compiler is made when it is first asked for. */
class Marked implements Jitted {
  readonly fn: Function;
  readonly fallback: 'throw' | 'js';
  readonly loops: Loop[] = [];
  readonly #vectorize: boolean;
  #compiler: Compiler | undefined;

  constructor(fn: Function, fallback: 'throw' | 'js', vectorize: boolean) {
    this.fn = fn;
    this.fallback = fallback;
    this.#vectorize = vectorize;
  }

  get compiler(): Compiler {
    return (this.#compiler ??= makeCompiler(this.fn, knowledge, this.#vectorize));
  }
}

const wrappers = new WeakMap<Function, Jitted>();
const plain = new WeakMap<Function, Jitted>();
/** Of loops of this package around a function of the user: what they capture. */
const captured = new WeakMap<Function, Readonly<Record<string, unknown>>>();

const knowledge: Knowledge = { unwrap, capturedBy: (fn) => captured.get(fn) };

function unwrap(fn: Function): Function {
  return wrappers.get(fn)?.fn ?? fn;
}

/**
 * Marks a function for compilation to machine code. It is compiled when `pool.map`, `parallelFor` or `parallelReduce` first
 * meets it with arguments of some types, and again for others. docs/jit.md lists what it may contain.
 *
 * @throws {TypeError} when `fn` is no function; {RangeError} for an unknown option value.
 * @example
 * const f = jit((x: number) => Math.sqrt(x) * 2);
 * const roots = await pool.map(f, new Float64Array([1, 4, 9])); // a Float64Array in shared memory
 */
export function jit<F extends NumericFunction>(fn: F, options: JitOptions = {}): JitFunction<F> {
  if (typeof fn !== 'function') throw new TypeError(`Expected \`fn\` to be a function, got ${typeof fn}`);
  if (typeof options !== 'object' || options === null) throw new TypeError('Expected `options` to be an object');
  const { fallback = 'throw', vectorize = true } = options;
  if (fallback !== 'throw' && fallback !== 'js') {
    throw new RangeError(`Expected \`fallback\` to be 'throw' or 'js', got ${String(fallback)}`);
  }
  if (typeof vectorize !== 'boolean') throw new TypeError(`Expected \`vectorize\` to be a boolean, got ${typeof vectorize}`);
  const target = unwrap(fn);
  const jitted = new Marked(target, fallback, vectorize);
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(target, this, args);
  };
  Object.defineProperty(wrapper, 'name', { value: target.name, configurable: true });
  Object.defineProperty(wrapper, 'length', { value: target.length, configurable: true });
  Object.defineProperty(wrapper, 'explain', { value: () => explain(jitted), configurable: true });
  wrappers.set(wrapper, jitted);
  setRebuilding(wrapper, () => [jit, [target, { fallback, vectorize }]]);
  return wrapper as unknown as JitFunction<F>;
}

/**
 * Compiles a loop of this package around a function of the user, with the fallback that this has.
 *
 * @param name see `Loop`, as for `as`.
 */
export function jitAround<F extends NumericFunction>(jitted: Jitted, name: string, as: string, body: F): JitFunction<F> {
  captured.set(body, { [as]: jitted.fn });
  const loop = jit(body, { fallback: jitted.fallback });
  jitted.loops.push({ name, as, jitted: asJitted(name, loop) });
  return loop;
}

/** What belongs to a function that was given to `jit`. */
export function jittedOf(fn: unknown): Jitted | undefined {
  return typeof fn === 'function' ? wrappers.get(fn) : undefined;
}

/** The same for a function that need not have been given to `jit`: it is compiled all the same, and remembered. */
export function asJitted(name: string, fn: unknown): Jitted {
  if (typeof fn !== 'function') throw new TypeError(`Expected \`${name}\` to be a function, got ${typeof fn}`);
  let jitted = wrappers.get(fn) ?? plain.get(fn);
  if (jitted === undefined) {
    jitted = new Marked(fn, 'throw', true);
    plain.set(fn, jitted);
  }
  return jitted;
}
