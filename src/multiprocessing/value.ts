/** `Value`: one number in shared memory (Python's `multiprocessing.Value`). */

import { registerObject } from '../runtime/shared-object.js';
import { BigIntCell, BooleanCell, Cell, IntegerCell, objectOf } from './cells.js';
import { DoubleCell, SingleCell } from './float-cells.js';
import { checkElement, type Element, type Layout, LAYOUTS, layoutOf, type Typecode } from './typecodes.js';

/** What every Value has. */
export interface ValueMembers<T> extends Disposable {
  /** The value now. Reading and writing are indivisible; `v.value++` is not: use `add`, or hold the lock. */
  value: T;
  /** The letter it was made with. */
  readonly typecode: string;
  /** Sets a new value and returns the one before, in one step. */
  exchange(value: T): T;
  /** Sets `replacement` if the value is `expected` (as `Object.is` says), in one step; returns the value before either way. */
  compareExchange(expected: T, replacement: T): T;
  /** Ends this thread's use of it now, instead of when it is collected; other threads keep it. */
  close(): void;
}

/** What Values of numbers have. Integers wrap around, as the elements of typed arrays do. */
export interface Counting<T> {
  /** Adds `amount` in one step; returns the value before. */
  add(amount: T): T;
  /** Subtracts `amount` in one step; returns the value before. */
  sub(amount: T): T;
}

/** A number in shared memory; see the function `Value`. */
export type Value<C extends Typecode = Typecode> = ValueMembers<Element<C>> &
  (Element<C> extends boolean ? object : Counting<Element<C>>);

/** See `Value`. */
export interface ValueConstructor {
  new <C extends Typecode>(typecode: C, init?: Element<C>): Value<C>;
  <C extends Typecode>(typecode: C, init?: Element<C>): Value<C>;
  [Symbol.hasInstance](value: unknown): value is Value;
}

type CellClass = new (layout: Layout) => Cell;

const classes = new Map<Layout, CellClass>(LAYOUTS.map((layout) => [layout, classFor(layout)]));

function classFor({ code, family }: Layout): CellClass {
  switch (family) {
    case 'integer':
      return IntegerCell;
    case 'bigint':
      return BigIntCell;
    case 'boolean':
      return BooleanCell;
    case 'float':
      return code === 'f' ? SingleCell : DoubleCell;
  }
}

for (const Class of new Set(classes.values())) {
  registerObject<Cell, string>(
    `polycore.${Class.name}`,
    Class,
    (code) => new Class(layoutOf(code)),
    objectOf,
    (cell) => cell.typecode,
  );
}

/**
 * Makes a Value, with or without `new`.
 *
 * @param typecode see `Typecode`: `'i'` or `'int32'`, `'d'` or `'float64'`, … Values of `q` and `Q` are `bigint`s, of `?` booleans.
 * @param init the value at first; default: 0, or `false`.
 * @throws {RangeError} for an unknown typecode; {TypeError} for an initial value of another kind.
 * @example
 * const done = Value('i', 0);
 * await pool.map((file: string) => { work(file); done.add(1); }, files);
 * console.log(done.value);
 */
export const Value = function (typecode: unknown, init?: unknown): Cell {
  const layout = layoutOf(typecode);
  if (init !== undefined) checkElement(layout.family, 'init', init);
  const cell = new (classes.get(layout) as CellClass)(layout);
  if (init !== undefined) cell.value = init;
  return cell;
} as unknown as ValueConstructor;

Object.defineProperty(Value, 'name', { value: 'Value' });
Object.defineProperty(Value, Symbol.hasInstance, { value: (value: unknown) => value instanceof Cell });
