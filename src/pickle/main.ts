/**
 * The program's entry module: `isMain(import.meta)` is Python's `if __name__ == '__main__'`.
 *
 * A worker that loads the entry module, because a function exported by it is to run there, must not start the program
 * again. Its `import.meta.url` is the same as in the main thread, so the thread is asked too.
 */

import { createRequire } from 'node:module';
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** Every worker inherits what the main thread stores there: the path of the entry module. */
const ENTRY = 'polycore.entry';
/** Set on `globalThis` while a worker evaluates the entry module. */
const IMPORTING_MAIN = Symbol.for('polycore.importingMain');

if (isMainThread && getEnvironmentData(ENTRY) === undefined) setEnvironmentData(ENTRY, process.argv[1]);

let entry: { readonly argument: unknown; readonly url: string | null } | undefined;

/** URL of the module the process was started with, also in workers; `null` for `node -e` and the REPL. */
export function entryUrl(): string | null {
  const argument = getEnvironmentData(ENTRY) as unknown;
  if (entry === undefined || entry.argument !== argument) entry = { argument, url: locate(argument) };
  return entry.url;
}

/**
 * True only in the main thread, for the `import.meta` of the module the process was started with, be it the text of `node -e` or of
 * standard input.
 *
 * @throws {TypeError} when it is no `import.meta`; tools that compile to CommonJS may leave an empty object of it.
 */
export function isMain(meta: ImportMeta): boolean {
  const address = (meta as Partial<ImportMeta> | null | undefined)?.url;
  if (typeof address !== 'string') throw new TypeError('Expected `meta` to be import.meta, got something without a url');
  if (!isMainThread) return false;
  return isEvaluated(address) || bare(address) === entryUrl();
}

/** Whether a module is the text of `node -e` or of standard input, which nobody else can load. */
export function isEvaluated(url: string): boolean {
  return /\/\[eval\d+\]$/.test(url);
}

/** Tells the pool's constructor, through `globalThis`, that the entry module is being evaluated by a worker. */
export function markEntry(importing: boolean): void {
  if (!isMainThread) Reflect.set(globalThis, IMPORTING_MAIN, importing);
}

/** The argument may lack its extension, be a folder, or a link. */
function locate(argument: unknown): string | null {
  if (typeof argument !== 'string' || argument === '') return null;
  try {
    return pathToFileURL(realpathSync(createRequire(pathToFileURL(argument)).resolve(argument))).href;
  } catch {
    return existing(argument);
  }
}

function existing(argument: string): string | null {
  for (const extension of ['', '.ts', '.mts', '.cts', '.tsx', '.mjs', '.js', '.cjs']) {
    try {
      return pathToFileURL(realpathSync(argument + extension)).href;
    } catch {
      // Not this one.
    }
  }
  return null;
}

/** Loaders add queries. */
function bare(url: string): string {
  return url.replace(/[?#].*$/, '');
}
