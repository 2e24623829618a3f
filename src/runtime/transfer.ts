/** `transfer`: says of a result which of its buffers are to be moved instead of copied. */

import type { PayloadOptions } from './payload.js';

const marked = new WeakMap<object, readonly ArrayBuffer[]>();
/** Values marked and not yet sent: mostly none, and then no list of results need be searched. */
let marks = 0;
const RESULT: PayloadOptions = { path: 'result' };

/**
 * Returns `value`, and when it is the result of a task, its `buffers` are moved to the caller instead of copied: they are
 * detached in the worker. A large `Buffer` that the task was given, or made, so travels back without a copy.
 *
 * @param buffers `ArrayBuffer`s that `value` refers to.
 * @example
 * await pool.apply((bytes: Buffer) => {
 *   bytes.reverse();
 *   return transfer(bytes, [bytes.buffer]);
 * }, [bytes]);
 */
export function transfer<T extends object>(value: T, buffers: readonly ArrayBufferLike[]): T {
  if (typeof value !== 'object' || value === null) throw new TypeError(`Expected \`value\` to be an object, got ${typeof value}`);
  if (!Array.isArray(buffers)) throw new TypeError('Expected `buffers` to be an array of ArrayBuffers');
  if (!marked.has(value)) marks++;
  marked.set(value, buffers as readonly ArrayBuffer[]);
  return value;
}

/** How a result is to be written. */
export function resultOptions(value: unknown): PayloadOptions {
  return marks === 0 ? RESULT : optionsFor([value]);
}

/** How the results of a chunk are to be written. */
export function resultsOptions(values: readonly unknown[]): PayloadOptions {
  return marks === 0 ? RESULT : optionsFor(values);
}

function optionsFor(values: readonly unknown[]): PayloadOptions {
  const buffers = values.flatMap((value) => {
    const own = typeof value === 'object' && value !== null ? marked.get(value) : undefined;
    if (own === undefined) return [];
    marked.delete(value as object);
    marks--;
    return own;
  });
  return buffers.length === 0 ? RESULT : { ...RESULT, transfer: [...new Set(buffers)] };
}
