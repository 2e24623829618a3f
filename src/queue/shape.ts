/** How the native side is told to make a queue. */

import { binding } from '../native/binding.js';
import { LIFO_QUEUE, PRIORITY_QUEUE, QUEUE } from '../runtime/kind.js';
import { shared, type SharedObject } from '../runtime/shared-object.js';
import { typeName } from '../type-name.js';

/** What sets the queues apart from each other. */
export interface Variety {
  readonly name: string;
  readonly kind: number;
}

/** Key of the variety of a class of queues. */
export const variety: unique symbol = Symbol('polycore.variety');

/** In which order items come out, by kind: bits of `crates/sync/src/queue.rs`. */
const ORDERS: Readonly<Record<number, number>> = { [QUEUE]: 0, [LIFO_QUEUE]: 1 << 8, [PRIORITY_QUEUE]: 1 << 9 };

/** Cells of the ring of an unbounded queue; what does not fit lies behind it. */
const CELLS = 4096;
/** Up to this limit the ring has room for all items, so that the queue works without a lock. */
const MOST_CELLS = 65_536;
const CELL_BYTES = 8;
/** Before the first cell of a ring; `crates/sched/src/queue.rs` has the same number. */
const HEAD_BYTES = 128;

/** The greatest limit there can be; all slots together are fewer. */
const MOST_ITEMS = 2 ** 31 - 1;

/** Options of a queue. */
export interface QueueOptions {
  /**
   * Bytes of all items together beyond which `put` waits; default: no limit. What counts is the encoded size. An item that
   * is larger gets in when the queue is empty.
   */
  maxBytes?: number;
}

/** @throws {TypeError} unless they are an object. */
export function checkOptions(options: object): void {
  if (typeof options === 'object' && options !== null) return;
  throw new TypeError(`Expected \`options\` to be an object, got ${typeName(options)}`);
}

/** @throws {TypeError} {RangeError} unless `maxsize` is an integer; 0 and less is no limit. */
export function checkMaxsize(maxsize: number): number {
  if (typeof maxsize !== 'number') throw new TypeError(`Expected \`maxsize\` to be a number, got ${typeof maxsize}`);
  if (!Number.isInteger(maxsize)) throw new RangeError(`Expected \`maxsize\` to be an integer, got ${maxsize}`);
  return Math.min(Math.max(0, maxsize), MOST_ITEMS);
}

/** @throws {TypeError} {RangeError} unless `maxBytes` is missing or an integer >= 1. */
export function checkMaxBytes(maxBytes: number | undefined): number {
  if (maxBytes === undefined) return 0;
  if (typeof maxBytes !== 'number') throw new TypeError(`Expected \`maxBytes\` to be a number, got ${typeof maxBytes}`);
  if (!(Number.isInteger(maxBytes) && maxBytes >= 1)) {
    throw new RangeError(`Expected \`maxBytes\` to be an integer >= 1, got ${maxBytes}`);
  }
  return maxBytes;
}

/** The object behind `wrapper`, made with these limits unless it has just arrived. */
export function queueObject(wrapper: object, kind: number, maxsize: number, maxBytes: number): SharedObject {
  const order = ORDERS[kind] as number;
  const cells = order !== 0 ? 0 : maxsize > 0 && maxsize <= MOST_CELLS ? maxsize : CELLS;
  const bind = (slot: number): void => binding.initQueue(slot, maxsize, maxBytes, order, cells);
  return shared(wrapper, kind, { bytes: cells === 0 ? 0 : HEAD_BYTES + cells * CELL_BYTES, bind });
}
