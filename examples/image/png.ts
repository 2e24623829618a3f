/** Pictures as PNG files, read back after they were written: what is on the disk is what was computed. */

import { accessSync, constants, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { decode, encode } from 'fast-png';
import { reason } from '../files/unreadable.ts';
import { UsageError } from '../terminal/program.ts';

/** Red, green and blue of each pixel, one byte each, row by row from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A written file. */
export interface PictureFile {
  readonly path: string;
  readonly bytes: number;
  /** Whether reading it gave the picture that was written. */
  readonly intact: boolean;
}

/**
 * Where the picture goes: the path given, or `name` under the system's folder for temporary files.
 *
 * @throws {UsageError} when nothing can be written there; better now than after the work.
 */
export function picturePath(given: string | undefined, name: string): string {
  if (given === undefined) {
    const folder = join(tmpdir(), 'polycore-examples');
    mkdirSync(folder, { recursive: true });
    return join(folder, name);
  }
  const path = resolve(given);
  try {
    accessSync(dirname(path), constants.W_OK);
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing?.isDirectory() === true) throw new Error('it is a directory');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reason(error)}`);
  }
  return path;
}

/** Writes the picture and reads the file back. @throws {UsageError} when it cannot be written. */
export function writePicture(path: string, { width, height, pixels }: Picture): PictureFile {
  try {
    writeFileSync(path, encode({ width, height, data: pixels, depth: 8, channels: 3 }));
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reason(error)}`);
  }
  const file = readFileSync(path);
  const read = decode(file, { checkCrc: true });
  const intact =
    read.width === width &&
    read.height === height &&
    read.channels === 3 &&
    read.depth === 8 &&
    Buffer.compare(Buffer.from(read.data.buffer, read.data.byteOffset, read.data.byteLength), pixels) === 0;
  return { path, bytes: file.length, intact };
}
