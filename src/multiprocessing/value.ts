/** `Value`: one number in shared memory (Python's `multiprocessing.Value`). */

import { registerObject } from '../runtime/shared-object.js';
import type { RLock } from '../threading/rlock.js';
import { BigIntCell, BooleanCell, Cell, IntegerCell, objectOf } from './cells.js';
import { DoubleCell, SingleCell } from './float-cells.js';
import { type AnyLock, type Locked, lockedClass, lockSource, type LockSource } from './locked.js';
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
  /** Ends this thread's use of it, and of a lock of its own, now instead of when it is collected; other threads keep it. */
  close(): void;
}

/** What Values of numbers have. Integers wrap around, as the elements of typed arrays do. */
export interface Counting<T> {
  /** Adds `amount` in one step; returns the value before. */
  add(amount: T): T;
  /** Subtracts `amount` in one step; returns the value before. */
  sub(amount: T): T;
}

/** A number in shared memory without a lock. */
export type RawValue<C extends Typecode = Typecode> = ValueMembers<Element<C>> &
  (Element<C> extends boolean ? object : Counting<Element<C>>);

/** A number in shared memory; see the function `Value`. */
export type Value<C extends Typecode = Typecode, L extends AnyLock = RLock> = RawValue<C> & Locked<L>;

/** See `Value`. */
export interface ValueConstructor {
  new <C extends Typecode>(typecode: C, init: Element<C> | undefined, options: { lock: false }): RawValue<C>;
  new <C extends Typecode, L extends AnyLock = RLock>(typecode: C, init?: Element<C>, options?: { lock?: true | L }): Value<C, L>;
  <C extends Typecode>(typecode: C, init: Element<C> | undefined, options: { lock: false }): RawValue<C>;
  <C extends Typecode, L extends AnyLock = RLock>(typecode: C, init?: Element<C>, options?: { lock?: true | L }): Value<C, L>;
  [Symbol.hasInstance](value: unknown): value is RawValue;
}

type CellClass = new (layout: Layout) => Cell;
type GuardedClass = new (source: LockSource, layout: Layout) => Cell;

/** The classes without and with a lock, by layout. */
const classes = new Map<Layout, { readonly Raw: CellClass; readonly Guarded: GuardedClass }>();

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

function register(Raw: CellClass): GuardedClass {
  registerObject<Cell, string>(
    `polycore.Raw${Raw.name}`,
    Raw,
    (code) => new Raw(layoutOf(code)),
    objectOf,
    { pack: (cell) => cell.typecode },
  );
  const { Class, sourceOf } = lockedClass(Raw);
  const Guarded = Class as unknown as GuardedClass;
  registerObject<Cell, readonly [string, LockSource]>(
    `polycore.${Raw.name}`,
    Guarded,
    ([code, source]) => new Guarded(source, layoutOf(code)),
    objectOf,
    { pack: (cell) => [cell.typecode, sourceOf(cell)] },
  );
  return Guarded;
}

for (const layout of LAYOUTS) {
  const Raw = classFor(layout);
  const known = [...classes.values()].find((entry) => entry.Raw === Raw);
  classes.set(layout, known ?? { Raw, Guarded: register(Raw) });
}

/**
 * Makes a Value, with or without `new`.
 *
 * @param typecode see `Typecode`: `'i'` or `'int32'`, `'d'` or `'float64'`, … Values of `q` and `Q` are `bigint`s, of `?` booleans.
 * @param init the value at first; default: 0, or `false`.
 * @param options `lock`: `true` (default) gives it a `RLock` of its own, a `Lock` or `RLock` is used as its lock, `false` means
 * that it has none.
 * @throws {RangeError} for an unknown typecode; {TypeError} for an initial value of another kind, or a lock that is none.
 * @example
 * const done = Value('i', 0);
 * await pool.map((file: string) => { work(file); done.add(1); }, files);
 * console.log(done.value);
 */
export const Value = function (typecode: unknown, init?: unknown, options?: unknown): Cell {
  const layout = layoutOf(typecode);
  if (init !== undefined) checkElement(layout.family, 'init', init);
  const source = lockSource(options);
  const { Guarded, Raw } = classes.get(layout) as { Raw: CellClass; Guarded: GuardedClass };
  const cell = source === undefined ? new Raw(layout) : new Guarded(source, layout);
  if (init !== undefined) cell.value = init;
  return cell;
} as unknown as ValueConstructor;

Object.defineProperty(Value, 'name', { value: 'Value' });
Object.defineProperty(Value, Symbol.hasInstance, { value: (value: unknown) => value instanceof Cell });
