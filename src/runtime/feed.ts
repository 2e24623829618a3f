/**
 * The feed of a worker isolate: when it takes jobs and how it waits for them.
 *
 * - *Idle*: nothing but the pool keeps the worker's event loop alive. Node then emits `beforeExit`, and there the worker
 *   blocks natively; a job costs a futex wake-up and no turn of the event loop. After jobs it lets the loop turn once, so
 *   that whatever they started (timers, sockets, promises) runs.
 * - *Alive*: the loop has timers or sockets of earlier tasks. The worker sleeps in the loop and is woken by its port.
 * - *Busy*: an async task is pending. The worker takes no other job, unless the task waits for jobs of its own; then it
 *   takes jobs that lie deeper (see `crates/sched/src/pool.rs`).
 */

import { binding } from '../native/binding.js';
import { execute, fail } from './execute.js';
import { collect, hold, pendingCount, setBlocker, setWakeListener, unhold } from './port.js';
import { DEPTH, DIED, getWord } from './slot.js';

const WAIT_LOOP = 1;
const WAIT_BLOCK = 2;
const WAIT_SPIN = 3;
const RESULTS = -2;
const LEAVE = -3;
const STOPPED = -4;

/** Milliseconds of jobs in a row before the event loop gets a turn. */
const SPELL = 5;
const FOREVER = 1e12;

/** How a feed is set up. */
export interface FeedOptions {
  /** Jobs after which the worker ends, or 0. */
  maxTasks: number;
  /** Milliseconds without a job after which it ends, or 0. */
  idleTimeout: number;
}

/** Depths and slots of the jobs that this isolate is running, outermost first. */
const running: { slot: number; depth: number }[] = [];
let options: FeedOptions = { maxTasks: 0, idleTimeout: 0 };
let started = false;
let taken = 0;
let pumping = false;
let leaving = false;
let farewell: (() => Promise<void> | undefined) | undefined;

/** Nesting depth of jobs submitted now. */
export function submitDepth(): number {
  return floor() + 1;
}

function floor(): number {
  let deepest = 0;
  for (const job of running) if (job.depth > deepest) deepest = job.depth;
  return deepest;
}

/** A job was submitted: an async task that goes on to wait for it must not keep this worker from running it. */
export function submitted(): void {
  if (started && running.length > 0 && !pumping) setImmediate(pump);
}

/** Fails the jobs that this isolate is running, because it ends. */
export function failRunning(makeError: () => unknown): void {
  for (const { slot } of running.splice(0)) fail(slot, makeError(), DIED);
}

/** `farewell` is called when this worker is to end; if it returns a promise, that is awaited. */
export function setFarewell(listener: () => Promise<void> | undefined): void {
  farewell = listener;
}

/** Begins to take jobs. */
export function startFeed(given: FeedOptions): void {
  options = given;
  started = true;
  setWakeListener(pump);
  setBlocker(blockOnce);
  process.on('beforeExit', park);
  // The initializer may have left something that keeps the event loop busy: then there is no `beforeExit`.
  setImmediate(pump);
}

/** Runs the job in `slot`; whether it goes on in the event loop. */
function runJob(slot: number): boolean {
  taken++;
  const job = { slot, depth: getWord(slot, DEPTH) };
  running.push(job);
  const later = execute(slot);
  if (later === undefined) {
    finished(job);
    return false;
  }
  hold();
  void later.then(() => {
    finished(job);
    unhold();
    // Not from inside a promise callback: jobs in a row would starve the event loop.
    setImmediate(pump);
  });
  return true;
}

function finished(job: { slot: number }): void {
  const index = running.lastIndexOf(job as (typeof running)[number]);
  if (index >= 0) running.splice(index, 1);
}

/** Takes jobs inside the event loop until there is none, one goes on asynchronously, or the loop deserves a turn. */
function pump(): void {
  if (pumping || leaving || !started) return;
  pumping = true;
  try {
    const end = performance.now() + SPELL;
    for (;;) {
      collect();
      if (running.length > 0 && pendingCount() === 0) return;
      if (isSpent()) return leave();
      const slot = binding.next(floor(), WAIT_LOOP, 0);
      if (slot >= 0) {
        if (runJob(slot) && pendingCount() === 0) return;
        if (performance.now() > end) {
          setImmediate(pump);
          return;
        }
      } else if (slot === LEAVE) {
        return leave();
      } else if (slot !== RESULTS) {
        return;
      }
    }
  } finally {
    pumping = false;
  }
}

/** The event loop is empty: blocks until there is a job, runs jobs for a spell, and lets the loop turn. */
function park(): void {
  if (leaving || pumping) return;
  pumping = true;
  try {
    let slot = binding.next(0, WAIT_BLOCK, options.idleTimeout || FOREVER);
    if (slot === STOPPED) return;
    if (slot === LEAVE || (slot < 0 && slot !== RESULTS && options.idleTimeout > 0)) return leave();
    const end = performance.now() + SPELL;
    while (slot >= 0 && !runJob(slot) && !isSpent() && performance.now() < end) slot = binding.next(0, WAIT_SPIN, 0);
    setImmediate(pump);
  } finally {
    pumping = false;
  }
}

function isSpent(): boolean {
  return options.maxTasks > 0 && taken >= options.maxTasks && running.length === 0 && pendingCount() === 0;
}

/** One wait of a `…Sync` call in this worker: runs one deeper job, or blocks until there is one or a result is there. */
function blockOnce(milliseconds: number): boolean {
  const slot = binding.next(floor(), WAIT_BLOCK, milliseconds);
  if (slot >= 0) {
    runJob(slot);
    return true;
  }
  return slot === RESULTS;
}

function leave(): void {
  leaving = true;
  const done = farewell?.();
  if (done === undefined) process.exit(0);
  void done.then(() => process.exit(0));
}
