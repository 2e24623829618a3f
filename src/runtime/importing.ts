/** Whether this isolate imports the program's main module, to find something that it exports. */

import { isMainThread } from 'node:worker_threads';
import { RuntimeError } from '../errors.js';

/**
 * To be called before `what` starts an isolate: what the main module starts when a worker imports it would start workers
 * without end.
 *
 * @throws {RuntimeError} in a worker that imports the main module.
 */
export function refuseImportingMain(what: string): void {
  const importing = (globalThis as { [key: symbol]: unknown })[Symbol.for('polycore.importingMain')];
  if (isMainThread || importing !== true) return;
  throw new RuntimeError(
    `A worker is importing the main module of this program, which creates a ${what}. Guard the part that is to run only in ` +
      'the main thread: if (isMain(import.meta)) { … }, or move the functions for it to a module of their own.',
  );
}
