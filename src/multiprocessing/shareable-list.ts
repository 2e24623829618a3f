/**
 * `ShareableList`: a list of fixed length in named memory (Python's `multiprocessing.shared_memory.ShareableList`).
 *
 * The memory is laid out as CPython does it, so a Python program can attach to the same list. All numbers are little endian:
 *
 *   items: i64, offsets of the items and of their end: i64 each, the items, a `struct` format of 8 bytes for each item,
 *   a code of one byte for each: 0 number or boolean, 1 text, 2 bytes, 3 nothing
 *
 * Nothing orders what several threads do to it: guard it with a lock.
 */

import { registerShared } from '../pickle/index.js';
import { describe } from './options.js';
import { SharedMemory } from './shared-memory.js';

/** What an item may be. Integers that are no safe ones are read as `bigint`s. */
export type ShareableItem = number | bigint | boolean | string | Uint8Array | null;

/** Which list is meant. */
export interface ShareableListOptions {
  /** Of the memory; see `SharedMemory`. */
  name?: string;
}

/** Bytes of a number, and what texts and bytes are rounded up to. */
const UNIT = 8;
const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

const [PLAIN, TEXT, BYTES, NOTHING] = [0, 1, 2, 3];

/** An item as it is stored. */
interface Encoded {
  /** Of `struct`; that of texts and bytes depends on the room they have. */
  readonly format: string | undefined;
  readonly code: number;
  readonly bytes: Uint8Array;
}

/**
 * A list whose items can be changed, but not its length; nor can a text or bytes get longer than their place.
 *
 * @example
 * const list = new ShareableList(['text', 3, 2.5, true, null], { name: 'settings' });
 * list.set(1, 4);
 * // elsewhere: new ShareableList(undefined, { name: 'settings' }).at(1)
 * list.memory.close();
 * list.memory.unlink();
 */
export class ShareableList implements Iterable<ShareableItem> {
  /** The memory that it is in; to be closed, and unlinked by one. */
  readonly memory: SharedMemory;
  readonly #length: number;
  /** Where the items begin, and end. */
  readonly #offsets: readonly number[];

  /**
   * Makes a list of these items, in memory of its own; without items attaches to the one of that name, or takes the one that
   * is in `memory`.
   *
   * @throws {TypeError} for an item of another kind; {RangeError} for an integer of more than 64 bits; what `SharedMemory` throws.
   */
  constructor(items: Iterable<ShareableItem> | SharedMemory | undefined, options: ShareableListOptions = {}) {
    this.memory = items instanceof SharedMemory ? items : items === undefined ? new SharedMemory(options) : create([...items], options);
    const view = this.#view;
    this.#length = Number(view.getBigInt64(0, true));
    this.#offsets = Array.from({ length: this.#length + 1 }, (_, i) => Number(view.getBigInt64((1 + i) * UNIT, true)));
  }

  static {
    registerShared<ShareableList>('polycore.ShareableList', this, (list) => list.memory, (memory) => new this(memory as SharedMemory));
  }

  /** Items. */
  get length(): number {
    return this.#length;
  }

  /** The item at `index`, from the end if that is negative. @throws {RangeError} when there is none. */
  at(index: number): ShareableItem {
    const { at, code, format, room } = this.#place(index);
    const view = this.#view;
    if (code === NOTHING) return null;
    if (code !== PLAIN) {
      const bytes = trimmed(new Uint8Array(view.buffer, at, room));
      return code === TEXT ? Buffer.from(bytes).toString() : bytes.slice();
    }
    if (format.endsWith('?')) return view.getUint8(at + UNIT - 1) !== 0;
    if (format === 'd') return view.getFloat64(at, true);
    const integer = view.getBigInt64(at, true);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }

  /**
   * Changes the item at `index`, from the end if that is negative.
   *
   * @throws {RangeError} when there is none, or when a text or bytes do not fit into its place, which stays as it is.
   */
  set(index: number, item: ShareableItem): void {
    const { at, format, position, room } = this.#place(index);
    const encoded = encode(item);
    if (encoded.bytes.length > room) {
      throw new RangeError(`Expected at most ${room} bytes for item ${index}, got ${encoded.bytes.length}`);
    }
    const bytes = new Uint8Array(this.memory.buffer);
    bytes.fill(0, at, at + room).set(encoded.bytes, at);
    this.#describe(position, encoded.format ?? (format.endsWith('s') ? format : `${room}s`), encoded.code);
  }

  /** The formats of the items, as Python's `struct` has them. */
  get format(): string {
    return Array.from({ length: this.#length }, (_, i) => this.#place(i).format).join('');
  }

  /** How often an item is in the list. */
  count(item: ShareableItem): number {
    return [...this].filter((other) => isSame(other, item)).length;
  }

  /** Index of the first item that is this one, or -1. */
  indexOf(item: ShareableItem): number {
    return [...this].findIndex((other) => isSame(other, item));
  }

  *[Symbol.iterator](): IterableIterator<ShareableItem> {
    for (let i = 0; i < this.#length; i++) yield this.at(i);
  }

  /** `[ShareableList name, 5 items]`, for messages. */
  toString(): string {
    return `[ShareableList ${this.memory.name}, ${this.#length} items]`;
  }

  get #view(): DataView<ArrayBuffer> {
    return new DataView(this.memory.buffer);
  }

  #place(index: number): { position: number; at: number; room: number; format: string; code: number } {
    const position = index < 0 ? index + this.#length : index;
    const [begin, end] = [this.#offsets[position], this.#offsets[position + 1]];
    if (begin === undefined || end === undefined) {
      throw new RangeError(`Expected \`index\` to be one of ${this.#length} items, got ${describe(index)}`);
    }
    const view = this.#view;
    const format = Buffer.from(trimmed(new Uint8Array(view.buffer, this.#formats + position * UNIT, UNIT))).toString('latin1');
    return { position, at: this.#items + begin, room: end - begin, format, code: view.getInt8(this.#codes + position) };
  }

  #describe(position: number, format: string, code: number): void {
    const bytes = new Uint8Array(this.memory.buffer, this.#formats + position * UNIT, UNIT);
    bytes.fill(0).set(Buffer.from(format, 'latin1'));
    this.#view.setInt8(this.#codes + position, code);
  }

  get #items(): number {
    return (this.#length + 2) * UNIT;
  }

  get #formats(): number {
    return this.#items + (this.#offsets[this.#length] as number);
  }

  get #codes(): number {
    return this.#formats + this.#length * UNIT;
  }
}

/** Memory with these items. */
function create(items: readonly ShareableItem[], options: ShareableListOptions): SharedMemory {
  const encoded = items.map(encode);
  const offsets = [0];
  for (const { bytes, format } of encoded) {
    const room = format === undefined ? UNIT * (Math.floor(bytes.length / UNIT) + 1) : UNIT;
    offsets.push((offsets.at(-1) as number) + room);
  }
  const begin = (items.length + 2) * UNIT;
  const formats = begin + (offsets.at(-1) as number);
  const codes = formats + items.length * UNIT;
  const memory = new SharedMemory({ ...options, create: true, size: codes + items.length });
  const bytes = Buffer.from(memory.buffer);
  [items.length, ...offsets].forEach((number, i) => bytes.writeBigInt64LE(BigInt(number), i * UNIT));
  for (const [i, item] of encoded.entries()) {
    const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
    bytes.set(item.bytes, begin + from);
    bytes.write(item.format ?? `${to - from}s`, formats + i * UNIT, 'latin1');
    bytes.writeInt8(item.code, codes + i);
  }
  return memory;
}

function encode(item: ShareableItem): Encoded {
  const bytes = Buffer.alloc(UNIT);
  if (item === null) return { format: 'xxxxxx?x', code: NOTHING, bytes };
  if (typeof item === 'string') return { format: undefined, code: TEXT, bytes: Buffer.from(item) };
  if (item instanceof Uint8Array) return { format: undefined, code: BYTES, bytes: item };
  if (typeof item === 'boolean') {
    bytes[UNIT - 1] = item ? 1 : 0;
    return { format: 'xxxxxxx?', code: PLAIN, bytes };
  }
  if (typeof item === 'number' && !(Number.isSafeInteger(item) && !Object.is(item, -0))) {
    bytes.writeDoubleLE(item);
    return { format: 'd', code: PLAIN, bytes };
  }
  if (typeof item !== 'number' && typeof item !== 'bigint') {
    throw new TypeError(`Expected an item to be a number, bigint, boolean, string, Uint8Array or null, got ${describe(item)}`);
  }
  const integer = BigInt(item);
  if (integer < LEAST || integer > MOST) throw new RangeError(`Expected an integer of at most 64 bits, got ${integer}`);
  bytes.writeBigInt64LE(integer);
  return { format: 'q', code: PLAIN, bytes };
}

/** Without the zeros at the end, as Python reads them. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let { length } = bytes;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return bytes.subarray(0, length);
}

function isSame(one: ShareableItem, other: ShareableItem): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return one === other;
}
