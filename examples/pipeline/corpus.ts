/**
 * The text that is analysed: the CMU Pronouncing Dictionary, as an npm package ships it. One entry a line, like a log:
 *
 *     "tomato(2)": "T AH0 M AA1 T OW2",
 *
 * A word, the number of the pronunciation if there are several, its sounds, and the stress of each vowel. Some have a remark.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { reason } from '../files/unreadable.ts';
import { UsageError } from '../terminal/program.ts';

const PACKAGE = 'cmu-pronouncing-dictionary';

/** Most bytes of a block. */
const BLOCK = 1 << 17;
/** Blocks of a batch. */
const BLOCKS = 4;

/** Where it is. */
export interface Corpus {
  readonly path: string;
  /** Of the package, and its version. */
  readonly name: string;
  readonly bytes: number;
}

/** Some lines, all of them whole. */
export interface Block {
  readonly text: Buffer;
  /** Whether it is the last one of its batch. */
  readonly endsBatch: boolean;
}

/** Finds the text. @throws {UsageError} when the package is not installed, or cannot be read. */
export function findCorpus(): Corpus {
  const require = createRequire(import.meta.url);
  try {
    const path = require.resolve(PACKAGE);
    const { version } = require(`${PACKAGE}/package.json`) as { version: string };
    const descriptor = openSync(path, 'r');
    try {
      return { path, name: `${PACKAGE} ${version}`, bytes: fstatSync(descriptor).size };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new UsageError(`cannot read the package ${PACKAGE}: ${reason(error).split('\n')[0]}; \`npm ci\` installs it`);
  }
}

/** Reads a file as blocks of whole lines, so many times over. Every caller gets the same blocks and batches. */
export function* blocksOf(path: string, times: number): Generator<Block> {
  for (let time = 0; time < times; time++) yield* blocksOnce(path);
}

function* blocksOnce(path: string): Generator<Block> {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    let [position, count] = [0, 0];
    while (position < size) {
      const text = Buffer.allocUnsafeSlow(Math.min(BLOCK, size - position));
      const length = wholeLines(text.subarray(0, readSync(descriptor, text, 0, text.length, position)), position + text.length === size);
      position += length;
      yield { text: text.subarray(0, length), endsBatch: ++count % BLOCKS === 0 || position === size };
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes of the whole lines; the last line of a file need not end. */
function wholeLines(text: Buffer, isEnd: boolean): number {
  const length = isEnd ? text.length : text.lastIndexOf('\n') + 1;
  if (length === 0) throw new Error(`Expected lines of at most ${BLOCK} bytes`);
  return length;
}
