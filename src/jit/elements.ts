/** Typed arrays by the number that Node-API, and with it the compiler, gives to their types. */

import { ARRAY } from '../runtime/kind.js';
import { createBlock, objectBehind } from '../runtime/shared-block.js';

/**
 * `Float16Array` where the `lib` of whoever compiles declares it, else `Otherwise`: an older TypeScript, and a newer one with an
 * older `lib`, need not know the type.
 */
export type HalfArray<Otherwise = never> = typeof globalThis extends { readonly Float16Array: { readonly prototype: infer A extends object } }
  ? A
  : Otherwise;

/** Any typed array; `Float16Array` is one of them where the `lib` of TypeScript has it (`esnext.float16`, `es2025`). */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | HalfArray;

/** What an element of a typed array is. */
export type ElementOf<A> = A extends { readonly [index: number]: infer T } ? T : never;

/** A class of typed arrays. */
export interface TypedArrayClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset?: number, length?: number): TypedArray;
}

/** Present from Node 24 on. */
const Float16 = (globalThis as { Float16Array?: TypedArrayClass }).Float16Array;

/** In the order of their numbers. */
const CLASSES: readonly (TypedArrayClass | undefined)[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  Float16,
];

/** Names of element types, as the option `output` takes them. */
export type ElementName =
  | 'int8'
  | 'uint8'
  | 'uint8clamped'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'bigint64'
  | 'biguint64';

/** Typed arrays by the name of their element type. */
export interface ArrayOf {
  int8: Int8Array;
  uint8: Uint8Array;
  uint8clamped: Uint8ClampedArray;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  float16: HalfArray<TypedArray>;
  float32: Float32Array;
  float64: Float64Array;
  bigint64: BigInt64Array;
  biguint64: BigUint64Array;
}

/** The array that a map gives, by what the function returns, unless `output` asks for another. */
export type MapResult<R> = R extends bigint ? BigInt64Array : R extends boolean ? Uint8Array : Float64Array;

/** Whether a value is a typed array (not a `DataView`). */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The number of an array's type. */
export function numberOf(array: TypedArray): number {
  const tag = array[Symbol.toStringTag] as string;
  return CLASSES.findIndex((cls) => cls?.name === tag);
}

/** The number of a type by its name. @throws {RangeError} when there is no such type here. */
export function numberOfName(name: ElementName): number {
  const wanted = `${name}array`;
  const number = CLASSES.findIndex((cls) => cls?.name.toLowerCase() === wanted);
  if (number < 0) throw new RangeError(`Expected \`output\` to be a type of typed arrays, got ${String(name)}`);
  return number;
}

/** The class of the arrays of a type. */
export function classOf(number: number): TypedArrayClass {
  return CLASSES[number] ?? Float64Array;
}

/** A new array in shared memory: it travels to other threads without being copied. */
export function sharedArray(number: number, length: number): TypedArray {
  const cls = classOf(number);
  return new cls(sharedMemory(length * cls.BYTES_PER_ELEMENT));
}

/** Of the region; when that is full, of the system: results that nobody needs are given back in turns of the event loop only. */
function sharedMemory(bytes: number): ArrayBufferLike {
  try {
    return createBlock(ARRAY, bytes);
  } catch (error) {
    if (error instanceof RangeError) return new SharedArrayBuffer(bytes);
    throw error;
  }
}

/** A copy in shared memory, which nobody can detach. */
export function sharedCopy(array: TypedArray): TypedArray {
  const copy = sharedArray(numberOf(array), array.length);
  copySet(copy, array);
  return copy;
}

/** `target.set(source)` of arrays of one type. */
export function copySet(target: TypedArray, source: TypedArray): void {
  (target as { set(source: unknown): void }).set(source);
}

/** Whether its memory is shared: a `SharedArrayBuffer`, or that of an `Array`. */
export function isShared({ buffer }: TypedArray): boolean {
  return buffer instanceof SharedArrayBuffer || objectBehind(buffer as ArrayBuffer)?.isClosed === false;
}
