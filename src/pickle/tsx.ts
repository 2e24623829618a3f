/**
 * tsx in worker threads of Node 20: `--import tsx` registers its hooks in the main thread only, and before Node 22 workers
 * do not share them. So in a program that runs under tsx, a worker registers them too before it loads the first module.
 * (Not after a failure: the loader remembers that a module could not be loaded.)
 */

import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { importerOf } from './importer.js';

/** The first major version of Node whose workers share the hooks of the main thread. */
const SHARED_HOOKS = 22;

let registering: Promise<void> | null | undefined;

/** A promise if the module has to wait for the hooks, else `null`. */
export function tsxHooks(): Promise<void> | null {
  if (registering === undefined) registering = isNeeded() ? register() : null;
  return registering;
}

function options(): string {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
}

function isNeeded(): boolean {
  if (isMainThread || Number.parseInt(process.versions.node, 10) >= SHARED_HOOKS) return false;
  return /(?:^|[\s=/])tsx(?:\/|\s|$)/.test(options());
}

/** The tsx command line names its own files; `--import tsx` is the one that the program's folder finds. */
function importedFrom(): string {
  const [own] = /file:\S+\/tsx\/\S+/.exec(options()) ?? [];
  return own ?? pathToFileURL(`${process.cwd()}/index.js`).href;
}

async function register(): Promise<void> {
  try {
    const api = (await importerOf(importedFrom())('tsx/esm/api')) as { register: () => unknown };
    api.register();
  } catch {
    // Another tsx than the one thought of: modules are loaded without it.
  }
}
