/**
 * Captured variables that are not sent by value: modules and what belongs to a module.
 *
 * A captured import travels as the import (which module, imported by which, which name), so that the receiver has the live
 * binding of its own instance of the module; likewise `require`, `module`, `exports` and `import.meta`.
 */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { GLOBAL, builtinOf } from './builtins.js';
import { CJS_EXPORTS } from './modules.js';
import type { Reference } from './reference.js';
import type { ModuleImport, Script } from './script.js';

/** Where the receiver takes a captured variable from. */
export type Origin =
  /** From the message. */
  | { readonly kind: 'value' }
  /** From a module, as the module `parent` imports (or requires) it. */
  | {
      readonly kind: 'import' | 'require';
      readonly parent: string;
      readonly specifier: string;
      readonly path: readonly string[];
    }
  /** `__importStar(require())`, `__importDefault(require())`: the object those build, with `default` read or wrapped. */
  | {
      readonly kind: 'interop';
      readonly parent: string;
      readonly specifier: string;
      readonly star: boolean;
      readonly wrapped: boolean;
    }
  /** From an address that is known: a global object, a Node module, the exports of a CommonJS module. */
  | ({ readonly kind: 'reference' } & Reference)
  /** `require`, `module` or `import.meta` of the module `url`. */
  | { readonly kind: 'requireFunction' | 'module' | 'meta'; readonly url: string }
  /** A `WeakMap` or `WeakSet`, which arrives empty: no object of the receiver can be in it. */
  | { readonly kind: 'weak'; readonly set: boolean }
  /** A counter of a coverage tool: counts nothing there. */
  | { readonly kind: 'coverage' };

const VALUE: Origin = { kind: 'value' };
const COVERAGE = /^cov_[a-z0-9]+$/;

/**
 * The origin of a variable.
 *
 * @param isTop it was found at the top level of the script.
 */
export function originOf(name: string, value: unknown, isTop: boolean, script: Script | undefined): Origin {
  if (isTop && script !== undefined) {
    const travelled = script.factory?.origins.get(name);
    if (travelled !== undefined) return travelled;
    const declared = script.importOf(name);
    if (declared !== undefined && script.isFile) return declaredOrigin(declared, value, script.url);
    const own = script.isFile && !script.isModule ? commonJsVariable(name, value, script.url) : undefined;
    if (own !== undefined) return own;
  }
  if (typeof value === 'function') return functionOrigin(name, value, script);
  return typeof value === 'object' && value !== null ? objectOrigin(value) : VALUE;
}

function declaredOrigin({ kind, specifier, path }: ModuleImport, value: unknown, parent: string): Origin {
  if (kind !== 'interop') return { kind, parent, specifier, path };
  const exports = required(parent, specifier);
  if (value === exports) return { kind: 'require', parent, specifier, path };
  if (!isObject(value) || !isObject(exports)) return VALUE;
  const inner = Reflect.get(value, 'default') as unknown;
  const wrapped = inner === exports;
  if (!wrapped && inner !== Reflect.get(exports, 'default')) return VALUE;
  return { kind: 'interop', parent, specifier, star: Object.keys(value).join() !== 'default', wrapped };
}

/** The exports of a module that has been required already; anything else is no interop wrapper. */
function required(parent: string, specifier: string): unknown {
  try {
    const require = createRequire(parent);
    const path = require.resolve(specifier);
    return specifier.startsWith('node:') || path === specifier ? require(specifier) : require.cache[path]?.exports;
  } catch {
    return undefined;
  }
}

function commonJsVariable(name: string, value: unknown, url: string): Origin | undefined {
  if (name === 'module' && isObject(value) && 'exports' in value) return { kind: 'module', url };
  return name === 'exports' && isObject(value) ? { kind: 'reference', url, name: CJS_EXPORTS } : undefined;
}

function functionOrigin(name: string, value: Function, script: Script | undefined): Origin {
  if (COVERAGE.test(name)) return { kind: 'coverage' };
  const isRequire = 'resolve' in value && 'cache' in value && 'extensions' in value;
  return isRequire && script?.isFile === true ? { kind: 'requireFunction', url: script.url } : VALUE;
}

/** Objects with functions cannot be sent by value unless they are known: `Math`, `console`, a module's exports. */
function objectOrigin(value: object): Origin {
  if (value === process.env) return { kind: 'reference', url: GLOBAL, name: 'process.env' };
  if (value instanceof WeakMap || value instanceof WeakSet) return { kind: 'weak', set: value instanceof WeakSet };
  if (!Object.values(value).some((member) => typeof member === 'function') && !isTagged(value)) return VALUE;
  const known = builtinOf(value);
  if (known !== null) return { kind: 'reference', ...known };
  for (const [path, module] of Object.entries(createRequire(import.meta.url).cache)) {
    if (module?.exports === value) return { kind: 'reference', url: pathToFileURL(path).href, name: CJS_EXPORTS };
  }
  return VALUE;
}

/** `Math`, `JSON`, `Reflect`, `Atomics`, `Intl` …: their functions are not enumerable. */
function isTagged(value: object): boolean {
  const tag = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag);
  return tag !== undefined && typeof tag.value === 'string';
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
