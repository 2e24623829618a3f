/**
 * Objects that are not copied but shared: polycore's own classes (Lock, Queue, Pool …), which travel as their handle, as do
 * `ArrayBuffer`s over the memory of such an object, and `SharedArrayBuffer`s, which travel as a number of the runtime's.
 */

import { PicklingError } from '../errors.js';

/** What is used of the encoder. */
export interface HandleWriter {
  /** The message names this object of the region: whoever carries it keeps a reference. */
  addHandle(slot: number, generation: number): void;
}

/** How the objects of one class travel. */
export interface SharedClass {
  readonly name: string;
  readonly prototype: object;
  readonly reduce: (object: object, message: HandleWriter) => unknown;
  readonly revive: (data: unknown) => object;
}

/** Lends `SharedArrayBuffer`s to other threads. */
export interface SharedBufferPort {
  /** A number by which other threads get the buffer; the same one for the same buffer. */
  export(buffer: SharedArrayBuffer): number;
  import(id: number): SharedArrayBuffer;
}

/** Lends `ArrayBuffer`s over the memory of shared objects to other threads. */
export interface SharedBlockPort {
  /** Whether it is such a buffer. */
  has(buffer: ArrayBuffer): boolean;
  /** What travels of it. @throws {StaleHandleError} when it was closed. */
  export(buffer: ArrayBuffer, message: HandleWriter): unknown;
  import(data: unknown): ArrayBuffer;
}

const byName = new Map<string, SharedClass>();
const byPrototype = new Map<object, SharedClass>();
const later = new Map<string, () => void>();
let registrations = 0;
let port: SharedBufferPort | undefined;
let blocks: SharedBlockPort | undefined;

/**
 * Lets the objects of a class, and of its subclasses, travel as what `reduce` makes of them. Both ends must have called it.
 *
 * @param name the same on both ends, of one class only.
 * @param reduce returns a value that travels: a handle, say, which it also has to add to the message.
 * @param revive makes the object in the receiving thread.
 */
export function registerShared<T extends object>(
  name: string,
  cls: abstract new (...args: never[]) => T,
  reduce: (object: T, message: HandleWriter) => unknown,
  revive: (data: unknown) => T,
): void {
  const prototype = cls.prototype as object;
  const entry: SharedClass = { name, prototype, reduce: reduce as SharedClass['reduce'], revive };
  byName.set(name, entry);
  byPrototype.set(prototype, entry);
  registrations += 1;
}

/** `register` will call `registerShared` for that name: it is called when the first such object arrives. */
export function registerSharedLater(name: string, register: () => void): void {
  later.set(name, register);
}

/** Grows with every registration: what was found out about classes before is out of date. */
export function sharedGeneration(): number {
  return registrations;
}

/** Makes `SharedArrayBuffer`s travel. */
export function setSharedBufferPort(newPort: SharedBufferPort): void {
  port = newPort;
}

export function sharedBuffers(): SharedBufferPort {
  if (port === undefined) throw new PicklingError('A SharedArrayBuffer cannot be pickled before the runtime has started');
  return port;
}

/** Makes `ArrayBuffer`s over shared memory travel. */
export function setSharedBlockPort(newPort: SharedBlockPort): void {
  blocks = newPort;
}

/** The port of such buffers, if the runtime has one. */
export function sharedBlocks(): SharedBlockPort | undefined {
  return blocks;
}

/** The class registered for objects with this prototype. */
export function sharedClassOf(prototype: object): SharedClass | undefined {
  return byPrototype.get(prototype);
}

export function sharedClassNamed(name: string): SharedClass {
  if (!byName.has(name)) later.get(name)?.();
  const entry = byName.get(name);
  if (entry === undefined) throw new PicklingError(`The receiving thread has not loaded the class ${name}`);
  return entry;
}
