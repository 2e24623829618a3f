/**
 * What an object is, by its chain of prototypes: plain, of a kind the format knows, an instance of the program's class,
 * shared, or bound to its thread (native handles, promises, sockets), which must be refused and never arrive empty.
 * Looked up once for each prototype.
 */

import { hasPrivateState } from './analysis.js';
import { referenceOf } from './reference.js';
import { type SharedClass, sharedClassOf, sharedGeneration } from './shared.js';

/** Kinds of objects with content of their own; the name of the class that makes them. */
export type Brand =
  | 'Array' | 'Map' | 'Set' | 'Date' | 'RegExp' | 'Error' | 'DOMException' | 'ArrayBuffer' | 'SharedArrayBuffer'
  | 'View' | 'Buffer' | 'Boxed' | 'URL' | 'URLSearchParams';

export interface ClassInfo {
  /** The nearest class, absent for what has none but Object. */
  readonly constructor: Function | undefined;
  /** Set if a native class is among the ancestors. */
  readonly brand: Brand | undefined;
  readonly shared: SharedClass | undefined;
  /** The class is the program's: its instances are rebuilt with its prototype. */
  readonly isCustom: boolean;
  /** Why its objects cannot travel. */
  readonly refusal: string | undefined;
  /** Why they can only with `pickle.reduce`. */
  readonly hidden: string | undefined;
}

const BRANDS: Readonly<Record<string, Brand>> = {
  Array: 'Array', Map: 'Map', Set: 'Set', Date: 'Date', RegExp: 'RegExp', Error: 'Error', DOMException: 'DOMException',
  ArrayBuffer: 'ArrayBuffer', SharedArrayBuffer: 'SharedArrayBuffer', TypedArray: 'View', DataView: 'View', Buffer: 'Buffer',
  Number: 'Boxed', String: 'Boxed', Boolean: 'Boxed', BigInt: 'Boxed', URL: 'URL', URLSearchParams: 'URLSearchParams',
};

/** Classes of Node without anything behind their properties. */
const HARMLESS = new Set(['EventEmitter', 'Stats', 'BigIntStats', 'StatFs', 'Dirent', 'Url', 'AssertionError']);

const ADVICE: Readonly<Record<string, string>> = {
  Promise: 'has to be awaited first',
  Generator: 'has to be made an array first',
  AsyncGenerator: 'has to be made an array first',
  WeakMap: 'holds objects of one thread only',
  WeakSet: 'holds objects of one thread only',
  WeakRef: 'points to an object of one thread only',
};

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

let known = new WeakMap<object, ClassInfo>();
let generation = 0;

export function classOf(prototype: object): ClassInfo {
  if (generation !== sharedGeneration()) {
    generation = sharedGeneration();
    known = new WeakMap();
  }
  let info = known.get(prototype);
  if (info === undefined) known.set(prototype, (info = classify(prototype)));
  return info;
}

/** `a Socket cannot be pickled`, why, and what to do; `name` is that of the class, `kind` of the ancestor that is the reason. */
export function refuse(name: string, kind = name): string {
  const reason = name === kind ? 'it ' : `it is ${indefinite(kind)}, and `;
  return `${indefinite(name)} cannot be pickled: ${reason}${ADVICE[kind] ?? 'belongs to its thread'}`;
}

function indefinite(name: string): string {
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Function without JavaScript source. */
export function isNative(fn: Function): boolean {
  return NATIVE.test(Function.prototype.toString.call(fn));
}

function classify(prototype: object): ClassInfo {
  const shared = sharedAncestor(prototype);
  const custom: Function[] = [];
  let brand: Brand | undefined;
  let culprit: string | undefined;
  for (let at: object | null = prototype; at !== null && at !== shared?.prototype; at = Object.getPrototypeOf(at) as object | null) {
    const constructor = constructorOf(at);
    if (isObjectPrototype(at, constructor)) break;
    brand = constructor && brandOf(constructor);
    if (brand !== undefined) break;
    if (constructor === undefined) culprit ??= hiddenKind(at);
    else if (!isNative(constructor)) custom.push(constructor);
    // The prototype of process.env has a native constructor without a name.
    else if (constructor.name !== 'Iterator' && constructor.name !== '') culprit ??= constructor.name;
  }
  // Between a class and the kind of its objects there may be native classes: Uint8Array, TypeError.
  if (brand !== undefined) culprit = undefined;
  const constructor = constructorOf(prototype) ?? custom[0];
  const isCustom = custom.length > 0 && constructorOf(prototype) !== undefined;
  if (brand === undefined && shared === undefined) culprit ??= platformClass(custom);
  const refusal = culprit && refuse(constructorOf(prototype)?.name || culprit, culprit);
  return { constructor, brand, shared, isCustom, refusal, hidden: hiddenState(custom, shared?.prototype.constructor) };
}

function sharedAncestor(prototype: object): SharedClass | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const shared = sharedClassOf(at);
    if (shared !== undefined) return shared;
  }
  return undefined;
}

/** The class whose `prototype` this is. */
function constructorOf(prototype: object): Function | undefined {
  const value = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
  return typeof value === 'function' && value.prototype === prototype ? value : undefined;
}

/** Of this realm or of another (`node:vm`). */
function isObjectPrototype(prototype: object, constructor: Function | undefined): boolean {
  if (prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && constructor?.name === 'Object' && isNative(constructor);
}

function brandOf(constructor: Function): Brand | undefined {
  const { name } = constructor;
  if (!Object.hasOwn(BRANDS, name)) return undefined;
  const isPlatform = isNative(constructor) || Reflect.get(globalThis, name) === constructor;
  return isPlatform ? BRANDS[name] : undefined;
}

/** Name of what the engine's prototypes without a class are for: generators, iterators. Their tags cannot be written, unlike the program's own. */
function hiddenKind(prototype: object): string | undefined {
  const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag);
  return tag?.writable === false && typeof tag.value === 'string' ? tag.value : undefined;
}

/** Name of a class that Node has written in JavaScript: it looks like the program's own, but what it is about is elsewhere. */
function platformClass(custom: readonly Function[]): string | undefined {
  for (const constructor of custom) {
    const { name } = constructor;
    if (HARMLESS.has(name)) continue;
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    const isGlobal = property?.enumerable === false && Reflect.get(globalThis, name) === constructor;
    if (isGlobal || /^(?:node|global):/.test(referenceOf(constructor)?.url ?? '')) return name;
  }
  return undefined;
}

function hiddenState(custom: readonly Function[], base: unknown): string | undefined {
  const hiding = custom.find((constructor) => hasPrivateState(constructor, base));
  return hiding && `${hiding.name} has private members, which cannot be seen from outside: give it a [pickle.reduce]() method`;
}
