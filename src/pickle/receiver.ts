/**
 * The receiver's side of `origin.ts`: the value of a captured variable that was not sent.
 */

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importKey, moduleOf, requireFrom, resolveReference } from './modules.js';
import type { Origin } from './origin.js';

/** What a captured variable of this origin is here. */
export function valueOf(origin: Exclude<Origin, { kind: 'value' | 'weak' }>): unknown {
  switch (origin.kind) {
    case 'import':
      return member(importKey(origin.parent, origin.specifier), origin.path);
    case 'require':
      return follow(requireFrom(origin.parent, origin.specifier), origin.path);
    case 'interop':
      return interop(requireFrom(origin.parent, origin.specifier), origin.star, origin.wrapped);
    case 'reference':
      return resolveReference(origin.url, origin.name);
    case 'requireFunction':
      return createRequire(origin.url);
    case 'module':
      return moduleObject(origin.url);
    case 'meta':
      return metaOf(origin.url);
    case 'coverage':
      return () => counter;
  }
}

function member(key: string, path: readonly string[]): unknown {
  if (path.length === 0) return moduleOf(key);
  const [first = '', ...rest] = path;
  return follow(resolveReference(key, first), rest);
}

function follow(from: unknown, path: readonly string[]): unknown {
  let value = from;
  for (const key of path) value = (value as Record<string, unknown>)[key];
  return value;
}

/** What the interop functions of the compilers build around `require()`. */
function interop(exports: unknown, star: boolean, wrapped: boolean): object {
  const source = exports as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  if (star) {
    for (const key of Object.keys(source)) {
      if (key !== 'default') Object.defineProperty(result, key, { enumerable: true, get: () => source[key] });
    }
  }
  Object.defineProperty(result, 'default', { enumerable: true, get: () => (wrapped ? exports : source['default']) });
  return result;
}

function moduleObject(url: string): unknown {
  const path = fileURLToPath(url);
  const { cache } = createRequire(url);
  return cache[path] ?? { id: path, filename: path, exports: resolveReference(url, 'module.exports') };
}

const metas = new Map<string, object>();

function metaOf(url: string): object {
  let meta = metas.get(url);
  if (meta === undefined) metas.set(url, (meta = createMeta(url)));
  return meta;
}

function createMeta(url: string): object {
  const meta: Record<string, unknown> = Object.assign(Object.create(null) as object, { url });
  if (url.startsWith('file:')) {
    const filename = fileURLToPath(url);
    Object.assign(meta, { dirname: dirname(filename), filename });
    const { resolve } = createRequire(url);
    const { pathToFileURL } = process.getBuiltinModule('node:url');
    meta['resolve'] = (specifier: string): string => {
      if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, url).href;
      if (URL.canParse(specifier)) return specifier;
      const path = resolve(specifier);
      return path === specifier ? `node:${path}` : pathToFileURL(path).href;
    };
  }
  return meta;
}

/** Any property of it is a counter again, which reads as 0 and can be set. */
const counter: object = new Proxy(() => undefined, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => 0 : counter),
  set: () => true,
});
