/**
 * Errors. They always travel: what goes wrong must not be hidden by what goes wrong while it is reported. Own properties
 * that cannot be pickled are replaced by a text that says so; a class that cannot is replaced by the nearest native one,
 * with the `name` kept. No constructor of the program is called.
 *
 *   error = ERROR kind:u8 flags:u8 message? stack? (name, of a DOMException)
 *           class:(0 | 1 class | 2 name:string)  count (key:string enumerable:u8 value)*
 */

import * as errors from '../errors.js';
import { classOf, isNative } from './classes.js';
import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import { define } from './property.js';
import { damaged } from './reader.js';
import { ERROR } from './tags.js';

/** Native classes by number; only appended to. */
const NATIVE = [
  'Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'AggregateError', 'SuppressedError',
  'DOMException',
];
const DOM_EXCEPTION = NATIVE.indexOf('DOMException');
const MESSAGE = 1;
const STACK = 2;
const NATIVE_CLASS = 0;
const CUSTOM_CLASS = 1;
const POLYCORE_CLASS = 2;
/** Own properties that are not enumerable and travel all the same. */
const SPECIAL = ['name', 'cause', 'errors', 'error', 'suppressed'];

/** Arguments before the message. */
const LEADING: Readonly<Record<string, readonly unknown[]>> = { AggregateError: [[]], SuppressedError: [undefined, undefined] };
const polycore = errors as unknown as Readonly<Record<string, Function>>;

/** Writes an error that has its number. */
export function writeError(enc: Encoder, error: object): void {
  const kind = kindOf(error);
  const message = read(error, 'message');
  const stack = read(error, 'stack');
  const hasMessage = Object.hasOwn(error, 'message') || (message !== '' && message !== undefined);
  enc.u8(ERROR);
  enc.u8(kind);
  enc.u8((hasMessage ? MESSAGE : 0) | (typeof stack === 'string' ? STACK : 0));
  if (hasMessage) enc.string(textOf(message));
  if (typeof stack === 'string') enc.string(stack);
  if (kind === DOM_EXCEPTION) enc.string(textOf(read(error, 'name')));
  const keepsClass = writeClass(enc, error);
  writeProperties(enc, error, keepsClass || kind === DOM_EXCEPTION);
}

/** Number of the nearest native class. */
function kindOf(error: object): number {
  for (let at = Object.getPrototypeOf(error) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const constructor = Object.getOwnPropertyDescriptor(at, 'constructor')?.value as unknown;
    if (typeof constructor !== 'function') continue;
    const kind = NATIVE.indexOf(constructor.name);
    if (kind === DOM_EXCEPTION ? constructor === globalThis.DOMException : kind >= 0 && isNative(constructor)) return kind;
  }
  return 0;
}

/** Returns false if the class had to be given up. */
function writeClass(enc: Encoder, error: object): boolean {
  const prototype = Object.getPrototypeOf(error) as object | null;
  const { constructor, isCustom, hidden } = prototype === null ? NO_CLASS : classOf(prototype);
  if (constructor === undefined || !isCustom) {
    enc.u8(NATIVE_CLASS);
    return true;
  }
  if (polycore[constructor.name] === constructor) {
    enc.u8(POLYCORE_CLASS);
    enc.string(constructor.name);
    return true;
  }
  const kept = hidden === undefined && enc.attempt(() => {
    enc.u8(CUSTOM_CLASS);
    enc.value(constructor);
  });
  if (kept !== true) enc.u8(NATIVE_CLASS);
  return kept === true;
}

const NO_CLASS = { constructor: undefined, isCustom: false, hidden: undefined } as const;

function writeProperties(enc: Encoder, error: object, keepsName: boolean): void {
  const keys = new Set(ownKeys(error));
  for (const key of SPECIAL) if (Object.hasOwn(error, key)) keys.add(key);
  keys.delete('message');
  keys.delete('stack');
  if (!keepsName) keys.add('name');
  enc.uint(keys.size);
  enc.descend();
  for (const key of keys) {
    enc.at(key);
    enc.string(key);
    enc.u8(Object.prototype.propertyIsEnumerable.call(error, key) ? 1 : 0);
    const result = enc.attempt(() => enc.value((error as Record<string, unknown>)[key]));
    if (result !== true) enc.string(`[${result.message.split('\n', 1)[0]}]`);
  }
  enc.leave();
}

function ownKeys(error: object): string[] {
  try {
    return Object.keys(error);
  } catch {
    return [];
  }
}

function read(error: object, key: string): unknown {
  try {
    return Reflect.get(error, key) as unknown;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '';
  }
}

export function readError(dec: Decoder): Error {
  const kind = dec.u8();
  const flags = dec.u8();
  const message = (flags & MESSAGE) !== 0 ? dec.string() : undefined;
  const stack = (flags & STACK) !== 0 ? dec.string() : undefined;
  const error = create(kind, message, kind === DOM_EXCEPTION ? dec.string() : undefined);
  if (stack !== undefined) define(error, 'stack', stack, false);
  dec.register(error);
  const prototype = readPrototype(dec);
  if (prototype !== undefined) Object.setPrototypeOf(error, prototype);
  for (let count = dec.in.count(3); count > 0; count -= 1) {
    const key = dec.string();
    const enumerable = dec.u8() === 1;
    define(error, key, dec.value(), enumerable);
  }
  return error;
}

function readPrototype(dec: Decoder): object | undefined {
  const form = dec.u8();
  if (form === NATIVE_CLASS) return undefined;
  const cls = form === CUSTOM_CLASS ? dec.value() : polycore[dec.string()];
  if (typeof cls !== 'function') throw damaged('no class of errors');
  return cls.prototype as object;
}

/** Without a stack trace of this place, which nobody asked for. */
function create(kind: number, message: string | undefined, name: string | undefined): Error {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    if (name !== undefined) return new DOMException(message, name);
    const Native = (Reflect.get(globalThis, NATIVE[kind] ?? '') ?? Error) as Function;
    return withoutOthers(Reflect.construct(Native, [...(LEADING[NATIVE[kind] ?? ''] ?? []), message]) as Error);
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

/** What comes with the properties. */
function withoutOthers(error: Error): Error {
  for (const key of SPECIAL) if (Object.hasOwn(error, key)) Reflect.deleteProperty(error, key);
  return error;
}
