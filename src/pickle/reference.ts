/**
 * Functions and classes by reference: the module they are exported from, and the name.
 *
 * A CommonJS module's exports are looked through for the function itself. Of an ECMAScript module, whose namespace cannot
 * be had while it is being evaluated, the inspector shows the top-level variables; those that are exported (by the list of
 * exports in the running source) are compared with the function.
 */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isNative, textOf } from './analysis.js';
import { builtinOf } from './builtins.js';
import { type Inspection, type Scope, inspect } from './inspector.js';
import { isEvaluated } from './main.js';
import { CJS_EXPORTS } from './modules.js';
import { explicitReference } from './ref.js';
import { type ModuleExport, type Script, scriptOf } from './script.js';

/** A module and a name in it. */
export interface Reference {
  /** URL, `node:` name, `global:` for a path from `globalThis`, or another key of `modules.ts`. */
  readonly url: string;
  readonly name: string;
}

/** A function's reference, or what was seen while looking for it. */
export interface Found {
  readonly reference: Reference | null;
  /** Absent for native functions and known references. */
  readonly inspection?: Inspection;
  readonly script?: Script;
}

const references = new WeakMap<Function, Reference>();
let moduleCache: NodeJS.Dict<NodeJS.Module> | undefined;

/** Where a function or class can be imported from, `null` if it is not exported by a module. */
export function referenceOf(value: Function): Reference | null {
  return locate(value).reference;
}

/** As `referenceOf`, keeping what the inspector said. */
export function locate(fn: Function): Found {
  const known = references.get(fn) ?? explicitReference(fn);
  if (known !== undefined) return { reference: known };
  const text = textOf(fn);
  if (isNative(text)) return { reference: remember(fn, builtinOf(fn)) };
  const inspection = inspect(fn);
  const { place, scopes } = inspection;
  if (place === null) return { reference: remember(fn, builtinOf(fn)), inspection };
  const script = scriptOf({ place, scopes }, text);
  if (script.isInternal) return { reference: remember(fn, builtinOf(fn)), inspection, script };
  if (!script.isFile || script.factory !== undefined || isEvaluated(script.url)) return { reference: null, inspection, script };
  const name = script.isModule ? moduleExport(fn, text, inspection, script) : commonJsExport(fn, script.url);
  const reference = name === undefined ? null : { url: script.url, name };
  return { reference: remember(fn, reference), inspection, script };
}

/** The function is known to travel by reference. */
export function referenced(fn: Function): boolean {
  return references.has(fn) || explicitReference(fn) !== undefined;
}

/** A rebuilt or decoded function whose reference is known. */
export function remember(fn: Function, reference: Reference | null): Reference | null {
  if (reference !== null) references.set(fn, reference);
  return reference;
}

function moduleExport(fn: Function, text: string, { place, scopes }: Inspection, script: Script): string | undefined {
  const nameless = script.exports.find(({ local }) => local === undefined);
  const [start = 0, end = 0] = nameless?.span ?? [];
  if (nameless !== undefined && place !== null && end - start === text.length && script.startOf(text, place) === start) {
    return nameless.name;
  }
  script.settled ??= exportedValues(script, scopes);
  const values = script.settled ?? exportedValues(script, scopes, true);
  return values?.get(fn) ?? (nameless === undefined ? undefined : wrappedDefault(fn, script, nameless));
}

/** Exported variables by value; `undefined` if one may still change and `partial` is not set. */
function exportedValues(script: Script, scopes: readonly Scope[], partial = false): Map<unknown, string> | undefined {
  const top = scopes.find(({ description }) => description === 'Module')?.object;
  const values = new Map<unknown, string>();
  for (const { name, local } of script.exports) {
    if (local === undefined || top === undefined) continue;
    const value = read(top, local);
    if (!partial && (value === undefined || script.isUnstable(local))) return undefined;
    if (!values.has(value)) values.set(value, name);
  }
  return values;
}

/**
 * `export default wrap(function () { … })`: only the namespace has it, so only after the module's evaluation, and only
 * where `require` is sure to give the module that is loaded and not a second one.
 */
function wrappedDefault(fn: Function, script: Script, nameless: ModuleExport): string | undefined {
  if (script.isFunction(nameless) || script.url.includes('?') || process.execArgv.length > 0) return undefined;
  try {
    const namespace = createRequire(import.meta.url)(fileURLToPath(script.url)) as object;
    return Reflect.get(namespace, 'default') === fn ? 'default' : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a variable of a scope; one that is not initialized yet throws (Node 22) or is `undefined` (Node 20). */
export function read(scope: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return scope[name];
  } catch {
    return undefined;
  }
}

function commonJsExport(fn: Function, url: string): string | undefined {
  moduleCache ??= createRequire(import.meta.url).cache;
  const exports = moduleCache[fileURLToPath(url)]?.exports as unknown;
  if (exports === fn) return CJS_EXPORTS;
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return undefined;
  const path = memberOf(exports, fn, 1);
  return path === undefined ? undefined : `${CJS_EXPORTS}.${path}`;
}

/** The path of a member, at most `levels` below the members. Accessors run only if they are named as the function. */
function memberOf(owner: object, fn: Function, levels: number): string | undefined {
  const nested: [string, object][] = [];
  for (const key of Object.keys(owner)) {
    if (key.includes('.')) continue;
    const property = Object.getOwnPropertyDescriptor(owner, key);
    if (property === undefined) continue;
    const compiled = property.get !== undefined && (key === fn.name || key === 'default' || Reflect.has(owner, '__esModule'));
    const value = (compiled ? Reflect.get(owner, key) : property.value) as unknown;
    if (value === fn) return key;
    const isContainer = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (levels > 0 && isContainer) nested.push([key, value]);
  }
  for (const [key, value] of nested) {
    const path = memberOf(value, fn, levels - 1);
    if (path !== undefined) return `${key}.${path}`;
  }
  return undefined;
}
