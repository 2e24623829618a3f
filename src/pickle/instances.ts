/**
 * Objects that are neither plain nor plain arrays: kinds of the language, instances of classes, shared objects.
 *
 * An instance is its class and its own properties; the receiver makes it with the class's prototype and calls no
 * constructor. `pickle.reduce` replaces that. The class is written before the instance has its number, so a class whose
 * captured variables lead to the instance writes it first; what remains then is a reference.
 */

import { types } from 'node:util';
import { writeArray } from './arrays.js';
import { writeArrayBuffer, writeBuffer, writeSharedBuffer, writeView } from './binary.js';
import { writeBoxed, writeDate, writeRegExp, writeUrl, writeUrlParams } from './boxes.js';
import { type Brand, type ClassInfo, classOf, isNative, refuse } from './classes.js';
import { writeMap, writeSet } from './collections.js';
import type { Encoder } from './encoder.js';
import { writeError } from './error-codec.js';
import type { SharedClass } from './shared.js';
import { pickle } from './hooks.js';
import * as tags from './tags.js';

interface BrandCodec {
  readonly is: (object: object) => boolean;
  readonly write: (enc: Encoder, object: never) => void;
}

const isBoxed = (object: object): boolean => types.isBoxedPrimitive(object) && !types.isSymbolObject(object);

/** What tells the kind whatever the prototype says, and what writes it. */
const BRANDS: Readonly<Record<Brand, BrandCodec>> = {
  Array: { is: Array.isArray, write: writeArray },
  Map: { is: types.isMap, write: writeMap },
  Set: { is: types.isSet, write: writeSet },
  Date: { is: types.isDate, write: writeDate },
  RegExp: { is: types.isRegExp, write: writeRegExp },
  Error: { is: () => true, write: writeError },
  DOMException: { is: () => true, write: writeError },
  ArrayBuffer: { is: types.isArrayBuffer, write: writeArrayBuffer },
  SharedArrayBuffer: { is: types.isSharedArrayBuffer, write: writeSharedBuffer },
  View: { is: ArrayBuffer.isView, write: writeView },
  Buffer: { is: types.isUint8Array, write: writeBuffer },
  Boxed: { is: isBoxed, write: writeBoxed },
  URL: { is: (object) => object instanceof URL, write: writeUrl },
  URLSearchParams: { is: (object) => object instanceof URLSearchParams, write: writeUrlParams },
};

/** Functions of the language that make their objects when called without `new`. */
const CALLED = new Set<unknown>([Object, Number, String, Boolean, Symbol, BigInt]);

/** Writes an object that has no number yet. */
export function writeObject(enc: Encoder, object: object, prototype: object | null): void {
  if (writeReduced(enc, object, prototype)) return;
  if (prototype === null) return writeBare(enc, object);
  const info = classOf(prototype);
  if (info.shared !== undefined) return writeShared(enc, object, info, info.shared);
  if (info.refusal !== undefined) enc.fail(info.refusal);
  if (info.brand !== undefined) return writeBranded(enc, object, info, BRANDS[info.brand]);
  if (!info.isCustom) return writePlain(enc, object);
  if (info.hidden !== undefined) enc.fail(info.hidden);
  if (!writeClass(enc, tags.INSTANCE, object, info)) return;
  enc.register(object);
  enc.properties(object);
}

function writePlain(enc: Encoder, object: object): void {
  enc.register(object);
  enc.properties(object);
}

/** Arrives as a plain object, as structured clone has it. */
function writeBare(enc: Encoder, object: object): void {
  if (types.isModuleNamespaceObject(object)) enc.fail('a module cannot be pickled: import it in the function that uses it');
  if (types.isExternal(object)) enc.fail(refuse('External'));
  if (Array.isArray(object)) return writeBranded(enc, object, undefined, BRANDS.Array);
  if (types.isNativeError(object)) return writeBranded(enc, object, undefined, BRANDS.Error);
  writePlain(enc, object);
}

function writeBranded(enc: Encoder, object: object, info: ClassInfo | undefined, { is, write }: BrandCodec): void {
  if (!is(object)) enc.fail(`it has the prototype of ${info?.constructor?.name ?? 'another class'} but is none`);
  if (write === writeError || info === undefined || !info.isCustom) {
    enc.register(object);
    write(enc, object as never);
    return;
  }
  if (info.hidden !== undefined) enc.fail(info.hidden);
  if (!writeClass(enc, tags.DERIVED, object, info)) return;
  enc.register(object);
  write(enc, object as never);
  writeOwnProperties(enc, object);
}

/** Those beside the content. Elements of arrays and characters are content. */
function writeOwnProperties(enc: Encoder, object: object): void {
  const isIndexed = Array.isArray(object) || ArrayBuffer.isView(object) || types.isStringObject(object);
  const own = Array.isArray(object) || (isIndexed && Object.keys(object).length === (object as ArrayLike<unknown>).length);
  const keys = own ? [] : Object.keys(object).filter((key) => !isIndexed || !/^\d+$/.test(key));
  enc.uint(keys.length);
  enc.descend();
  for (const key of keys) {
    enc.at(key);
    enc.string(key);
    enc.value((object as Record<string, unknown>)[key]);
  }
  enc.leave();
}

/** Writes tag and class. Returns false if the object was written together with the class. */
function writeClass(enc: Encoder, tag: number, object: object, { constructor }: ClassInfo): boolean {
  enc.u8(tag);
  enc.value(constructor);
  return !enc.writeKnown(object);
}

function writeReduced(enc: Encoder, object: object, prototype: object | null): boolean {
  const call = reduced(object, prototype);
  if (call === undefined) return false;
  const [fn, args] = (Array.isArray(call) ? call : []) as readonly unknown[];
  if (typeof fn !== 'function' || !Array.isArray(args)) {
    return enc.fail('[pickle.reduce]() must return [callable, arguments], with an array of arguments');
  }
  enc.u8(tags.REDUCED);
  enc.beginBuilding(object);
  enc.u8(isConstructed(fn) ? 1 : 0);
  enc.enter('[pickle.reduce]()');
  enc.value(fn);
  enc.value(args);
  enc.leave();
  enc.endBuilding();
  return true;
}

/** What the object's, or its class's, `pickle.reduce` gives, `undefined` if there is none. */
function reduced(object: object, prototype: object | null): unknown {
  const own = Reflect.get(object, pickle.reduce) as unknown;
  if (typeof own === 'function') return Reflect.apply(own, object, []) ?? null;
  if (prototype === null) return undefined;
  const constructor = Reflect.get(prototype, 'constructor') as unknown;
  if (typeof constructor !== 'function') return undefined;
  const ofClass = Reflect.get(constructor, pickle.reduce) as unknown;
  return typeof ofClass === 'function' ? (Reflect.apply(ofClass, constructor, [object]) ?? null) : undefined;
}

function isConstructed(fn: Function): boolean {
  if (isNative(fn)) return Object.hasOwn(fn, 'prototype') && !CALLED.has(fn);
  return Function.prototype.toString.call(fn).startsWith('class');
}

function writeShared(enc: Encoder, object: object, info: ClassInfo, shared: SharedClass): void {
  const isDerived = Object.getPrototypeOf(object) !== shared.prototype && info.isCustom;
  if (isDerived && info.hidden !== undefined) enc.fail(info.hidden);
  if (isDerived && !writeClass(enc, tags.DERIVED, object, info)) return;
  enc.u8(tags.SHARED);
  enc.beginBuilding(object);
  enc.string(shared.name);
  enc.value(shared.reduce(object, enc));
  enc.endBuilding();
  if (isDerived) writeOwnProperties(enc, object);
}
