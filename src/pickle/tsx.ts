/**
 * tsx in worker threads of Node 20: `--import tsx` registers its hooks in the main thread only, and before Node 22 workers
 * do not share them. When a module written in TypeScript cannot be loaded, and the program runs under tsx, its hooks are
 * registered in this thread too.
 */

import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { importerOf } from './importer.js';

let registered = false;

/** Says whether it makes sense to try again after this error of a loader. */
export async function registerTsx(error: unknown): Promise<boolean> {
  const code = (error as { code?: unknown } | null)?.code;
  if (isMainThread || registered || code !== 'ERR_UNKNOWN_FILE_EXTENSION') return false;
  registered = true;
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  if (!options.includes('tsx')) return false;
  const program = importerOf(pathToFileURL(`${process.cwd()}/index.js`).href);
  const api = (await program('tsx/esm/api')) as { register: () => unknown };
  api.register();
  return true;
}
