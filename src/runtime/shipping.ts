/**
 * Functions on their way: each is encoded and registered once per process under a number; jobs carry the number, and a
 * worker fetches the bytes when it meets a number for the first time.
 *
 * A function whose captured variables may have changed is encoded anew at each submission; when its bytes are the same
 * it keeps its number. A number is dropped when its function is collected or has a newer version and no job uses it.
 */

import { binding } from '../native/binding.js';
import { encode, isStable } from '../pickle/index.js';
import { Later, openBytes, toBytes, valueOf } from './parcel.js';

/** A registered version of a function. */
export interface Shipped {
  readonly number: number;
  /** Jobs under way that use it. */
  uses: number;
  /** Replaced by a newer version. */
  stale: boolean;
  readonly bytes: Uint8Array;
  readonly stable: boolean;
}

/** Any function. */
export type Callable = (...args: never[]) => unknown;

const shipped = new WeakMap<Callable, Shipped>();
const collected = new FinalizationRegistry<Shipped>((version) => retire(version));

/**
 * The current version of `fn`, counted as used once more; `release` ends that.
 *
 * @throws {PicklingError} when it cannot travel.
 */
export function ship(fn: Callable): Shipped {
  const known = shipped.get(fn);
  if (known?.stable === true) {
    known.uses++;
    return known;
  }
  const bytes = framed(fn, fn.name === '' ? 'function' : fn.name);
  if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) {
    known.uses++;
    return known;
  }
  const version: Shipped = { number: binding.putFunction(bytes), uses: 1, stale: false, bytes, stable: isStable(fn) };
  if (known !== undefined) {
    collected.unregister(known);
    retire(known);
  }
  shipped.set(fn, version);
  collected.register(fn, version, version);
  return version;
}

/** A job that used this version has ended. */
export function release(version: Shipped): void {
  if (--version.uses === 0 && version.stale) binding.dropFunction(version.number);
}

function retire(version: Shipped): void {
  version.stale = true;
  if (version.uses === 0) binding.dropFunction(version.number);
}

/** Registers any value, such as the arguments of an initializer; dropped with `binding.dropFunction`. */
export function keep(value: unknown, path: string): number {
  return binding.putFunction(framed(value, path));
}

/** The bytes of a parcel behind the length of its header. */
function framed(value: unknown, path: string): Uint8Array {
  const { bytes, headerLength } = toBytes(encode(value, { path }));
  const frame = new Uint8Array(16 + bytes.length);
  new DataView(frame.buffer).setUint32(0, headerLength, true);
  frame.set(bytes, 16);
  return frame;
}

/** Functions fetched by this isolate, oldest first; the least recently fetched go when there are too many. */
const fetched = new Map<number, Callable>();
const FETCHED = 4096;

/** A function fetched before. */
export function fetchedFunction(number: number): Callable | undefined {
  return fetched.get(number);
}

/** Fetches a function; `Later` when modules have to be imported first. */
export function fetchFunction(number: number): Callable | Later {
  const value = fetchKept(number);
  if (value instanceof Later) return new Later(value.promise.then((fn) => remember(number, fn as Callable)));
  return remember(number, value as Callable);
}

function remember(number: number, fn: Callable): Callable {
  if (fetched.size >= FETCHED) fetched.delete(fetched.keys().next().value as number);
  fetched.set(number, fn);
  return fn;
}

/** Fetches what `keep` or `ship` registered; `Later` when modules have to be imported first. */
export function fetchKept(number: number): unknown {
  const frame = binding.getFunction(number);
  if (frame === null) throw new RangeError('The function of this job is gone');
  const headerLength = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  return valueOf(openBytes(frame.subarray(16), headerLength));
}
