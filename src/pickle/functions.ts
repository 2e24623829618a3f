/**
 * Functions and classes on the wire.
 *
 * Exported by a module (or by Node, or global): its address and name. Any other: source text, place, captured variables.
 * Variables that may lead back to the function itself are written after it is complete, so that cycles close.
 *
 *   function  = REFERENCE url:string name:string
 *             | SOURCE plan name:string length:u32 early:captures late:captures properties
 *   captures  = count:u32 origins:string value*          (a value for each capture whose origin is a value)
 *   properties = count:u32 (key:string value)*
 */

import { PicklingError } from '../errors.js';
import { type Capture, type Portrait, portrait, refused } from './capture.js';
import { readConstructor, writeConstructor } from './constructor.js';
import { importKey, resolveReference } from './modules.js';
import type { Origin } from './origin.js';
import { type Factory, type Form, factoryFor } from './rebuild.js';
import { valueOf } from './receiver.js';
import { locate, referenced, remember } from './reference.js';
import { tokenOf, weakOf } from './weak.js';

/** What is used of the encoder. */
export interface FunctionWriter {
  value(value: unknown): void;
  u8(value: number): void;
  u32(value: number): void;
  string(text: string): void;
  /** Names the part being written, for error messages. */
  enter(segment: string): void;
  leave(): void;
  /** The receiver must have loaded this module before it decodes. */
  addModule(url: string): void;
}

/** What is used of the decoder. */
export interface FunctionReader {
  value(): unknown;
  u8(): number;
  u32(): number;
  string(): string;
}

const REFERENCE = 1;
const SOURCE = 2;
const STRICT = 1;
const DYNAMIC_IMPORT = 2;
const CONSTRUCTOR = 4;
const FORMS: readonly Form[] = ['expression', 'declaration', 'method', 'getter', 'setter'];

/** Classes whose early variables are being written: they do not exist yet when those are read. */
const defining = new Set<unknown>();

/** Errors that have their code frame. */
const framed = new WeakSet<Error>();

/**
 * Writes a function or class; the encoder has reserved its place in the identity table.
 *
 * @throws {PicklingError} when it cannot travel; the message names the variable and shows the place.
 */
export function writeFunction(enc: FunctionWriter, fn: Function): void {
  const found = locate(fn);
  if (found.reference !== null) {
    const { url, name } = found.reference;
    addModule(enc, url);
    enc.u8(REFERENCE);
    enc.string(url);
    enc.string(name);
    return;
  }
  const parts = portrait(fn, found);
  enc.u8(SOURCE);
  writePlan(enc, parts);
  defining.add(fn);
  try {
    writeCaptures(enc, parts, parts.early);
  } finally {
    defining.delete(fn);
  }
  writeCaptures(enc, parts, parts.late);
  writeProperties(enc, parts);
  if (parts.constructs) writeConstructor(enc, fn);
  judge(parts);
}

/**
 * Reads what `writeFunction` wrote.
 *
 * @param register called with the function before the variables are read that may refer to it.
 */
export function readFunction(dec: FunctionReader, register: (fn: Function) => void): Function {
  if (dec.u8() === REFERENCE) {
    const url = dec.string();
    const name = dec.string();
    const target = resolveReference(url, name);
    if (typeof target !== 'function') throw new PicklingError(`${name} of ${url} is no function in the receiving thread`);
    remember(target, { url, name });
    register(target);
    return target;
  }
  const text = dec.string();
  const form = FORMS[dec.u8()]!;
  const flags = dec.u8();
  const [ownName, url] = [dec.string(), dec.string()];
  const [line, column] = [dec.u32(), dec.u32()];
  const [name, length] = [dec.string(), dec.u32()];
  const early = readOrigins(dec);
  const values = early.map(([, origin]) => readCapture(dec, origin));
  const lateText = dec.string();
  const late = JSON.parse(lateText) as Captured[];
  const names = { early: early.map(([local]) => local), late: late.map(([local]) => local) };
  const strict = (flags & STRICT) !== 0;
  const dynamicImport = (flags & DYNAMIC_IMPORT) !== 0;
  const plan = { text, form, ownName, url, line, column, strict, dynamicImport, ...names };
  const key = `${url}\n${line}:${column}:${flags}:${form}\n${JSON.stringify(early)}${lateText}\n${text}`;
  const factory = factoryFor(plan, key);
  rememberOrigins(factory, early);
  const { fn, set } = factory.make(values);
  restoreShape(fn, name, length);
  register(fn);
  if (late.length > 0) set(...late.map(() => dec.value()));
  readProperties(dec, fn);
  if ((flags & CONSTRUCTOR) !== 0) readConstructor(dec, fn);
  return fn;
}

/**
 * True if writing the function again can never give other bytes: exported, or without captured variables but constants.
 * Such a function need not be looked at again.
 */
export function isStable(fn: Function): boolean {
  return stable.get(fn) ?? isStableWithin(fn, new Set());
}

/** What writing a function has shown about it. */
const stable = new WeakMap<Function, boolean>();

/** Remembers whether the function just written is stable, unless that depends on one that is still being written. */
function judge(parts: Portrait): void {
  const verdict = isConstantPortrait(parts, (fn) => (fn === parts.fn ? true : stable.get(fn)));
  if (verdict !== undefined) stable.set(parts.fn, verdict);
}

function isStableWithin(fn: Function, visited: Set<Function>): boolean {
  if (visited.has(fn)) return true;
  visited.add(fn);
  const found = locate(fn);
  if (found.reference !== null) return true;
  return isConstantPortrait(portrait(fn, found), (captured) => isStableWithin(captured, visited)) === true;
}

/** @param judgement whether a captured function is stable, if that is known. */
function isConstantPortrait(
  { fn, early, late, constructs }: Portrait,
  judgement: (fn: Function) => boolean | undefined,
): boolean | undefined {
  if (constructs || Object.keys(fn).length > 0) return false;
  let verdict: boolean | undefined = true;
  for (const { constant, origin, value } of [...early, ...late]) {
    if (!constant) return false;
    if (origin.kind !== 'value' || (typeof value !== 'function' && typeof value !== 'object') || value === null) continue;
    const known = typeof value === 'function' ? (referenced(value) || judgement(value)) : false;
    if (known === false) return false;
    verdict &&= known;
  }
  return verdict;
}

function writePlan(enc: FunctionWriter, { fn, plan, constructs }: Portrait): void {
  enc.string(plan.text);
  enc.u8(FORMS.indexOf(plan.form));
  const constructor = constructs ? CONSTRUCTOR : 0;
  enc.u8((plan.strict ? STRICT : 0) | (plan.dynamicImport ? DYNAMIC_IMPORT : 0) | constructor);
  enc.string(plan.ownName);
  enc.string(plan.url);
  enc.u32(plan.line);
  enc.u32(plan.column);
  const name = Object.getOwnPropertyDescriptor(fn, 'name')?.value as unknown;
  enc.string(typeof name === 'string' ? name : '\0');
  enc.u32(fn.length);
}

type Captured = readonly [local: string, origin: Origin];

function writeCaptures(enc: FunctionWriter, { label, frame }: Portrait, captures: readonly Capture[]): void {
  enc.string(JSON.stringify(captures.map(({ name, origin }): Captured => [name, origin])));
  for (const { name, origin, value, at } of captures) {
    if (origin.kind === 'weak') {
      enc.value(tokenOf(value as object));
      continue;
    }
    if (origin.kind !== 'value') {
      addOriginModule(enc, origin);
      continue;
    }
    enc.enter(`captured "${name}" of ${label}`);
    try {
      if (defining.has(value)) throw refused(label, `it reads "${name}", whose definition needs it in turn`, frame(at));
      enc.value(value);
    } catch (error) {
      throw withFrame(error, () => frame(at));
    }
    enc.leave();
  }
}

function readCapture(dec: FunctionReader, origin: Origin): unknown {
  if (origin.kind === 'value') return dec.value();
  return origin.kind === 'weak' ? weakOf(dec.value() as object, origin.set) : valueOf(origin);
}

function readOrigins(dec: FunctionReader): Captured[] {
  const text = dec.string();
  return text === '[]' ? [] : (JSON.parse(text) as Captured[]);
}

function rememberOrigins(factory: Factory, captured: readonly Captured[]): void {
  if (factory.origins.size > 0) return;
  for (const [local, origin] of captured) if (origin.kind !== 'value') factory.origins.set(local, origin);
}

/** Adds the code frame of the innermost function whose variable could not be written. */
function withFrame(error: unknown, frame: () => string): unknown {
  if (!(error instanceof PicklingError) || framed.has(error)) return error;
  framed.add(error);
  if (!error.message.includes('\n')) error.message = `${error.message}\n\n${frame()}\n`;
  return error;
}

function addOriginModule(enc: FunctionWriter, origin: Origin): void {
  switch (origin.kind) {
    case 'import':
      addModule(enc, importKey(origin.parent, origin.specifier));
      break;
    case 'reference':
    case 'module':
      addModule(enc, origin.url);
      break;
    default:
  }
}

function addModule(enc: FunctionWriter, url: string): void {
  if (!url.startsWith('global:')) enc.addModule(url);
}

/** Properties set on the function. Static fields of a class are not among them: evaluating the class makes them. */
function writeProperties(enc: FunctionWriter, { fn, label, report }: Portrait): void {
  const keys = Object.keys(fn).filter((key) => !report.staticFields.includes(key));
  enc.u32(keys.length);
  for (const key of keys) {
    enc.string(key);
    enc.enter(`property "${key}" of ${label}`);
    enc.value(Reflect.get(fn, key));
    enc.leave();
  }
}

function readProperties(dec: FunctionReader, fn: Function): void {
  for (let count = dec.u32(); count > 0; count -= 1) {
    const key = dec.string();
    Object.defineProperty(fn, key, { value: dec.value(), writable: true, enumerable: true, configurable: true });
  }
}

/** Names are inferred from the surroundings, which are others here. */
function restoreShape(fn: Function, name: string, length: number): void {
  if (name !== '\0' && fn.name !== name) Object.defineProperty(fn, 'name', { value: name, configurable: true });
  if (fn.length !== length) Object.defineProperty(fn, 'length', { value: length, configurable: true });
}
