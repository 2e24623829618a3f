/**
 * Job slots as JavaScript sees them: 256-byte records of the shared region, read and written through typed arrays. The
 * table of words is in `crates/sched/src/slot.rs`; this file must agree with it.
 *
 * A slot belongs to one thread at a time: its submitter until `submit`, its runner until `complete`, then its submitter
 * again. The queues of the native side order the accesses.
 */

import { binding, NoSharedMemoryError } from '../native/binding.js';

/** Word numbers within a slot (32-bit words). */
export const STATE = 1;
export const TOKEN = 3;
export const FUNCTION = 4;
export const KIND = 5;
export const LENGTH = 6;
export const DEPTH = 7;
/** Offset of the payload's block, a double: two words. */
export const BLOCK = 8;
export const WORKER = 12;
export const OPERATION = 13;
export const STATUS = 14;
export const ARGUMENT = 15;

/** Words of a slot that waits; the table is in `crates/sync/src/waiter.rs`. */
export const PHASE = 7;
export const RESULT = 14;

/** Byte of a payload that is one double: in the header's own cache line, in place of the length of a block. */
export const SINGLE = 40;
/** First byte and number of bytes of the inline payload. */
export const INLINE = 64;
export const INLINE_BYTES = 192;

/** `STATE` of a slot that a worker has taken. */
export const RUNNING = 3;

/** Values of `STATUS`. */
export const OK = 0;
export const ERROR = 1;
export const CANCELLED = 2;
export const CRASHED = 3;
/** The payload is the error of a worker that ended while it ran the job. */
export const DIED = 5;

/** `TOKEN` of a slot that carries an event. */
export const EVENT_TOKEN = -1;
/** Events about a worker: values of `OPERATION` of such a slot; `ARGUMENT` is the worker's key, `FUNCTION` a value. */
export const EVENT_GONE = 1;
export const EVENT_SAID = 2;
/** Another event: the payload is an error that has ended a thread, and the thread. */
export const EVENT_UNCAUGHT = 3;
/** Value of `EVENT_SAID`: the worker takes jobs from now on. Other values name the error of its initializer. */
export const READY = -1;

const SLOT_SHIFT = 8;
const SLOTS_PER_SEGMENT_SHIFT = 12;
const INDEX_MASK = (1 << SLOTS_PER_SEGMENT_SHIFT) - 1;

/** The same megabyte of slots as words, doubles and bytes. */
export interface Segment {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly bytes: Buffer;
}

const segments: Segment[] = [];

/** The segment that holds `slot`. */
export function segmentOf(slot: number): Segment {
  return segments[slot >>> SLOTS_PER_SEGMENT_SHIFT] ?? mapSegment(slot >>> SLOTS_PER_SEGMENT_SHIFT);
}

/** Index of the first byte of `slot` within its segment; `>> 2` for words, `>> 3` for doubles. */
export function baseOf(slot: number): number {
  return (slot & INDEX_MASK) << SLOT_SHIFT;
}

/** Reads a word of a slot. */
export function getWord(slot: number, word: number): number {
  return segmentOf(slot).words[(baseOf(slot) >> 2) + word] as number;
}

/** Writes a word of a slot. */
export function setWord(slot: number, word: number, value: number): void {
  segmentOf(slot).words[(baseOf(slot) >> 2) + word] = value;
}

function mapSegment(index: number): Segment {
  const buffer = binding.segment(index);
  const segment = { words: new Int32Array(buffer), doubles: new Float64Array(buffer), bytes: Buffer.from(buffer) };
  segments[index] = segment;
  return segment;
}

/**
 * Checks that views of the region are views and not copies: writes a word here and looks for it in a second view.
 *
 * @throws {NoSharedMemoryError} `ERR_POLYCORE_NO_SHARED_MEMORY` in runtimes that copy external memory.
 */
export function checkSharedMemory(slot: number): void {
  const first = segmentOf(slot).words;
  const second = new Int32Array(binding.segment(slot >>> SLOTS_PER_SEGMENT_SHIFT));
  const at = (baseOf(slot) >> 2) + ARGUMENT;
  first[at] = 0x5eed;
  if (second[at] !== 0x5eed || second[(baseOf(slot) >> 2) + STATE] === 0) {
    throw new NoSharedMemoryError('This runtime copies external memory; polycore needs real views of shared memory');
  }
}
