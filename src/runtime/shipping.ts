/**
 * Functions on their way: each is encoded and registered once per process under a number; jobs carry the number, and a
 * worker fetches the bytes when it meets a number for the first time.
 *
 * A function whose captured variables may have changed is encoded anew at each submission; when its bytes are the same
 * it keeps its number. A number is dropped when its function is collected or has a newer version and no job uses it.
 *
 * A kept function refers to the shared objects it has captured. A worker forgets such a function when its number is dropped,
 * so that it does not hold those objects longer than it has to.
 */

import { binding } from '../native/binding.js';
import { encode, isStable } from '../pickle/index.js';
import { handlesOf, Later, openBytes, toBytes, valueOf } from './parcel.js';

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
  const { bytes, handles } = framed(fn, fn.name === '' ? 'function' : fn.name);
  if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) {
    known.uses++;
    return known;
  }
  const version: Shipped = { number: binding.putFunction(bytes, handles, false), uses: 1, stale: false, bytes, stable: isStable(fn) };
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

/**
 * Registers any value, such as the arguments of an initializer; dropped with `binding.dropFunction`, and with this isolate
 * unless it `outlives` that.
 */
export function keep(value: unknown, path: string, outlives = false): number {
  const { bytes, handles } = framed(value, path);
  return binding.putFunction(bytes, handles, outlives);
}

/** The bytes of a parcel behind the length of its header and whether it names shared objects; and these. */
function framed(value: unknown, path: string): { bytes: Uint8Array; handles: Uint32Array | undefined } {
  const encoded = encode(value, { path });
  const handles = handlesOf(encoded);
  const { bytes, headerLength } = toBytes(encoded);
  const frame = new Uint8Array(16 + bytes.length);
  const head = new DataView(frame.buffer);
  head.setUint32(0, headerLength, true);
  head.setUint32(4, handles === undefined ? 0 : 1, true);
  frame.set(bytes, 16);
  return { bytes: frame, handles };
}

/** Functions fetched by this isolate, oldest first; the least recently fetched go when there are too many. */
const fetched = new Map<number, Callable>();
const FETCHED = 4096;
/** Those among them that name shared objects, the one looked at last at the end. */
const naming = new Set<number>();
/** How many of them are looked at for each function fetched. */
const LOOKS = 16;

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
  if (fetched.size >= FETCHED) forget(fetched.keys().next().value as number);
  fetched.set(number, fn);
  return fn;
}

function forget(number: number): void {
  fetched.delete(number);
  naming.delete(number);
}

/** Forgets functions that name shared objects and have been dropped. */
function forgetDropped(): void {
  let looks = 0;
  for (const number of naming) {
    if (looks++ >= LOOKS) return;
    naming.delete(number);
    if (binding.hasFunction(number)) naming.add(number);
    else fetched.delete(number);
  }
}

/** Fetches what `keep` or `ship` registered; `Later` when modules have to be imported first. */
export function fetchKept(number: number): unknown {
  const frame = binding.getFunction(number);
  if (frame === null) throw new RangeError('The function of this job is gone');
  const head = new DataView(frame.buffer, frame.byteOffset);
  if (naming.size > 0) forgetDropped();
  if (head.getUint32(4, true) !== 0) naming.add(number);
  return valueOf(openBytes(frame.subarray(16), head.getUint32(0, true)));
}
