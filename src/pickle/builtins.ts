/**
 * Functions of the engine and of Node, found by identity: `Math.max` as a path from `globalThis`, `path.basename` as an
 * export of `node:path`. They travel as that name.
 */

import { builtinModules } from 'node:module';
import type { Reference } from './reference.js';

/** Address of a reference that is a path from `globalThis`. */
export const GLOBAL = 'global:';

/** Loading these only to look at them warns or is pointless. */
const SKIPPED = new Set(['punycode', 'sys', 'domain', 'repl', 'inspector', 'sqlite', 'wasi', 'trace_events']);

let globals: Map<unknown, string> | undefined;
let modules: Map<unknown, Reference> | undefined;
let modulesSeen = 0;

/** The name of a function of the engine or of Node, or `null`. */
export function builtinOf(fn: object): Reference | null {
  globals ??= globalPaths();
  const path = globals.get(fn) ?? ownAccessor(fn);
  if (path !== undefined) return { url: GLOBAL, name: path };
  return moduleExports().get(fn) ?? null;
}

/** Lazily created globals (`fetch`, `crypto`) are accessors, looked at only when the name fits. */
function ownAccessor(fn: object): string | undefined {
  const { name } = fn as { name?: unknown };
  if (typeof name !== 'string') return undefined;
  const accessor = Object.getOwnPropertyDescriptor(globalThis, name)?.get;
  return accessor !== undefined && Reflect.apply(accessor, globalThis, []) === fn ? name : undefined;
}

function globalPaths(): Map<unknown, string> {
  const paths = new Map<unknown, string>();
  for (const [name, value] of dataProperties(globalThis)) {
    if (value === globalThis || !isObject(value)) continue;
    add(paths, value, name);
    for (const [key, member] of dataProperties(value)) {
      if (typeof member === 'function') add(paths, member, `${name}.${key}`);
      if (key !== 'prototype' || !isObject(member)) continue;
      for (const [method, body] of dataProperties(member)) {
        if (typeof body === 'function') add(paths, body, `${name}.prototype.${method}`);
      }
    }
  }
  return paths;
}

function moduleExports(): Map<unknown, Reference> {
  const loaded = (process as { moduleLoadList?: readonly string[] }).moduleLoadList;
  if (modules !== undefined && loaded?.length === modulesSeen) return modules;
  const seen = new Set(loaded);
  modules = new Map();
  for (const name of builtinModules) {
    if (name.startsWith('_') || SKIPPED.has(name) || (loaded !== undefined && !seen.has(`NativeModule ${name}`))) continue;
    const url = `node:${name.replace(/^node:/, '')}`;
    addModule(modules, url, process.getBuiltinModule(url) as unknown);
  }
  modulesSeen = loaded?.length ?? 0;
  return modules;
}

function addModule(found: Map<unknown, Reference>, url: string, exports: unknown): void {
  if (!isObject(exports)) return;
  if (!found.has(exports)) found.set(exports, { url, name: 'default' });
  for (const [key, value] of dataProperties(exports)) {
    if (!isObject(value)) continue;
    if (typeof value === 'function' && !found.has(value)) found.set(value, { url, name: key });
    if (typeof value === 'function' || Object.getPrototypeOf(value) !== Object.prototype) continue;
    for (const [inner, member] of dataProperties(value)) {
      if (typeof member === 'function' && !found.has(member)) found.set(member, { url, name: `${key}.${inner}` });
    }
  }
}

function add(paths: Map<unknown, string>, value: unknown, path: string): void {
  if (!paths.has(value)) paths.set(value, path);
}

/** Own properties with string keys that are no accessors. */
function* dataProperties(object: object): Iterable<[string, unknown]> {
  for (const key of Object.getOwnPropertyNames(object)) {
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property !== undefined && 'value' in property) yield [key, property.value as unknown];
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
