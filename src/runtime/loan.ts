/**
 * Big `Buffer`s on their way: copied once, into a shared object of the region that the message names, and lent to the
 * receiver as they are. So the receiver copies nothing and touches no fresh memory; the bytes are its own, and go back to
 * the region when its `Buffer` is collected. Moved on by `transfer`, they are not even copied again.
 *
 * Only `Buffer`s are lent: Node does not let the memory of a lent one be transferred by `postMessage`, which holds for
 * many of its own `Buffer`s, but would surprise in a plain `ArrayBuffer`.
 */

import { binding } from '../native/binding.js';
import { recycle, takeSlot } from './port.js';

/** Bytes from which on lending is cheaper than copying. */
export const LEND = 64 << 10;

/**
 * Bytes lent in one turn of the event loop at most; the rest is copied. Node gives lent memory back between turns only, so a
 * thread that reads in a loop without any (`…Sync` calls) would never give back what it drops.
 */
const MOST_IN_TURN = 16 << 20;

/** A shared object with the bytes. */
export interface Loan {
  readonly slot: number;
  readonly generation: number;
}

/** What this isolate has been lent. */
const lent = new WeakMap<ArrayBufferLike, Loan>();

/** Whether the buffer's memory is the region's: it is moved by its loan. */
export function isLent(buffer: ArrayBufferLike): boolean {
  return lent.has(buffer);
}

/** The loans for the parts of a message, `undefined` for those that travel in it; each has a reference of this isolate's. */
export function lend(parts: readonly Uint8Array[], moved: readonly ArrayBufferLike[]): (Loan | undefined)[] {
  return parts.map((part) => {
    if (part.length < LEND || !Buffer.isBuffer(part)) return undefined;
    const present = moved.includes(part.buffer) && part.length === part.buffer.byteLength ? lent.get(part.buffer) : undefined;
    return present ?? create(part);
  });
}

function create(bytes: Uint8Array): Loan {
  const slot = takeSlot();
  try {
    return { slot, generation: binding.createBuffer(slot, bytes) };
  } catch (error) {
    recycle(slot);
    throw error;
  }
}

/** The message refers to its loans now, or has failed: those made for it need this isolate's reference no longer. */
export function settle(loans: readonly (Loan | undefined)[], moved: readonly ArrayBufferLike[]): void {
  const kept = new Set(moved.map((buffer) => lent.get(buffer)));
  for (const loan of loans) {
    if (loan !== undefined && !kept.has(loan)) binding.unrefObject(loan.slot, loan.generation);
  }
}

/** Detaches moved buffers. */
export function giveUp(moved: readonly ArrayBufferLike[]): void {
  for (const buffer of moved) {
    lent.delete(buffer);
    binding.detachBuffer(buffer);
  }
}

/** The `length` bytes of a loan: lent until the buffer is collected, or copied when enough has been lent. */
export function borrow(loan: Loan, length: number): ArrayBuffer {
  if (lentInTurn + length > MOST_IN_TURN) return copyOf(loan, length);
  if (lentInTurn === 0) setImmediate(forgetTurn).unref();
  lentInTurn += length;
  const buffer = binding.borrowBuffer(loan.slot, loan.generation);
  lent.set(buffer, loan);
  return buffer;
}

/** Bytes lent since the event loop turned. */
let lentInTurn = 0;

function forgetTurn(): void {
  lentInTurn = 0;
}

function copyOf(loan: Loan, length: number): ArrayBuffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  binding.copyBuffer(loan.slot, bytes);
  return bytes.buffer as ArrayBuffer;
}
