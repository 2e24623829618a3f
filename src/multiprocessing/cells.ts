/**
 * What a `Value` keeps its number in: two words of its shared object, one class for each family of typecodes. This file has
 * those that `Atomics` reads, writes and changes; float-cells.ts has the others.
 */

import { inspect } from 'node:util';
import { VALUE } from '../runtime/kind.js';
import { close, shared, type SharedObject } from '../runtime/shared-object.js';
import { checkElement, type Layout, type View, type ViewClass } from './typecodes.js';

/** Word of the object from which on the value is; even, so that 8 bytes are aligned. */
const VALUE_WORD = 20;

type Integers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;
type BigInts = BigInt64Array | BigUint64Array;

/** The shared object of a cell. */
export let objectOf: (cell: Cell) => SharedObject;

/**
 * What all cells have in common. Each class keeps the object and its view of it once more for itself: then its methods have
 * to do with one shape of objects only, and cost what `Atomics` costs.
 */
export abstract class Cell {
  readonly #layout: Layout;
  readonly #object: SharedObject;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#object = shared(this, VALUE);
  }

  static {
    objectOf = (cell) => cell.#object;
  }

  /** The value now. Reading and writing are indivisible; `v.value++` is not: use `add`, or hold the lock. */
  abstract value: unknown;

  /** The letter it was made with. */
  get typecode(): string {
    return this.#layout.code;
  }

  /** Ends this thread's use of it now, instead of when it is collected; other threads keep it. Further calls do nothing. */
  close(): void {
    close(this, this.#object);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Value i=5]`, for messages. */
  toString(): string {
    return this.#object.isClosed ? '[Value closed]' : `[Value ${this.typecode}=${String(this.value)}]`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** A view of the value of an object. */
export function viewOf<V extends View>({ base, words }: SharedObject, Kind: ViewClass<V>): V {
  return new Kind(words.buffer as ArrayBuffer, (base + VALUE_WORD) * 4, 1);
}

/** Integers of up to 32 bits. They wrap around as typed arrays do. */
export class IntegerCell extends Cell {
  readonly #object: SharedObject;
  readonly #view: Integers;

  constructor(layout: Layout) {
    super(layout);
    this.#object = objectOf(this);
    this.#view = viewOf(this.#object, layout.View) as Integers;
  }

  get value(): number {
    this.#object.live();
    return Atomics.load(this.#view, 0);
  }

  set value(value: number) {
    checkElement('integer', 'value', value);
    this.#object.live();
    Atomics.store(this.#view, 0, value);
  }

  /** Adds `amount` in one step; returns the value before. */
  add(amount: number): number {
    if (typeof amount !== 'number') checkElement('integer', 'amount', amount);
    this.#object.live();
    return Atomics.add(this.#view, 0, amount);
  }

  /** Subtracts `amount` in one step; returns the value before. */
  sub(amount: number): number {
    if (typeof amount !== 'number') checkElement('integer', 'amount', amount);
    this.#object.live();
    return Atomics.sub(this.#view, 0, amount);
  }

  /** Sets a new value and returns the one before, in one step. */
  exchange(value: number): number {
    checkElement('integer', 'value', value);
    this.#object.live();
    return Atomics.exchange(this.#view, 0, value);
  }

  /** Sets `replacement` if the value is `expected`, in one step; returns the value before either way. */
  compareExchange(expected: number, replacement: number): number {
    checkElement('integer', 'expected', expected);
    checkElement('integer', 'replacement', replacement);
    this.#object.live();
    return Atomics.compareExchange(this.#view, 0, expected, replacement);
  }
}

/** Integers of 64 bits. They wrap around. */
export class BigIntCell extends Cell {
  readonly #object: SharedObject;
  readonly #view: BigInts;

  constructor(layout: Layout) {
    super(layout);
    this.#object = objectOf(this);
    this.#view = viewOf(this.#object, layout.View) as BigInts;
  }

  get value(): bigint {
    this.#object.live();
    return Atomics.load(this.#view, 0);
  }

  set value(value: bigint) {
    checkElement('bigint', 'value', value);
    this.#object.live();
    Atomics.store(this.#view, 0, value);
  }

  /** As `IntegerCell.add`. */
  add(amount: bigint): bigint {
    checkElement('bigint', 'amount', amount);
    this.#object.live();
    return Atomics.add(this.#view, 0, amount);
  }

  /** As `IntegerCell.sub`. */
  sub(amount: bigint): bigint {
    checkElement('bigint', 'amount', amount);
    this.#object.live();
    return Atomics.sub(this.#view, 0, amount);
  }

  /** As `IntegerCell.exchange`. */
  exchange(value: bigint): bigint {
    checkElement('bigint', 'value', value);
    this.#object.live();
    return Atomics.exchange(this.#view, 0, value);
  }

  /** As `IntegerCell.compareExchange`. */
  compareExchange(expected: bigint, replacement: bigint): bigint {
    checkElement('bigint', 'expected', expected);
    checkElement('bigint', 'replacement', replacement);
    this.#object.live();
    return Atomics.compareExchange(this.#view, 0, expected, replacement);
  }
}

/** Truth, as one byte. */
export class BooleanCell extends Cell {
  readonly #object: SharedObject;
  readonly #view: Uint8Array;

  constructor(layout: Layout) {
    super(layout);
    this.#object = objectOf(this);
    this.#view = viewOf(this.#object, layout.View) as Uint8Array;
  }

  get value(): boolean {
    this.#object.live();
    return Atomics.load(this.#view, 0) !== 0;
  }

  set value(value: boolean) {
    checkElement('boolean', 'value', value);
    this.#object.live();
    Atomics.store(this.#view, 0, value ? 1 : 0);
  }

  /** As `IntegerCell.exchange`. */
  exchange(value: boolean): boolean {
    checkElement('boolean', 'value', value);
    this.#object.live();
    return Atomics.exchange(this.#view, 0, value ? 1 : 0) !== 0;
  }

  /** As `IntegerCell.compareExchange`. */
  compareExchange(expected: boolean, replacement: boolean): boolean {
    checkElement('boolean', 'expected', expected);
    checkElement('boolean', 'replacement', replacement);
    this.#object.live();
    return Atomics.compareExchange(this.#view, 0, expected ? 1 : 0, replacement ? 1 : 0) !== 0;
  }
}
