/**
 * Running one job in a worker: arguments out of the slot, the call, the result or the error into the slot.
 *
 * A job is *synchronous* when everything it needs is loaded and its function returns no promise; then it costs one native
 * call. Otherwise a promise is returned, and the job is complete when that settles (it never rejects).
 */

import { binding } from '../native/binding.js';
import { PicklingError, RuntimeError } from '../errors.js';
import { dropBlock } from './block.js';
import { CALL, MAP, STARMAP } from './operation.js';
import { Later } from './parcel.js';
import { countDoubles, doublesOf, readPayload, writeList, writeValue } from './payload.js';
import { isBlocking } from './port.js';
import { resultOptions, resultsOptions } from './transfer.js';
import { type Callable, fetchedFunction, fetchFunction } from './shipping.js';
import { ARGUMENT, ERROR, FUNCTION, getWord, OK, OPERATION, setWord, STATUS } from './slot.js';
import { typeName } from '../type-name.js';

/** Outcome of a chunk whose results are in its block already. */
const IN_PLACE = Symbol('in place');

/** Runs the job in `slot` and completes it; a promise when it goes on in the event loop. */
export function execute(slot: number): Promise<void> | undefined {
  let outcome: unknown;
  try {
    const number = getWord(slot, FUNCTION);
    const fn = fetchedFunction(number) ?? fetchFunction(number);
    const doubles = getWord(slot, OPERATION) === MAP && !(fn instanceof Later) ? countDoubles(slot) : -1;
    if (doubles >= 0) {
      outcome = mapDoubles(slot, fn as Callable, doubles);
    } else {
      const payload = readPayload(slot);
      outcome = fn instanceof Later || payload instanceof Later ? runLater(slot, fn, payload) : run(slot, fn, payload);
    }
    if (outcome instanceof Promise) return finishLater(slot, outcome);
  } catch (error) {
    fail(slot, error);
    return undefined;
  }
  succeed(slot, outcome);
  return undefined;
}

async function runLater(slot: number, fn: Callable | Later, payload: unknown): Promise<unknown> {
  const ready = fn instanceof Later ? ((await fn.promise) as Callable) : fn;
  const value = payload instanceof Later ? await payload.promise : payload;
  // Not from inside this promise callback: there a Sync call of the task could not let promises of inner tasks settle.
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(run(slot, ready, value));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Calls the function; a promise if it, or one of its calls, returns one. */
function run(slot: number, fn: Callable, payload: unknown): unknown {
  const list = payload as never[];
  const operation = getWord(slot, OPERATION);
  if (operation !== CALL) return runChunk(slot, fn, list, operation === STARMAP);
  const result = list.length === 1 ? fn(list[0] as never) : fn(...list);
  return isThenable(result) ? Promise.resolve(result) : result;
}

/** A chunk of doubles in a block: each result takes the place of its item, as long as the results are numbers. */
function mapDoubles(slot: number, fn: Callable, length: number): unknown {
  const { into: doubles, at } = doublesOf(slot, length);
  let i = 0;
  let result: unknown;
  try {
    for (; i < length; i++) {
      result = fn(doubles[at + i] as never);
      if (typeof result !== 'number') break;
      doubles[at + i] = result;
    }
  } catch (error) {
    dropBlock(slot);
    setWord(slot, ARGUMENT, i);
    throw error;
  }
  if (i === length) return IN_PLACE;
  const items = Array.from(doubles.subarray(at, at + length));
  dropBlock(slot);
  const results: unknown[] = items.slice(0, i);
  return isThenable(result)
    ? awaitChunk(slot, fn, items as never[], false, results, result, i)
    : runChunk(slot, fn, items as never[], false, [...results, result]);
}

/** Calls the function with the items from `results.length` on. */
function runChunk(slot: number, fn: Callable, items: never[], spread: boolean, results: unknown[] = []): unknown {
  for (let i = results.length; i < items.length; i++) {
    let result: unknown;
    try {
      result = spread ? fn(...argumentsOf(items, i)) : fn(items[i] as never);
    } catch (error) {
      setWord(slot, ARGUMENT, i);
      throw error;
    }
    if (isThenable(result)) return awaitChunk(slot, fn, items, spread, results, result, i);
    results.push(result);
  }
  return results;
}

/** The rest of a chunk from its first promise on: one item after another. */
async function awaitChunk(
  slot: number,
  fn: Callable,
  items: never[],
  spread: boolean,
  results: unknown[],
  first: PromiseLike<unknown>,
  start: number,
): Promise<unknown[]> {
  let i = start;
  try {
    results[i] = await first;
    for (i++; i < items.length; i++) {
      results[i] = await (spread ? fn(...argumentsOf(items, i)) : fn(items[i] as never));
    }
  } catch (error) {
    setWord(slot, ARGUMENT, i);
    throw error;
  }
  return results;
}

/** An item of `starmap`. @throws {TypeError} when it cannot be spread. */
function argumentsOf(items: readonly unknown[], i: number): Iterable<never> {
  const item = items[i] as Iterable<never> | null | undefined;
  if (typeof item?.[Symbol.iterator] === 'function') return item;
  throw new TypeError(`Expected the items of starmap() to be lists of arguments, got ${typeName(item)}`);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}

/** The tick queue of Node, which drains `nextTick` and promise callbacks; the only way to run them without returning. */
const { _tickCallback: drainTicks } = process as unknown as { _tickCallback?: () => void };

function finishLater(slot: number, outcome: Promise<unknown>): Promise<void> | undefined {
  let settled = false;
  const finished = outcome.then(
    (value) => {
      if (settled) return;
      settled = true;
      succeed(slot, value);
    },
    (error: unknown) => {
      if (settled) return;
      settled = true;
      fail(slot, error);
    },
  );
  if (!isBlocking()) return finished;
  // This thread waits in a …Sync call, so its event loop stands still: only promises that need no event loop settle.
  drainTicks?.call(process);
  if (!settled) {
    settled = true;
    const hint = 'await the pool instead of calling its Sync form inside a task';
    fail(slot, new RuntimeError(`An async task cannot finish in a worker that is blocked by a Sync call: ${hint}`));
  }
  return undefined;
}

function succeed(slot: number, value: unknown): void {
  try {
    setWord(slot, STATUS, OK);
    if (value === IN_PLACE) return binding.complete(slot);
    if (getWord(slot, OPERATION) === CALL) writeValue(slot, value, resultOptions(value));
    else writeList(slot, value as unknown[], resultsOptions(value as unknown[]));
  } catch (error) {
    setWord(slot, ARGUMENT, -1);
    fail(slot, error);
    return;
  }
  binding.complete(slot);
}

/** Completes the job in `slot` with an error; `status` is `ERROR`, or `DIED` when this worker ends. */
export function fail(slot: number, error: unknown, status: number = ERROR): void {
  setWord(slot, STATUS, status);
  try {
    writeValue(slot, error, { path: 'error' });
  } catch {
    // The codec encodes every Error; this is a thrown value that is none and cannot travel.
    const description = new PicklingError(`The task threw a value that cannot travel: ${typeof error}`);
    writeValue(slot, description, { path: 'error' });
  }
  binding.complete(slot);
}
