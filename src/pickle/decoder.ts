/**
 * Bytes to values: the mirror of encoder.ts. Whatever the bytes are, it ends, and throws if no encoder wrote them.
 */

import { PicklingError } from '../errors.js';
import { readDoubles, readElements, readInt32s, readSparse } from './arrays.js';
import { readBigInt } from './boxes.js';
import { readMap, readSet } from './collections.js';
import { readError } from './error-codec.js';
import { readFunction } from './functions.js';
import { readDerived, readInstance, readReduced } from './instance-reader.js';
import { readLate } from './late.js';
import { ABSENT, define } from './property.js';
import { Reader, damaged } from './reader.js';
import { readWellKnownSymbol } from './symbols.js';
import { readStrings } from './strings.js';
import * as tags from './tags.js';

/** Gives a big payload by its index: a fresh buffer of exactly its size. */
export type PartReader = (index: number) => ArrayBuffer;

/** The keys of objects. */
interface Shape {
  readonly keys: readonly string[];
  /** Assigning to one of the keys may do something else than making a property. */
  readonly isRisky: boolean;
}

/** Stands for an object that does not exist yet. */
const UNRESOLVED: object = {};

/** `valueOf` is the shortest name in `Object.prototype`. */
const SHORTEST_INHERITED = 7;

export class Decoder {
  /** The primitives of the format. */
  readonly in: Reader;
  readonly #part: PartReader;
  readonly #objects: object[] = [];
  readonly #shapes: Shape[] = [];
  readonly #deferred: object[] = [];

  constructor(bytes: Uint8Array, part: PartReader, start = 0, end: number = bytes.length) {
    this.in = new Reader(bytes, start, end);
    this.#part = part;
  }

  /** Reads the root value and what was deferred. */
  run(): unknown {
    const value = this.value();
    for (let i = 0; i < this.#deferred.length; i += 1) this.#fill(this.#deferred[i]);
    if (this.in.left > 0) throw damaged('something follows its end');
    return value;
  }

  /** Reads any value. */
  value(): unknown {
    const tag = this.in.u8();
    if (tag < tags.SHORT_LATIN1) return this.#tagged(tag);
    if (tag < tags.SMALL_INT) return this.in.latin1(tag - tags.SHORT_LATIN1);
    if (tag < tags.SHAPE) return tag - tags.SMALL_INT;
    return this.#object(tag);
  }

  /** Gives the next number to an object, so that it can be referred to. */
  register(object: object): number {
    return this.#objects.push(object) - 1;
  }

  /** Takes the next number for an object that will exist later. */
  reserve(): number {
    return this.#objects.push(UNRESOLVED) - 1;
  }

  resolve(number: number, object: object): void {
    this.#objects[number] = object;
  }

  /** Reads the next part, by the index that follows. */
  part(): ArrayBuffer {
    return this.#part(this.in.uint());
  }

  u8(): number {
    return this.in.u8();
  }

  u32(): number {
    return this.in.u32();
  }

  f64(): number {
    return this.in.f64();
  }

  uint(): number {
    return this.in.uint();
  }

  string(): string {
    return this.in.string();
  }

  /** Values of one byte with a number in it, from SHAPE on. */
  #object(tag: number): unknown {
    if (tag < tags.SHORT_ARRAY) {
      const object = {};
      this.#objects.push(object);
      return this.#values(object, this.#shape(tag - tags.SHAPE));
    }
    if (tag < tags.SHORT_REF) return readElements(this, this.#new([]), tag - tags.SHORT_ARRAY);
    return this.#known(tag - tags.SHORT_REF);
  }

  #tagged(tag: number): unknown {
    switch (tag) {
      case tags.UNDEFINED:
        return undefined;
      case tags.NULL:
        return null;
      case tags.TRUE:
        return true;
      case tags.FALSE:
        return false;
      case tags.INT:
        return this.in.int();
      case tags.DOUBLE:
        return this.in.f64();
      case tags.LATIN1:
        return this.in.latin1(this.in.uint());
      case tags.UTF16:
        return this.in.utf16();
      case tags.OBJECT:
        return this.#values(this.#new({}), this.#newShape());
      case tags.REF:
        return this.#known(this.in.uint());
      case tags.HOLE:
        return ABSENT;
      default:
        return this.#rare(tag);
    }
  }

  #rare(tag: number): unknown {
    switch (tag) {
      case tags.ARRAY:
        return readElements(this, this.#new([]), this.in.count(1));
      case tags.SPARSE_ARRAY:
        return readSparse(this, this.#new([]));
      case tags.INT32_ARRAY:
        return readInt32s(this, this.#new([]));
      case tags.DOUBLE_ARRAY:
        return readDoubles(this, this.#new([]));
      case tags.STRING_ARRAY:
        return readStrings(this, this.#new([]));
      case tags.MAP:
        return readMap(this, this.#new(new Map()));
      case tags.SET:
        return readSet(this, this.#new(new Set()));
      case tags.DEFERRED_OBJECT:
        return this.#defer({});
      case tags.DEFERRED_ARRAY:
        return this.#defer([]);
      case tags.DEFERRED_MAP:
        return this.#defer(new Map());
      case tags.DEFERRED_SET:
        return this.#defer(new Set());
      case tags.INSTANCE:
        return readInstance(this);
      case tags.DERIVED:
        return readDerived(this);
      case tags.REDUCED:
        return readReduced(this);
      case tags.FUNCTION:
        return this.#function();
      default:
        return this.#leaf(tag);
    }
  }

  #leaf(tag: number): unknown {
    switch (tag) {
      case tags.BIGINT64:
        return this.in.bigint64();
      case tags.BIGINT:
        return readBigInt(this);
      case tags.REGISTERED_SYMBOL:
        return Symbol.for(this.in.string());
      case tags.WELL_KNOWN_SYMBOL:
        return readWellKnownSymbol(this);
      case tags.DATE:
        return this.#new(new Date(this.in.f64()));
      case tags.ERROR:
        return readError(this);
      default:
        return this.#late(tag);
    }
  }

  /** Objects that are made when their data have been read. */
  #late(tag: number): object {
    const number = this.reserve();
    const object = readLate(this, tag);
    this.resolve(number, object);
    return object;
  }

  #new<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #defer(object: object): object {
    this.#deferred.push(this.#new(object));
    return object;
  }

  #known(number: number): object {
    const object = this.#objects[number];
    if (object === undefined || object === UNRESOLVED) throw damaged('it refers to an object that does not exist');
    return object;
  }

  #shape(number: number): Shape {
    const shape = this.#shapes[number];
    if (shape === undefined) throw damaged('it uses keys that it has not listed');
    return shape;
  }

  #newShape(): Shape {
    const count = this.in.count(1);
    const keys: string[] = [];
    let isRisky = false;
    for (let i = 0; i < count; i += 1) {
      const key = this.in.key();
      keys.push(key);
      if (key.length >= SHORTEST_INHERITED && key in Object.prototype) isRisky = true;
    }
    const shape = { keys, isRisky };
    if (count > 0 && count <= tags.MAX_SHAPE_KEYS && this.#shapes.length < tags.MAX_SHAPES) this.#shapes.push(shape);
    return shape;
  }

  #values(object: object, { keys, isRisky }: Shape): object {
    if (isRisky) return this.#defineValues(object, keys);
    const { length } = keys;
    for (let i = 0; i < length; i += 1) {
      const value = this.value();
      if (value !== ABSENT) (object as Record<string, unknown>)[keys[i]] = value;
    }
    return object;
  }

  #function(): Function {
    const number = this.reserve();
    const fn = readFunction(this, (early) => this.resolve(number, early));
    this.resolve(number, fn);
    return fn;
  }

  /** Reads an instance's properties, or the reference in their place. */
  instance(prototype: object): object {
    const tag = this.in.u8();
    if (tag >= tags.SHORT_REF) return this.#known(tag - tags.SHORT_REF);
    if (tag === tags.REF) return this.#known(this.in.uint());
    const object = this.#new(Object.create(prototype) as object);
    if (tag === tags.DEFERRED_OBJECT) this.#deferred.push(object);
    else this.#fillObject(object, tag, true);
    return object;
  }

  #fill(object: object): void {
    const tag = this.in.u8();
    if (Array.isArray(object)) this.#fillArray(object, tag);
    else if (object instanceof Map && tag === tags.MAP) readMap(this, object);
    else if (object instanceof Set && tag === tags.SET) readSet(this, object);
    else this.#fillObject(object, tag, Object.getPrototypeOf(object) !== Object.prototype);
  }

  #fillArray(array: unknown[], tag: number): void {
    if (tag >= tags.SHORT_ARRAY && tag < tags.SHORT_REF) readElements(this, array, tag - tags.SHORT_ARRAY);
    else if (tag === tags.ARRAY) readElements(this, array, this.in.count(1));
    else if (tag === tags.SPARSE_ARRAY) readSparse(this, array);
    else if (tag === tags.INT32_ARRAY) readInt32s(this, array);
    else if (tag === tags.DOUBLE_ARRAY) readDoubles(this, array);
    else if (tag === tags.STRING_ARRAY) readStrings(this, array);
    else throw damaged(`${tag} is no tag of an array`);
  }

  #fillObject(object: object, tag: number, isInstance: boolean): void {
    const isShape = tag >= tags.SHAPE && tag < tags.SHORT_ARRAY;
    if (!isShape && tag !== tags.OBJECT) throw damaged(`${tag} is no tag of properties`);
    const shape = isShape ? this.#shape(tag - tags.SHAPE) : this.#newShape();
    if (isInstance) this.#defineValues(object, shape.keys);
    else this.#values(object, shape);
  }

  /** Setters of the class, and of `__proto__`, must not run. */
  #defineValues(object: object, keys: readonly string[]): object {
    for (const key of keys) {
      const value = this.value();
      if (value === ABSENT) continue;
      if (key in object) define(object, key, value);
      else (object as Record<string, unknown>)[key] = value;
    }
    return object;
  }
}

/**
 * Decodes a value, from `start` to `end` of `bytes`. It keeps no part of them.
 *
 * @throws {PicklingError} if no encoder wrote the bytes. Errors of the functions that `pickle.reduce` named pass through.
 */
export function decode(bytes: Uint8Array, part: PartReader, start = 0, end: number = bytes.length): unknown {
  try {
    return new Decoder(bytes, part, start, end).run();
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) {
      throw new PicklingError('The value is nested too deeply for this thread', { cause: error });
    }
    throw error;
  }
}
