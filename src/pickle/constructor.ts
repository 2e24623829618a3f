/**
 * Constructor functions (`function Point() {}` with methods put on `Point.prototype`, also the classes of ES5 compilers):
 * the members of the prototype and the prototypes above, which the source text does not show.
 */

import type { FunctionReader, FunctionWriter } from './functions.js';

/** Properties functions have by themselves. */
const NATURAL = ['length', 'name', 'prototype', 'arguments', 'caller'];
const VALUE = 0;
const ACCESSOR = 1;
const WELL_KNOWN = new Map<symbol, string>(
  Object.getOwnPropertyNames(Symbol)
    .map((name): [unknown, string] => [Reflect.get(Symbol, name), `@@${name}`])
    .filter((entry): entry is [symbol, string] => typeof entry[0] === 'symbol'),
);
const SYMBOLS = new Map([...WELL_KNOWN].map(([symbol, name]) => [name, symbol]));

/** Something was added to the function's prototype, or it has other prototypes above than functions have. */
export function isConstructor(fn: Function): boolean {
  const prototype = prototypeOf(fn);
  if (prototype === undefined) return false;
  const plain = Object.getPrototypeOf(prototype) === Object.prototype && Object.getPrototypeOf(fn) === Function.prototype;
  return !plain || Reflect.ownKeys(prototype).length > 1 || staticsOf(fn).length > 0;
}

/** Writes what was added to a function's prototype. */
export function writeConstructor(enc: FunctionWriter, fn: Function): void {
  writeMembers(enc, 'prototype.', membersOf(prototypeOf(fn), ['constructor']));
  writeMembers(enc, '', staticsOf(fn));
  enc.value(parentOf(fn, Object.getPrototypeOf(fn), Function.prototype));
  const prototype = prototypeOf(fn);
  const above = prototype === undefined ? undefined : (Object.getPrototypeOf(prototype) as object | null);
  const parent = above === null || above === undefined ? undefined : (above.constructor as unknown);
  enc.value(prototype === undefined ? undefined : parentOf(fn, parent, Object));
}

function writeMembers(enc: FunctionWriter, prefix: string, members: readonly Member[]): void {
  enc.u32(members.length);
  for (const [key, name, property] of members) {
    enc.string(name);
    enc.u8(property.enumerable === true ? 1 : 0);
    enc.enter(`${prefix}${String(key)}`);
    if ('value' in property) {
      enc.u8(VALUE);
      enc.value(property.value);
    } else {
      enc.u8(ACCESSOR);
      enc.value(property.get);
      enc.value(property.set);
    }
    enc.leave();
  }
}

/** Reads what `writeConstructor` wrote and puts it on the function's prototype. */
export function readConstructor(dec: FunctionReader, fn: Function): void {
  const prototype = prototypeOf(fn);
  readMembers(dec, prototype);
  readMembers(dec, fn);
  const statics = dec.value();
  const parent = dec.value();
  if (typeof statics === 'function') Object.setPrototypeOf(fn, statics);
  if (typeof parent === 'function' && prototype !== undefined) {
    Object.setPrototypeOf(prototype, parent.prototype as object);
  }
}

function readMembers(dec: FunctionReader, owner: object | undefined): void {
  for (let count = dec.u32(); count > 0; count -= 1) {
    const name = dec.string();
    const enumerable = dec.u8() === 1;
    const property: PropertyDescriptor =
      dec.u8() === VALUE
        ? { value: dec.value(), writable: true }
        : { get: dec.value() as () => unknown, set: dec.value() as (value: unknown) => void };
    if (owner !== undefined) {
      Object.defineProperty(owner, SYMBOLS.get(name) ?? name, { ...property, enumerable, configurable: true });
    }
  }
}

type Member = readonly [key: PropertyKey, name: string, property: PropertyDescriptor];

function membersOf(owner: object | undefined, without: readonly string[]): Member[] {
  const members: Member[] = [];
  if (owner === undefined) return members;
  for (const key of Reflect.ownKeys(owner)) {
    const name = typeof key === 'string' ? key : WELL_KNOWN.get(key);
    const property = Object.getOwnPropertyDescriptor(owner, key);
    if (name !== undefined && property !== undefined && !without.includes(name)) members.push([key, name, property]);
  }
  return members;
}

/** Hidden properties of the function; those that show are written with any function. */
function staticsOf(fn: Function): Member[] {
  return membersOf(fn, NATURAL).filter(([, , { enumerable }]) => enumerable !== true);
}

/** The prototype for `new`; generators have one too, of another kind. */
function prototypeOf(fn: Function): object | undefined {
  const prototype = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value as object | undefined;
  const owned = typeof prototype === 'object' && prototype !== null && Object.hasOwn(prototype, 'constructor');
  return owned ? prototype : undefined;
}

function parentOf(fn: Function, parent: unknown, usual: unknown): unknown {
  return parent === usual || parent === fn || typeof parent !== 'function' ? undefined : parent;
}
