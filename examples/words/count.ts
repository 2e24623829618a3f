/** The job of a worker: counts the words of some files. */

import { readFileSync } from 'node:fs';
import { reason, type Unreadable } from '../files/unreadable.ts';

/** Counts of words in lower case. A `Map` travels as a `Map`. */
export type Counts = Map<string, number>;

/** The words of one batch. */
export interface Counted {
  readonly counts: Counts;
  readonly unreadable: readonly Unreadable[];
}

/** A letter, then letters, marks, apostrophes and hyphens, not ending in one of the latter. */
const WORD = /\p{L}[\p{L}\p{M}]*(?:['’-][\p{L}\p{M}]+)*/gu;

/** Counts the words of each file, together. */
export function countWords(paths: readonly string[]): Counted {
  const counts: Counts = new Map();
  const unreadable: Unreadable[] = [];
  for (const path of paths) {
    try {
      for (const [word] of readFileSync(path, 'utf8').toLowerCase().matchAll(WORD)) counts.set(word, (counts.get(word) ?? 0) + 1);
    } catch (error) {
      unreadable.push({ path, error: reason(error) });
    }
  }
  return { counts, unreadable };
}

/** Adds the second to the first. */
export function merge(total: Counts, counts: Counts): void {
  for (const [word, count] of counts) total.set(word, (total.get(word) ?? 0) + count);
}
