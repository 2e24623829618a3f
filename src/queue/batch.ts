/** Many items at once: `putMany` and `getMany` cost one native call for up to 1024 items. */

import { binding } from '../native/binding.js';
import { Later } from '../runtime/parcel.js';
import { attachPort } from '../runtime/port.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import type { QueueCore, TimeoutOption } from './core.js';
import { fromItem, fromItemSync } from './item.js';

/** Items in one native call. */
const BATCH = 1024;

/** Items on their way; the calls that use it do not wait meanwhile. */
const scratch = new Uint32Array(BATCH);

/** Says with an error how many values are in the queue already. */
function withIndex(error: unknown, index: number): unknown {
  if (typeof error === 'object' && error !== null) {
    Object.defineProperty(error, 'index', { value: index, configurable: true, writable: true, enumerable: true });
  }
  return error;
}

/** Encodes values from `start` on until the batch is full or one cannot travel; what is wrong with that one. */
function fill(core: QueueCore, values: readonly unknown[], start: number): { count: number; error?: unknown } {
  const most = Math.min(BATCH, values.length - start);
  for (let count = 0; count < most; count++) {
    try {
      scratch[count] = core.toItem(values[start + count]);
    } catch (error) {
      return { count, error };
    }
  }
  return { count: most };
}

/** Frees what did not get in. */
function discardAll(core: QueueCore, items: Uint32Array): void {
  for (const item of items) core.discard(item);
}

/** Milliseconds that are left until `end`. */
function left(end: number): number {
  return Math.max(0, end - performance.now());
}

/** See `Queue.putMany`. */
export async function putMany(core: QueueCore, values: readonly unknown[], options: WaitOptions = {}): Promise<void> {
  const end = performance.now() + limitOf(options);
  for (let start = 0; start < values.length; ) {
    const { slot } = core;
    const { count, error } = fill(core, values, start);
    let put = binding.queuePutMany(slot, scratch, count);
    if (put < count) {
      const items = scratch.slice(0, count);
      while (put < count) {
        try {
          await core.putItem(items[put] as number, { ...options, timeout: left(end) });
        } catch (reason) {
          discardAll(core, items.subarray(put + 1));
          throw withIndex(reason, start + put);
        }
        put++;
        put += binding.queuePutMany(slot, items.subarray(put), count - put);
      }
    }
    if (error !== undefined) throw withIndex(error, start + count);
    start += count;
  }
}

/** See `Queue.putManySync`. */
export function putManySync(core: QueueCore, values: readonly unknown[], options: TimeoutOption = {}): void {
  const end = performance.now() + timeoutOf(options);
  for (let start = 0; start < values.length; ) {
    const { slot } = core;
    const { count, error } = fill(core, values, start);
    let put = binding.queuePutMany(slot, scratch, count);
    while (put < count) {
      try {
        core.putItemSync(slot, scratch[put] as number, left(end));
      } catch (reason) {
        discardAll(core, scratch.subarray(put + 1, count));
        throw withIndex(reason, start + put);
      }
      put++;
      put += binding.queuePutMany(slot, scratch.subarray(put), count - put);
    }
    if (error !== undefined) throw withIndex(error, start + count);
    start += count;
  }
}

/** Items that are there, at most `most`; empty if there are none. */
function take(slot: number, most: number): Uint32Array {
  const exchange = attachPort();
  return exchange.slice(0, binding.queueGetMany(slot, Math.min(most, BATCH)));
}

/**
 * Adds the values of items to `values`. Stops at the first that is not there yet, which is returned; when one cannot be
 * decoded, its error has the `values` before it. Either way the items behind it are given back.
 */
function decodeInto(values: unknown[], slot: number, items: Uint32Array, decode: (item: number) => unknown): Later | undefined {
  for (let i = 0; i < items.length; i++) {
    let value: unknown;
    try {
      value = decode(items[i] as number);
    } catch (error) {
      giveBack(slot, items.subarray(i + 1));
      throw withValues(error, values);
    }
    if (value instanceof Later) {
      giveBack(slot, items.subarray(i + 1));
      return value;
    }
    values.push(value);
  }
  return undefined;
}

function giveBack(slot: number, items: Uint32Array): void {
  for (let i = items.length - 1; i >= 0; i--) binding.queueReturn(slot, items[i] as number);
}

function withValues(error: unknown, values: readonly unknown[]): unknown {
  if (typeof error === 'object' && error !== null) {
    Object.defineProperty(error, 'values', { value: values, configurable: true, writable: true, enumerable: false });
  }
  return error;
}

/** See `Queue.getMany`. */
export async function getMany(core: QueueCore, most: number, options: WaitOptions = {}): Promise<unknown[]> {
  const timeout = limitOf(options);
  const values: unknown[] = [];
  let { slot } = core;
  let items = take(slot, most);
  if (items.length === 0) {
    items = Uint32Array.of(await core.getItem({ ...options, timeout }));
    ({ slot } = core);
  }
  while (items.length > 0) {
    const later = decodeInto(values, slot, items, fromItem);
    if (later !== undefined) {
      values.push(await later.promise.catch((error: unknown) => Promise.reject(withValues(error, values) as Error)));
      break;
    }
    items = values.length < most ? take(slot, most - values.length) : items.subarray(0, 0);
  }
  return values;
}

/** See `Queue.getManySync`. */
export function getManySync(core: QueueCore, most: number, options: TimeoutOption = {}): unknown[] {
  const timeout = timeoutOf(options);
  const values: unknown[] = [];
  const { slot } = core;
  let items = take(slot, most);
  if (items.length === 0) items = Uint32Array.of(core.getItemSync(timeout));
  while (items.length > 0) {
    decodeInto(values, slot, items, fromItemSync);
    items = values.length < most ? take(slot, most - values.length) : items.subarray(0, 0);
  }
  return values;
}
