/**
 * Files grouped into jobs. Thousands of small files one by one would mean more messages than work, so they go in batches; a large file is a
 * batch of its own. The largest come first: a long job that starts last leaves the other workers idle.
 */

import type { File } from './tree.ts';

/** Work of a job, in bytes read. */
const BYTES = 1 << 20;
/** Opening a file costs time too, even an empty one. */
const FILES = 64;

/** The paths of the files of one job. */
export type Batch = readonly string[];

/** Every file in one batch each; @param limit bytes of a batch that has more than one file. */
export function batches(files: readonly File[], limit = BYTES): Batch[] {
  const result: string[][] = [];
  let batch: string[] = [];
  let size = 0;
  for (const file of [...files].sort((a, b) => b.size - a.size)) {
    if (batch.length > 0 && (size + file.size > limit || batch.length === FILES)) {
      result.push(batch);
      batch = [];
      size = 0;
    }
    batch.push(file.path);
    size += file.size;
  }
  if (batch.length > 0) result.push(batch);
  return result;
}

/** The first files that together have at most so many bytes. */
export function upTo(files: readonly File[], limit: number): File[] {
  let size = 0;
  return files.filter((file) => {
    if (size + file.size > limit) return false;
    size += file.size;
    return true;
  });
}

/** Bytes of all of them. */
export function totalSize(files: readonly File[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
