/**
 * Modules on the receiving side: loading them before a value is decoded, and finding a name in them while it is.
 *
 * A module is named by a key: its URL, or `polycore:<importing module>:<specifier>` (both percent-encoded) for an import
 * that is to be resolved exactly as the importing module would, by its loader and with its conditions.
 */

import { builtinModules, createRequire } from 'node:module';
import { PicklingError } from '../errors.js';
import { GLOBAL } from './builtins.js';
import { importerOf, importUrl } from './importer.js';
import { entryUrl, markEntry } from './main.js';
import { tsxHooks } from './tsx.js';

const RELATIVE_KEY = 'polycore:';
/** The name of a CommonJS module's `module.exports` in a reference; members follow after a dot. */
export const CJS_EXPORTS = 'module.exports';

const namespaces = new Map<string, object>();
const loading = new Map<string, Promise<void>>();
const builtins = new Set(builtinModules);

/** A module that is there without being loaded. */
export function provide(key: string, namespace: object): void {
  namespaces.set(key, namespace);
}

/** The key of `import specifier` in the module `parent`. */
export function importKey(parent: string, specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  if (builtins.has(specifier)) return `node:${specifier}`;
  if (/^(?:file|data|https?):/.test(specifier)) return specifier;
  return `${RELATIVE_KEY}${encodeURIComponent(parent)}:${encodeURIComponent(specifier)}`;
}

/**
 * Loads modules by their keys. Returns `undefined` if all of them are there already.
 *
 * The promise rejects with a `PicklingError` naming the module that could not be loaded; `cause` is the loader's error.
 */
export function loadModules(urls: readonly string[]): Promise<void> | undefined {
  let missing: Promise<void>[] | undefined;
  for (const url of urls) {
    if (!namespaces.has(url) && !url.startsWith(GLOBAL)) (missing ??= []).push(load(url));
  }
  return missing === undefined ? undefined : Promise.all(missing).then(() => undefined);
}

/** The function, class or other value a reference names. The module is `require`d if it has not been loaded. */
export function resolveReference(url: string, name: string): unknown {
  if (url === GLOBAL) return found(walk(globalThis, name.split('.')), url, name);
  if (name === CJS_EXPORTS || name.startsWith(`${CJS_EXPORTS}.`)) return found(resolveCommonJs(url, name), url, name);
  const namespace = moduleOf(url);
  if (name === '' || Object.hasOwn(namespace, name)) return name === '' ? namespace : Reflect.get(namespace, name);
  const exports = Reflect.get(namespace, 'default') as unknown;
  if (name === 'default') return namespace;
  return found(walk(namespace, name.split('.')) ?? walk(exports, name.split('.')), url, name);
}

/** The namespace (or, of a CommonJS module that only `require` has seen, the exports) of a module. */
export function moduleOf(key: string): object {
  const known = namespaces.get(key);
  if (known !== undefined) return known;
  if (key.startsWith('node:')) return process.getBuiltinModule(key) as object;
  const [parent, specifier] = origin(key);
  try {
    const namespace = createRequire(parent ?? import.meta.url)(parent === undefined ? pathOf(specifier) : specifier) as object;
    return namespace;
  } catch (cause) {
    throw cannotLoad(key, cause);
  }
}

/** What `require(specifier)` gives in the module `parent`. */
export function requireFrom(parent: string, specifier: string): unknown {
  return createRequire(parent)(specifier) as unknown;
}

function resolveCommonJs(url: string, name: string): unknown {
  const path = name.slice(CJS_EXPORTS.length).split('.').slice(1);
  const { cache } = createRequire(import.meta.url);
  const cached = cache[pathOf(url)];
  if (cached !== undefined) return walk(cached.exports, path);
  const namespace = moduleOf(url);
  return walk(Reflect.get(namespace, 'default') ?? namespace, path) ?? walk(namespace, path);
}

function walk(from: unknown, path: readonly string[]): unknown {
  let value = from;
  for (const key of path) {
    if (value === undefined || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function found(value: unknown, url: string, name: string): unknown {
  if (value !== undefined) return value;
  throw new PicklingError(`${describe(url)} has no ${name} in the receiving thread`);
}

function load(key: string): Promise<void> {
  let promise = loading.get(key);
  if (promise === undefined) {
    promise = importModule(key)
      .then(
        (namespace) => void namespaces.set(key, namespace),
        (cause: unknown) => {
          throw cannotLoad(key, cause);
        },
      )
      .finally(() => loading.delete(key));
    loading.set(key, promise);
  }
  return promise;
}

async function importModule(key: string): Promise<object> {
  await tsxHooks();
  const [parent, specifier] = origin(key);
  if (parent !== undefined) return importerOf(parent)(specifier);
  if (key !== entryUrl()) return await importUrl(key);
  markEntry(true);
  try {
    return await importUrl(key);
  } finally {
    markEntry(false);
  }
}

/** Importing module (absent for a URL) and specifier of a key. */
function origin(key: string): [parent: string | undefined, specifier: string] {
  if (!key.startsWith(RELATIVE_KEY)) return [undefined, key];
  const [parent = '', specifier = ''] = key.slice(RELATIVE_KEY.length).split(':');
  return [decodeURIComponent(parent), decodeURIComponent(specifier)];
}

function describe(key: string): string {
  const [parent, specifier] = origin(key);
  return parent === undefined ? `module ${specifier}` : `module '${specifier}', imported by ${parent},`;
}

function cannotLoad(key: string, cause: unknown): PicklingError {
  if (cause instanceof PicklingError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PicklingError(`Cannot load ${describe(key)} in the receiving thread: ${reason}`, { cause });
}

function pathOf(url: string): string {
  return url.startsWith('file:') ? process.getBuiltinModule('node:url').fileURLToPath(url) : url;
}
