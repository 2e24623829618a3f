/**
 * This isolate's completion port: what it has submitted and not yet got back.
 *
 * Each slot under way carries a token, the index of its `Pending` in a table. Finished slots are collected in batches by
 * one native call; the wake-up is one call of `onWake` per batch. While anything is pending the event loop is held.
 *
 * To be woken takes a thread longer than a short job. So for a moment after a submission or a result the main thread does not
 * sleep: it looks at the port in each turn of its event loop, and nobody has to wake it.
 */

import { isMainThread, threadId } from 'node:worker_threads';
import { binding } from '../native/binding.js';
import { checkSharedMemory, EVENT_TOKEN, EVENT_UNCAUGHT, getWord, OPERATION, setWord, TOKEN } from './slot.js';

/** Something that waits for a slot to come home. */
export interface Pending {
  /** The slot is back: read it. It is recycled when this returns, unless it returns `true`, which keeps it. */
  settle(slot: number): boolean | void;
}

/** Hears about workers; see the events in `slot.ts`. */
export type EventListener = (slot: number) => void;

/** Slots reserved at once, and kept for reuse at most. */
const REFILL = 256;
const KEEP = 1024;
/** Slots given back at once when there are too many: those of a consumer have to find their way to its producer. */
const RETURN = 512;
/** Slots read per turn of the event loop, so that a flood of results does not starve timers. */
const TURN = 4096;
const FOREVER = 1e12;
/** Milliseconds after a submission or a result in which the main thread looks for results in every turn, without sleeping. */
const ALERT = 0.03;
/** The real one, also where a test replaces timers later: results must come. */
const nextTurn = setImmediate;

/** The name of this isolate as the owner of a lock; 0 before the port is attached. */
export let self = 0;

let exchange: Uint32Array | undefined;
const free: number[] = [];
const table: (Pending | undefined)[] = [];
const freeTokens: number[] = [];
let pending = 0;
let held = 0;
let isPolling = false;
let alertUntil = 0;
let wakeListener: (() => void) | undefined;
let eventListener: EventListener | undefined;
let uncaughtListener: EventListener | undefined;

/** Registers this isolate; further calls do nothing. */
export function attachPort(): Uint32Array {
  if (exchange !== undefined) return exchange;
  exchange = new Uint32Array(binding.attach(onWake));
  self = binding.isolateNumber() + 1;
  binding.nameIsolate(`thread ${isMainThread ? 'MainThread' : threadId}`);
  const slot = takeSlot();
  checkSharedMemory(slot);
  free.push(slot);
  return exchange;
}

/** `listener` is called after each wake-up, when the results have been read. */
export function setWakeListener(listener: () => void): void {
  wakeListener = listener;
}

/** `listener` is called with each slot that carries an event about a worker of this isolate's pools. */
export function setEventListener(listener: EventListener): void {
  eventListener = listener;
}

/** `listener` is called with each slot that carries an error which has ended a thread; it has to recycle the slot. */
export function setUncaughtListener(listener: EventListener): void {
  uncaughtListener = listener;
}

/** Everything that waits for a slot now. */
export function allPending(): Pending[] {
  return table.filter((waiter) => waiter !== undefined);
}

/** Jobs of this isolate under way. */
export function pendingCount(): number {
  return pending;
}

/**
 * A slot to fill.
 *
 * @throws {RangeError} when all slots of the process are in use: 4,194,304, or fewer where address space is short.
 */
export function takeSlot(): number {
  return free.pop() ?? refill();
}

function refill(): number {
  const words = exchange ?? attachPort();
  const got = binding.reserve(REFILL);
  if (got === 0) {
    throw new RangeError('Too many jobs, queued items, waits and shared objects in this process; finish or close some first');
  }
  for (let i = got - 1; i > 0; i--) free.push(words[i] as number);
  return words[0] as number;
}

/** Gives a slot back. */
export function recycle(slot: number): void {
  if (free.push(slot) > KEEP) giveBack();
}

function giveBack(): void {
  const words = exchange ?? attachPort();
  for (let i = 0; i < RETURN; i++) words[i] = free.pop() as number;
  binding.releaseMany(RETURN);
}

/** Registers who waits for `slot`. To be called before it is submitted; `forget` undoes it. */
export function expect(slot: number, waiter: Pending): void {
  const token = freeTokens.pop() ?? table.length;
  table[token] = waiter;
  setWord(slot, TOKEN, token);
  if (pending++ === 0) hold();
  if (isMainThread && !isPolling) startPolling();
}

/** Nobody waits for `slot`: it was not submitted. */
export function forget(slot: number): void {
  const token = getWord(slot, TOKEN);
  table[token] = undefined;
  freeTokens.push(token);
  if (--pending === 0) unhold();
}

/** Keeps the event loop alive until `unhold`; counted. */
export function hold(): void {
  if (held++ === 0) binding.hold(true);
}

/** Ends one `hold`. */
export function unhold(): void {
  if (--held === 0) binding.hold(false);
}

/** Reads finished slots, at most `limit`; how many there were. Never throws. */
export function collect(limit: number = Number.POSITIVE_INFINITY): number {
  const words = exchange ?? attachPort();
  let total = 0;
  while (total < limit) {
    const count = binding.collect();
    if (count === 0) break;
    // Copied first: a callback may submit, which refills through the same words.
    const batch = words.slice(0, count);
    for (let i = 0; i < count; i++) receive(batch[i] as number);
    total += count;
  }
  return total;
}

function receive(slot: number): void {
  const token = getWord(slot, TOKEN);
  if (token === EVENT_TOKEN) return receiveEvent(slot);
  const waiter = table[token];
  table[token] = undefined;
  freeTokens.push(token);
  if (--pending === 0) unhold();
  let keep: boolean | void = false;
  try {
    keep = waiter?.settle(slot);
  } catch (error) {
    rethrowLater(error);
  }
  if (keep !== true) recycle(slot);
}

function receiveEvent(slot: number): void {
  if (getWord(slot, OPERATION) === EVENT_UNCAUGHT) {
    guard(() => uncaughtListener?.(slot));
  } else {
    guard(() => eventListener?.(slot));
    recycle(slot);
  }
}

function guard(work: () => void): void {
  try {
    work();
  } catch (error) {
    rethrowLater(error);
  }
}

/** Reports an error of a user's callback as an uncaught exception without losing the rest of the batch. */
export function rethrowLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function onWake(): void {
  try {
    if (collect(TURN) >= TURN) setImmediate(onWake);
    wakeListener?.();
  } catch (error) {
    rethrowLater(error);
  }
}

function startPolling(): void {
  isPolling = true;
  alertUntil = performance.now() + ALERT;
  binding.setPolling(true);
  nextTurn(poll);
}

function poll(): void {
  if (collect(TURN) > 0) alertUntil = performance.now() + ALERT;
  if (pending > 0 && performance.now() < alertUntil) {
    nextTurn(poll);
    return;
  }
  isPolling = false;
  binding.setPolling(false);
  // What came before that has woken nobody.
  onWake();
}

/** How this isolate blocks; a worker replaces it, because it runs other jobs meanwhile. */
let blockOnce = (milliseconds: number): boolean => binding.wait(milliseconds) !== 0;

/** Replaces how `blockUntil` waits: a function that returns `false` when the time has passed with nothing done. */
export function setBlocker(block: (milliseconds: number) => boolean): void {
  blockOnce = block;
}

let blocking = 0;

/** Runs `work` as a `…Sync` call does: values that it reads load their modules at once. */
export function asBlocking<T>(work: () => T): T {
  blocking++;
  try {
    return work();
  } finally {
    blocking--;
  }
}

/** Whether a `…Sync` call is waiting: events of the event loop will not come. */
export function isBlocking(): boolean {
  return blocking > 0;
}

/**
 * Blocks the thread until `done()` or until `milliseconds` have passed; whether it is done. Results are read and their
 * callbacks called meanwhile.
 */
export function blockUntil(done: () => boolean, milliseconds: number = FOREVER): boolean {
  attachPort();
  const end = performance.now() + milliseconds;
  blocking++;
  try {
    for (;;) {
      collect();
      if (done()) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      blockOnce(left);
    }
  } finally {
    blocking--;
  }
}
