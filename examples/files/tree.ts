/**
 * The regular files under a directory. Links are counted, not followed, so nothing is read twice and there are no cycles; sockets, pipes and
 * devices are counted, not opened; what cannot be listed is noted.
 */

import { lstatSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../terminal/program.ts';
import { reason, type Unreadable } from './unreadable.ts';

/** A regular file when it was listed. */
export interface File {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
}

/** A directory, walked. */
export interface Tree {
  /** Absolute. */
  readonly directory: string;
  readonly files: readonly File[];
  readonly links: number;
  readonly special: number;
  readonly unreadable: readonly Unreadable[];
}

/** Where the examples find real files without being told. */
const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/**
 * Walks the directory, by default this project's node_modules.
 *
 * @param wanted which file names to take.
 * @throws {UsageError} if it does not exist, is no directory, or cannot be read at all.
 */
export function walk(argument: string | undefined, wanted: (name: string) => boolean = () => true): Tree {
  const directory = resolve(argument ?? NODE_MODULES);
  const files: File[] = [];
  const unreadable: Unreadable[] = [];
  let links = 0;
  let special = 0;
  const open = [directory];
  checkDirectory(directory);
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of list(folder, unreadable)) {
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) links++;
      else if (entry.isDirectory()) open.push(path);
      else if (!entry.isFile()) special++;
      else if (wanted(entry.name)) note(path, files, unreadable);
    }
  }
  return { directory, files, links, special, unreadable };
}

function checkDirectory(directory: string): void {
  let isDirectory;
  try {
    isDirectory = statSync(directory).isDirectory();
    if (isDirectory) readdirSync(directory);
  } catch (error) {
    throw new UsageError(`cannot read the directory ${JSON.stringify(directory)}: ${reason(error)}`);
  }
  if (!isDirectory) throw new UsageError(`${JSON.stringify(directory)} is not a directory`);
}

function list(folder: string, unreadable: Unreadable[]): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    unreadable.push({ path: folder, error: reason(error) });
    return [];
  }
}

function note(path: string, files: File[], unreadable: Unreadable[]): void {
  try {
    files.push({ path, size: lstatSync(path).size });
  } catch (error) {
    unreadable.push({ path, error: reason(error) });
  }
}
