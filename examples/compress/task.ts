/**
 * The job of a worker: SHA-256 and gzip (level 9) of files. A module of its own, because a function that a module exports travels by
 * reference: each worker imports this file, and not the program around it.
 */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { reason, type Unreadable } from '../files/unreadable.ts';

/** A file that was read to its end. */
export interface Packed {
  readonly path: string;
  readonly size: number;
  /** Bytes of its gzip form. */
  readonly packed: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Time of the last modification when it was opened, in milliseconds. */
  readonly modified: number;
}

export type Outcome = Packed | Unreadable;

/** Large files go in slices, each a gzip member (a gzip file is a sequence of them): memory stays bounded. */
const SLICE = 16 << 20;

/** Reads, hashes and compresses each file; one that cannot be read is an outcome too. */
export function packFiles(paths: readonly string[]): Outcome[] {
  return paths.map((path) => {
    try {
      return packFile(path);
    } catch (error) {
      return { path, error: reason(error) };
    }
  });
}

function packFile(path: string): Packed {
  const descriptor = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const status = fstatSync(descriptor);
    const buffer = Buffer.allocUnsafe(Math.min(status.size, SLICE));
    let size = 0;
    let packed = 0;
    do {
      const slice = buffer.subarray(0, fill(descriptor, buffer));
      if (slice.length === 0 && size > 0) break;
      hash.update(slice);
      packed += gzipSync(slice, { level: constants.Z_BEST_COMPRESSION }).length;
      size += slice.length;
    } while (size % SLICE === 0 && size > 0);
    return { path, size, packed, sha256: hash.digest('hex'), modified: status.mtimeMs };
  } finally {
    closeSync(descriptor);
  }
}

/** Reads until the buffer is full or the file ends. */
function fill(descriptor: number, buffer: Buffer): number {
  let filled = 0;
  while (filled < buffer.length) {
    const got = readSync(descriptor, buffer, filled, buffer.length - filled, null);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}
