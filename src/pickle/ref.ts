/**
 * `ref(url, name)`: a function that travels as the name of a module's export, whatever the inspector would find. For
 * bundled code, whose modules are not the files the functions were written in.
 */

import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importKey, loadModules, resolveReference } from './codec.js';
import { entryUrl } from './main.js';
import type { Reference } from './reference.js';
import { typeName } from '../type-name.js';

/** The marker: callable here too, where it loads the module first. */
export type Ref<F extends (...args: never[]) => unknown> = (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>;

const references = new WeakMap<Function, Reference>();

/**
 * Names the export `name` of a module.
 *
 * @param url absolute URL, absolute path, or the name of a package as the program's entry module would import it.
 * @param name default: `'default'`.
 * @throws {TypeError} for a relative path: use `new URL('./file.js', import.meta.url)`; for what is no text or URL.
 * @example
 * const hash = ref<typeof import('./hash.js').hash>(new URL('./hash.js', import.meta.url), 'hash');
 * await pool.map(hash, files);
 */
export function ref<F extends (...args: never[]) => unknown = (...args: unknown[]) => unknown>(
  url: string | URL,
  name = 'default',
): Ref<F> {
  if (typeof name !== 'string') throw new TypeError(`Expected \`name\` to be a string, got ${typeof name}`);
  const reference: Reference = { url: address(url), name };
  const marker = async (...args: Parameters<F>): Promise<Awaited<ReturnType<F>>> => {
    await loadModules([reference.url]);
    const target = resolveReference(reference.url, name) as F;
    return (await target(...args)) as Awaited<ReturnType<F>>;
  };
  references.set(marker, reference);
  return marker;
}

/** The reference of a marker made by `ref`, else `undefined`. */
export function explicitReference(fn: Function): Reference | undefined {
  return references.get(fn);
}

function address(url: string | URL): string {
  if (typeof url !== 'string' && !(url instanceof URL)) {
    throw new TypeError(`Expected \`url\` to be a string or a URL, got ${typeName(url)}`);
  }
  const text = String(url);
  if (isAbsolute(text)) return pathToFileURL(text).href;
  if (text.startsWith('.') || text === '') {
    throw new TypeError(`Expected \`url\` to be absolute, got ${JSON.stringify(text)}: use new URL(…, import.meta.url)`);
  }
  if (/^[a-z][a-z+.-]+:/i.test(text)) return text;
  return importKey(entryUrl() ?? pathToFileURL(`${process.cwd()}/index.js`).href, text);
}
