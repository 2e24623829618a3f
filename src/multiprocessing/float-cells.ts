/**
 * Floats of a `Value`. `Atomics` has nothing for them, so they are changed by a compare-and-swap of their bits: lock-free,
 * it is repeated only when another thread has changed the value meanwhile. They are read and written as they are, which is
 * indivisible on every machine that Node runs on.
 */

import type { SharedObject } from '../runtime/shared-object.js';
import { Cell, objectOf, viewOf } from './cells.js';
import { checkElement, type Layout } from './typecodes.js';

/** A float of 32 bits, and its bits. */
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
/** A float of 64 bits, and its bits. */
const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** Floats of 32 bits. */
export class SingleCell extends Cell {
  readonly #object: SharedObject;
  readonly #view: Float32Array;
  readonly #bits: Int32Array;

  constructor(layout: Layout) {
    super(layout);
    this.#object = objectOf(this);
    this.#view = viewOf(this.#object, Float32Array);
    this.#bits = viewOf(this.#object, Int32Array);
  }

  get value(): number {
    this.#object.live();
    return this.#view[0] as number;
  }

  set value(value: number) {
    checkElement('float', 'value', value);
    this.#object.live();
    this.#view[0] = value;
  }

  /** Adds `amount` in one step; returns the value before. */
  add(amount: number): number {
    checkElement('float', 'amount', amount);
    this.#object.live();
    const bits = this.#bits;
    for (;;) {
      const before = Atomics.load(bits, 0);
      singleBits[0] = before;
      const value = single[0] as number;
      single[0] = value + amount;
      if (Atomics.compareExchange(bits, 0, before, singleBits[0]) === before) return value;
    }
  }

  /** Subtracts `amount` in one step; returns the value before. */
  sub(amount: number): number {
    checkElement('float', 'amount', amount);
    return this.add(-amount);
  }

  /** Sets a new value and returns the one before, in one step. */
  exchange(value: number): number {
    checkElement('float', 'value', value);
    this.#object.live();
    single[0] = value;
    singleBits[0] = Atomics.exchange(this.#bits, 0, singleBits[0] as number);
    return single[0];
  }

  /**
   * Sets `replacement` if the value is `expected`, in one step; returns the value before either way. They are compared as
   * `Object.is` does, once `expected` has been rounded to 32 bits.
   */
  compareExchange(expected: number, replacement: number): number {
    checkElement('float', 'expected', expected);
    checkElement('float', 'replacement', replacement);
    this.#object.live();
    const bits = this.#bits;
    const wanted = Math.fround(expected);
    for (;;) {
      const before = Atomics.load(bits, 0);
      singleBits[0] = before;
      const value = single[0] as number;
      if (!Object.is(value, wanted)) return value;
      single[0] = replacement;
      if (Atomics.compareExchange(bits, 0, before, singleBits[0]) === before) return value;
    }
  }
}

/** Floats of 64 bits. */
export class DoubleCell extends Cell {
  readonly #object: SharedObject;
  readonly #view: Float64Array;
  readonly #bits: BigInt64Array;

  constructor(layout: Layout) {
    super(layout);
    this.#object = objectOf(this);
    this.#view = viewOf(this.#object, Float64Array);
    this.#bits = viewOf(this.#object, BigInt64Array);
  }

  get value(): number {
    this.#object.live();
    return this.#view[0] as number;
  }

  set value(value: number) {
    checkElement('float', 'value', value);
    this.#object.live();
    this.#view[0] = value;
  }

  /** As `SingleCell.add`. */
  add(amount: number): number {
    checkElement('float', 'amount', amount);
    this.#object.live();
    const bits = this.#bits;
    for (;;) {
      const before = Atomics.load(bits, 0);
      doubleBits[0] = before;
      const value = double[0] as number;
      double[0] = value + amount;
      if (Atomics.compareExchange(bits, 0, before, doubleBits[0]) === before) return value;
    }
  }

  /** As `SingleCell.sub`. */
  sub(amount: number): number {
    checkElement('float', 'amount', amount);
    return this.add(-amount);
  }

  /** As `SingleCell.exchange`. */
  exchange(value: number): number {
    checkElement('float', 'value', value);
    this.#object.live();
    double[0] = value;
    doubleBits[0] = Atomics.exchange(this.#bits, 0, doubleBits[0] as bigint);
    return double[0];
  }

  /** As `SingleCell.compareExchange`, without rounding. */
  compareExchange(expected: number, replacement: number): number {
    checkElement('float', 'expected', expected);
    checkElement('float', 'replacement', replacement);
    this.#object.live();
    const bits = this.#bits;
    for (;;) {
      const before = Atomics.load(bits, 0);
      doubleBits[0] = before;
      const value = double[0] as number;
      if (!Object.is(value, expected)) return value;
      double[0] = replacement;
      if (Atomics.compareExchange(bits, 0, before, doubleBits[0]) === before) return value;
    }
  }
}
