/** Fills the system's file cache, so that the first of two timed runs does not pay for reading the disk. */

import { closeSync, openSync, readSync } from 'node:fs';
import { Progress } from '../terminal/progress.ts';
import type { File } from './tree.ts';

const buffer = Buffer.allocUnsafe(1 << 20);

/** Reads every file once. What cannot be read is left for the runs to find. */
export function warmFileCache(files: readonly File[]): void {
  using progress = new Progress('reading', files.length);
  for (const { path, size } of files) {
    read(path, size);
    progress.add(1);
  }
}

function read(path: string, size: number): void {
  let descriptor;
  try {
    descriptor = openSync(path, 'r');
    for (let position = 0, got = 1; position < size && got > 0; position += got) got = readSync(descriptor, buffer);
  } catch {
    // The runs report it.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
