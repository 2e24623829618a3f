/** Which functions were given to `jit`: asked by whoever is given a function, also where nothing was ever compiled. */

import type { Compiler } from './compiler.js';

/** What belongs to a function given to `jit`. */
export interface Jitted {
  readonly fn: Function;
  readonly compiler: Compiler;
  readonly fallback: 'throw' | 'js';
}

const wrappers = new WeakMap<Function, Jitted>();

/** `wrapper` is what the user has of it. */
export function mark(wrapper: Function, jitted: Jitted): void {
  wrappers.set(wrapper, jitted);
}

/** What belongs to a function that was given to `jit`. */
export function jittedOf(fn: unknown): Jitted | undefined {
  return typeof fn === 'function' ? wrappers.get(fn) : undefined;
}
