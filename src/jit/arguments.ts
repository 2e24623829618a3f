/** What kernels take besides numbers: typed arrays, and `Value`s, whose number is an array of one element to the compiler. */

import { Cell, objectOf, viewOf } from '../multiprocessing/cells.js';
import { layoutOf } from '../multiprocessing/typecodes.js';
import { objectBehind } from '../runtime/shared-block.js';
import type { SharedObject } from '../runtime/shared-object.js';
import { isTypedArray, type TypedArray } from './elements.js';

/** A typed array or a `Value`. */
export type Memory = TypedArray | Cell;

/** How the text of a function names the memory: an array, a `Value`, a `Value` of truth; see `JitRequest` of the addon. */
export type Shape = 0 | 1 | 2;

/** Whether a value is memory that a kernel reads and writes in place. */
export function isMemory(value: unknown): value is Memory {
  return isTypedArray(value) || value instanceof Cell;
}

/** See `Shape`. */
export function shapeOf(memory: Memory): Shape {
  if (!(memory instanceof Cell)) return 0;
  return layoutOf(memory.typecode).family === 'boolean' ? 2 : 1;
}

/** The array that compiled code is given. @throws {StaleHandleError} when a `Value` was closed. */
export function arrayOf(memory: Memory): TypedArray {
  return memory instanceof Cell ? viewOf(objectOf(memory).live(), layoutOf(memory.typecode).View) : memory;
}

/** The shared object that has to be kept while a kernel runs, if there is one. */
export function ownerOf(memory: Memory): SharedObject | undefined {
  if (memory instanceof Cell) return objectOf(memory);
  return memory.buffer instanceof SharedArrayBuffer ? undefined : objectBehind(memory.buffer as ArrayBuffer);
}

/** What compiled code is given for these arguments. */
export function passed(values: readonly unknown[]): unknown[] {
  return values.map((value) => (value instanceof Cell ? arrayOf(value) : value));
}
