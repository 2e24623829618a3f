/** What the outcomes say: totals, a fingerprint, the least compressible files, and whether two runs agree. */

import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { Unreadable } from '../files/unreadable.ts';
import type { Outcomes } from './runs.ts';
import type { Outcome, Packed } from './task.ts';

/** A file of the ranking; `ratio` is its gzip form to itself. */
export interface Ranked {
  readonly path: string;
  readonly size: number;
  readonly packed: number;
  readonly ratio: number;
}

/** Totals over the files that could be read. Paths are relative to the directory. */
export interface Summary {
  readonly files: number;
  readonly empty: number;
  readonly bytes: number;
  readonly packedBytes: number;
  /** SHA-256 over paths and hashes in the order of paths: equal for equal directories. */
  readonly sha256: string;
  readonly leastCompressible: readonly Ranked[];
  readonly unreadable: readonly Unreadable[];
}

/** In smaller files the 20 bytes of a gzip frame decide. Ranked only where there are not enough larger ones. */
export const RANKED_SIZE = 1024;
const RANKED = 10;

export function summarize(directory: string, outcomes: Outcomes): Summary {
  const local = [...outcomes.values()].map((outcome): Outcome => ({ ...outcome, path: relative(directory, outcome.path) }));
  const packed = local.filter(isPacked).sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash('sha256');
  for (const { path, sha256 } of packed) hash.update(`${path}\0${sha256}\0`);
  return {
    files: packed.length,
    empty: packed.filter(({ size }) => size === 0).length,
    bytes: packed.reduce((sum, { size }) => sum + size, 0),
    packedBytes: packed.reduce((sum, file) => sum + file.packed, 0),
    sha256: hash.digest('hex'),
    leastCompressible: rank(packed),
    unreadable: local.filter((outcome): outcome is Unreadable => !isPacked(outcome)),
  };
}

/** Two runs next to each other: absolute paths of files. */
export interface Agreement {
  /** The outcomes differ, though the file was the same: one of the two is wrong. */
  readonly differences: readonly string[];
  /** Somebody wrote or removed the file between the runs, so they cannot be compared. */
  readonly changed: readonly string[];
}

export function compare(one: Outcomes, other: Outcomes): Agreement {
  const differences: string[] = [];
  const changed: string[] = [];
  for (const path of new Set([...one.keys(), ...other.keys()])) {
    const [first, second] = [one.get(path), other.get(path)];
    if (same(first, second)) continue;
    (hasChanged(first, second) ? changed : differences).push(path);
  }
  return { differences, changed };
}

function same(one: Outcome | undefined, other: Outcome | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  if (!isPacked(one) || !isPacked(other)) return !isPacked(one) && !isPacked(other) && one.error === other.error;
  return one.size === other.size && one.packed === other.packed && one.sha256 === other.sha256;
}

/** Errors that mean that somebody removed the file or changed its permissions. */
const GONE = /^(?:ENOENT|EACCES|EPERM)\b/;

function hasChanged(one: Outcome | undefined, other: Outcome | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  if (isPacked(one) && isPacked(other)) return one.modified !== other.modified;
  return [one, other].some((outcome) => !isPacked(outcome) && GONE.test(outcome.error));
}

function isPacked(outcome: Outcome): outcome is Packed {
  return 'sha256' in outcome;
}

function rank(files: readonly Packed[]): Ranked[] {
  const large = files.filter(({ size }) => size >= RANKED_SIZE);
  const candidates = large.length >= RANKED ? large : files.filter(({ size }) => size > 0);
  return candidates
    .map(({ path, size, packed }) => ({ path, size, packed, ratio: packed / size }))
    .sort((a, b) => b.ratio - a.ratio || b.size - a.size)
    .slice(0, RANKED)
    .map((file) => ({ ...file, ratio: Number(file.ratio.toFixed(4)) }));
}
