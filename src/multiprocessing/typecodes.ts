/**
 * Typecodes: how the elements of a `Value` or `Array` are stored. Python's letters and the names of the typed arrays.
 *
 * `l` and `L` have 32 bits, as C's `long` on Windows: those of 64 bits are `q` and `Q`, whose elements are `bigint`s.
 */

import { describe } from './options.js';

/** What is kept in one element. */
export type Family = 'integer' | 'bigint' | 'float' | 'boolean';

/** The typed array of each typecode. */
export interface Views {
  c: Uint8Array<ArrayBuffer>;
  b: Int8Array<ArrayBuffer>;
  B: Uint8Array<ArrayBuffer>;
  h: Int16Array<ArrayBuffer>;
  H: Uint16Array<ArrayBuffer>;
  i: Int32Array<ArrayBuffer>;
  I: Uint32Array<ArrayBuffer>;
  l: Int32Array<ArrayBuffer>;
  L: Uint32Array<ArrayBuffer>;
  q: BigInt64Array<ArrayBuffer>;
  Q: BigUint64Array<ArrayBuffer>;
  f: Float32Array<ArrayBuffer>;
  d: Float64Array<ArrayBuffer>;
  '?': Uint8Array<ArrayBuffer>;
  int8: Int8Array<ArrayBuffer>;
  uint8: Uint8Array<ArrayBuffer>;
  int16: Int16Array<ArrayBuffer>;
  uint16: Uint16Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  uint32: Uint32Array<ArrayBuffer>;
  int64: BigInt64Array<ArrayBuffer>;
  uint64: BigUint64Array<ArrayBuffer>;
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
}

/**
 * A letter or a name: `c B uint8`, `b int8`, `h int16`, `H uint16`, `i l int32`, `I L uint32`, `q int64`, `Q uint64`,
 * `f float32`, `d float64`, `? bool`.
 */
export type Typecode = keyof Views;

/** What one element of this typecode is in JavaScript, as the `value` of a `Value`. */
export type Element<C extends Typecode> = C extends 'q' | 'Q' | 'int64' | 'uint64'
  ? bigint
  : C extends '?' | 'bool'
    ? boolean
    : number;

/** Any typed array that elements are kept in. */
export type View = Views[Typecode];

/** A class of them. */
export interface ViewClass<V extends View = View> {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, offset?: number, length?: number): V;
}

/** How the elements of a typecode are kept. */
export interface Layout {
  /** The letter. */
  readonly code: Letter;
  readonly family: Family;
  readonly View: ViewClass;
}

type Letter = 'c' | 'b' | 'B' | 'h' | 'H' | 'i' | 'I' | 'l' | 'L' | 'q' | 'Q' | 'f' | 'd' | '?';

function layout(code: Letter, family: Family, View: unknown): Layout {
  return { code, family, View: View as ViewClass };
}

const LETTERS: readonly Layout[] = [
  layout('c', 'integer', Uint8Array),
  layout('b', 'integer', Int8Array),
  layout('B', 'integer', Uint8Array),
  layout('h', 'integer', Int16Array),
  layout('H', 'integer', Uint16Array),
  layout('i', 'integer', Int32Array),
  layout('I', 'integer', Uint32Array),
  layout('l', 'integer', Int32Array),
  layout('L', 'integer', Uint32Array),
  layout('q', 'bigint', BigInt64Array),
  layout('Q', 'bigint', BigUint64Array),
  layout('f', 'float', Float32Array),
  layout('d', 'float', Float64Array),
  layout('?', 'boolean', Uint8Array),
];

const NAMES: Readonly<Record<string, Letter>> = {
  int8: 'b', uint8: 'B', int16: 'h', uint16: 'H', int32: 'i', uint32: 'I', int64: 'q', uint64: 'Q',
  float32: 'f', float64: 'd', bool: '?',
};

const layouts = new Map<unknown, Layout>(LETTERS.map((entry) => [entry.code, entry]));
for (const [name, letter] of Object.entries(NAMES)) layouts.set(name, layouts.get(letter) as Layout);

/** All layouts, one for each letter. */
export const LAYOUTS = LETTERS;

/**
 * The layout of a typecode.
 *
 * @throws {TypeError} when it is no string; {RangeError} when there is no such typecode.
 */
export function layoutOf(typecode: unknown): Layout {
  const found = layouts.get(typecode);
  if (found !== undefined) return found;
  if (typeof typecode !== 'string') throw new TypeError(`Expected \`typecode\` to be a string, got ${describe(typecode)}`);
  throw new RangeError(`Expected \`typecode\` to be one of ${[...layouts.keys()].join(' ')}, got ${describe(typecode)}`);
}

/** @throws {TypeError} when `value` is no element of this family. Booleans may be given as numbers. */
export function checkElement(family: Family, name: string, value: unknown): void {
  const wanted = family === 'bigint' || family === 'boolean' ? family : 'number';
  const type = typeof value;
  if (type === wanted || (family === 'boolean' && type === 'number')) return;
  throw new TypeError(`Expected \`${name}\` to be a ${wanted}, got ${describe(value)}`);
}
