/**
 * Values to bytes, in one pass over the value.
 *
 * Objects are numbered as they are met; meeting one again writes its number, which keeps cycles and shared references.
 * The path to the value at hand is a stack of keys that costs one store each and is only formatted when something fails.
 * Below `DEFER_DEPTH` levels an object is only announced, and its content follows after the root value: a list linked
 * 100,000 times needs no deep recursion on either side.
 *
 * An encoder and its scratch buffer are reused. What runs user code in the middle of a message (getters, `pickle.reduce`)
 * may encode in turn: it gets another encoder.
 */

import { PicklingError } from '../errors.js';
import { writeArray } from './arrays.js';
import { writeBigInt } from './boxes.js';
import { writeFunction } from './functions.js';
import { pickle } from './hooks.js';
import { IdentityTable } from './identity.js';
import { writeObject } from './instances.js';
import { type PathBase, type PathSegment, Verbatim, formatPath } from './path.js';
import { ShapeTable } from './shapes.js';
import { writeSymbol } from './symbols.js';
import * as tags from './tags.js';
import { checkTransfer, detach } from './transfer.js';
import { Writer } from './writer.js';

/** A value on its way. */
export interface Encoded {
  /** A view of scratch memory: valid until the next `encode` in this thread. */
  readonly bytes: Uint8Array;
  /** Big binary data, not copied yet; `bytes` refers to them by index. */
  readonly parts: readonly Uint8Array[];
  /** Modules the receiver must have loaded before it decodes. */
  readonly modules: readonly string[];
  /** Slots and generations, by turns, of the shared objects that the message names: it must keep a reference to each. */
  readonly handles: readonly number[];
}

export interface EncodeOptions {
  /** What the value is called in error messages. Default: `value`. */
  readonly path?: string;
  /** Buffers that are moved: detached here once the encoding has succeeded. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** An object whose content follows after the root value. */
interface Deferred {
  readonly object: object;
  readonly base: PathBase;
  readonly write: (enc: Encoder, object: never) => void;
}

/** What an encoder had written at some time. */
interface Checkpoint {
  readonly position: number;
  readonly objects: number;
  readonly shapes: number;
  readonly depth: number;
  readonly counts: readonly [parts: number, modules: number, handles: number, deferred: number, building: number, inline: number];
}

const DEFER_DEPTH = 256;
/** For what cannot be deferred. */
const MAX_DEPTH = 700;

export class Encoder {
  /** The primitives of the format. */
  readonly out = new Writer();
  readonly #objects = new IdentityTable();
  readonly #shapes = new ShapeTable();
  #parts: Uint8Array[] = [];
  #modules: string[] = [];
  #handles: number[] = [];
  #deferred: Deferred[] = [];
  /** Numbers of the objects that exist at the receiver only when their data do. */
  readonly #building: number[] = [];
  /** Above 0, nothing is deferred. */
  #inline = 0;
  readonly #path: PathSegment[] = [];
  #depth = 0;
  #root = 'value';
  #base: PathBase | undefined;

  /** Encodes one message. */
  run(value: unknown, root: string): Encoded {
    this.#root = root;
    this.out.reset();
    try {
      this.value(value);
      for (let i = 0; i < this.#deferred.length; i += 1) this.#writeDeferred(this.#deferred[i]);
      return { bytes: this.out.written(), parts: this.#parts, modules: this.#modules, handles: this.#handles };
    } catch (error) {
      const explained = this.#explain(error);
      this.#path.length = 0;
      throw explained;
    } finally {
      this.#forget();
    }
  }

  /** Writes any value. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        return this.out.number(value);
      case 'string':
        return this.out.string(value);
      case 'object':
        return value === null ? this.out.u8(tags.NULL) : this.#object(value);
      case 'boolean':
        return this.out.u8(value ? tags.TRUE : tags.FALSE);
      case 'undefined':
        return this.out.u8(tags.UNDEFINED);
      case 'function':
        return this.#function(value);
      case 'bigint':
        return writeBigInt(this.out, value);
      default:
        return writeSymbol(this, value as symbol);
    }
  }

  /** Writes the own enumerable properties with string keys, each read once; `object` has its number. */
  properties(object: object): void {
    if (this.#depth >= DEFER_DEPTH && this.defer(object, writeProperties)) return this.out.u8(tags.DEFERRED_OBJECT);
    const keys = Object.keys(object);
    this.#keys(keys);
    const { length } = keys;
    const level = this.#depth;
    this.#depth = level + 1;
    for (let i = 0; i < length; i += 1) {
      const key = keys[i];
      this.#path[level] = key;
      const value = (object as Record<string, unknown>)[key];
      if (value === undefined && !Object.hasOwn(object, key)) this.out.u8(tags.HOLE);
      else this.value(value);
    }
    this.#depth = level;
  }

  /** Writes a reference if the object is in the message already. */
  writeKnown(object: object): boolean {
    const number = this.#objects.find(object);
    if (number < 0) return false;
    if (this.#building.length > 0 && this.#building.includes(number)) this.fail('it contains itself, and is rebuilt by a call');
    if (number < 16) {
      this.out.u8(tags.SHORT_REF | number);
    } else {
      this.out.u8(tags.REF);
      this.out.uint(number);
    }
    return true;
  }

  isKnown(object: object): boolean {
    return this.#objects.find(object) >= 0;
  }

  /** Gives the object the next number, as `Decoder.register` will. */
  register(object: object): number {
    return this.#objects.add(object);
  }

  /** Until `endBuilding`, the object must not be referred to: the receiver can make it only when it has its data. */
  beginBuilding(object: object): void {
    this.#building.push(this.register(object));
  }

  endBuilding(): void {
    this.#building.pop();
  }

  /** Puts the content off if the value is nested too deeply, and says whether; for `properties` and what is like it. */
  defer<T extends object>(object: T, write: (enc: Encoder, object: T) => void): boolean {
    if (this.#depth < DEFER_DEPTH || this.#building.length > 0 || this.#inline > 0) {
      this.#checkDepth();
      return false;
    }
    const base = { above: this.#base, segments: this.#path.slice(0, this.#depth) };
    this.#deferred.push({ object, base, write });
    return true;
  }

  /** Runs `write`, all of it now: true if it could, else nothing of it is left and the error is returned. */
  attempt(write: () => void): true | Error {
    const before = this.#checkpoint();
    this.#inline += 1;
    try {
      write();
      this.#inline -= 1;
      return true;
    } catch (error) {
      const explained = this.#explain(error);
      this.#rollback(before);
      return explained;
    }
  }

  /** Adds binary data and returns its index. A `Buffer` may be lent to the receiver instead of copied. */
  addPart(bytes: Uint8Array): number {
    return this.#parts.push(bytes) - 1;
  }

  /** The receiver must load this module first. */
  addModule(url: string): void {
    if (!this.#modules.includes(url)) this.#modules.push(url);
  }

  /** The message names this object of the region. */
  addHandle(slot: number, generation: number): void {
    this.#handles.push(slot, generation);
  }

  u8(value: number): void {
    this.out.u8(value);
  }

  u32(value: number): void {
    this.out.u32(value);
  }

  f64(value: number): void {
    this.out.f64(value);
  }

  uint(value: number): void {
    this.out.uint(value);
  }

  string(text: string): void {
    this.out.string(text);
  }

  /** Goes into a part of the value at hand that is no property of it, until `leave`. */
  enter(part: string): void {
    this.descend();
    this.at(new Verbatim(` → ${part}`));
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Goes one level down, until `leave`; `at` names what follows. */
  descend(): void {
    this.#checkDepth();
    this.#path[this.#depth++] = 0;
  }

  at(segment: PathSegment): void {
    this.#path[this.#depth - 1] = segment;
  }

  /** The place of the value at hand. */
  get path(): string {
    return formatPath(this.#root, this.#base, this.#path.slice(0, this.#depth));
  }

  /** @throws {PicklingError} naming the value at hand. */
  fail(reason: string, cause?: unknown): never {
    throw new PicklingError(`${this.path}: ${reason}`, cause === undefined ? undefined : { cause });
  }

  #checkpoint(): Checkpoint {
    const [parts, modules, handles] = [this.#parts.length, this.#modules.length, this.#handles.length];
    const counts = [parts, modules, handles, this.#deferred.length, this.#building.length, this.#inline] as const;
    const [position, objects, shapes] = [this.out.position, this.#objects.size, this.#shapes.size];
    return { position, objects, shapes, depth: this.#depth, counts };
  }

  /** Takes back all that was written since. */
  #rollback({ position, objects, shapes, depth, counts }: Checkpoint): void {
    this.out.truncate(position);
    this.#objects.truncate(objects);
    this.#shapes.truncate(shapes);
    this.#depth = depth;
    [this.#parts.length, this.#modules.length, this.#handles.length] = counts;
    [, , , this.#deferred.length, this.#building.length, this.#inline] = counts;
  }

  #object(object: object): void {
    if (this.writeKnown(object)) return;
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype === Object.prototype && (object as Record<symbol, unknown>)[pickle.reduce] === undefined) {
      this.#objects.add(object);
      this.properties(object);
    } else if (prototype === Array.prototype && Array.isArray(object)) {
      this.#objects.add(object);
      writeArray(this, object);
    } else {
      writeObject(this, object, prototype);
    }
  }

  #function(fn: Function): void {
    if (this.writeKnown(fn)) return;
    this.#checkDepth();
    this.register(fn);
    this.out.u8(tags.FUNCTION);
    try {
      writeFunction(this, fn);
    } catch (error) {
      if (error instanceof PicklingError) this.#place(error);
      throw error;
    }
  }

  /** Says where in the value the function is, unless it is all of the value, or a function in it has said so. */
  #place(error: PicklingError): void {
    if (this.#depth > 0 && !error.message.startsWith(this.#root)) error.message = `${this.path}: ${error.message}`;
  }

  #keys(keys: readonly string[]): void {
    const shape = this.#shapes.find(keys);
    if (shape >= 0) return this.out.u8(tags.SHAPE | shape);
    this.out.u8(tags.OBJECT);
    this.out.uint(keys.length);
    for (let i = 0; i < keys.length; i += 1) this.out.string(keys[i]);
    this.#shapes.add(keys);
  }

  #writeDeferred({ object, base, write }: Deferred): void {
    this.#base = base;
    this.#depth = 0;
    write(this, object as never);
  }

  #checkDepth(): void {
    if (this.#depth > MAX_DEPTH) this.fail(`nested too deeply: ${MAX_DEPTH} levels`);
  }

  /** Errors of user code, which ran in the middle, get the place. */
  #explain(error: unknown): PicklingError {
    if (error instanceof PicklingError) return error;
    const text = error instanceof Error ? error.message : String(error);
    return new PicklingError(`${this.path}: reading it threw: ${text}`, { cause: error });
  }

  #forget(): void {
    this.#objects.clear();
    this.#shapes.clear();
    if (this.#parts.length > 0) this.#parts = [];
    if (this.#modules.length > 0) this.#modules = [];
    if (this.#handles.length > 0) this.#handles = [];
    if (this.#deferred.length > 0) this.#deferred = [];
    this.#building.length = 0;
    this.#inline = 0;
    this.#depth = 0;
    this.#base = undefined;
  }
}

const idle: Encoder[] = [];

/**
 * Encodes a value.
 *
 * @throws {PicklingError} naming the place of what cannot travel: `args[0].socket`.
 * @throws {TypeError} if `transfer` has something that is no `ArrayBuffer`.
 */
export function encode(value: unknown, options?: EncodeOptions): Encoded {
  const transfer = options?.transfer;
  if (transfer !== undefined) checkTransfer(transfer);
  const encoder = idle.pop() ?? new Encoder();
  try {
    const encoded = encoder.run(value, options?.path ?? 'value');
    return transfer === undefined || transfer.length === 0 ? encoded : { ...encoded, parts: detach(transfer, encoded.parts) };
  } finally {
    idle.push(encoder);
  }
}

function writeProperties(enc: Encoder, object: object): void {
  enc.properties(object);
}
