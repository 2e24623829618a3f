/**
 * Reads the primitives of the format. Every length is checked against the bytes that are left, so that a damaged message
 * throws and neither loops nor allocates more than a small multiple of its own size.
 */

import { PicklingError } from '../errors.js';
import { LATIN1, SHORT_LATIN1, UTF16 } from './tags.js';

/** Up to this length characters are put together here: cheaper than the call of a Buffer method. */
const LOOP_LENGTH = 16;
/** Property names up to this length are remembered between messages. */
const KEY_LENGTH = 32;
const KEY_SLOTS = 1024;
/** Setting a greater length makes V8 treat the array as a dictionary. */
const MAX_FAST_LENGTH = 32 * 1024 * 1024;

/** Property names by the hash of their bytes, all of them internalized by V8. Filled at first use. */
const keys: (string | undefined)[] = [];

const { latin1Slice, ucs2Slice } = Buffer.prototype as unknown as Record<
  'latin1Slice' | 'ucs2Slice',
  (this: Uint8Array, start: number, end: number) => string
>;

const conversion = new Float64Array(1);
const conversionBytes = new Uint8Array(conversion.buffer);

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#end - this.#position;
  }

  /** The next byte, which stays. */
  peek(): number {
    return this.#bytes[this.#position] ?? 0;
  }

  u8(): number {
    if (this.#position >= this.#end) throw damaged('it ends too early');
    return this.#bytes[this.#position++];
  }

  u32(): number {
    const start = this.take(4);
    return this.#words().getUint32(start, true);
  }

  f64(): number {
    const start = this.take(8);
    const bytes = this.#bytes;
    conversionBytes[0] = bytes[start];
    conversionBytes[1] = bytes[start + 1];
    conversionBytes[2] = bytes[start + 2];
    conversionBytes[3] = bytes[start + 3];
    conversionBytes[4] = bytes[start + 4];
    conversionBytes[5] = bytes[start + 5];
    conversionBytes[6] = bytes[start + 6];
    conversionBytes[7] = bytes[start + 7];
    return conversion[0];
  }

  bigint64(): bigint {
    return this.#words().getBigInt64(this.take(8), true);
  }

  /** See `Writer.uint`. */
  uint(): number {
    let byte = this.u8();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let weight = 0x80;
    do {
      byte = this.u8();
      value += (byte & 0x7f) * weight;
      weight *= 0x80;
    } while (byte >= 0x80 && weight < 2 ** 56);
    if (byte >= 0x80 || value > Number.MAX_SAFE_INTEGER) throw damaged('a number is too long');
    return value;
  }

  int(): number {
    const zigzag = this.uint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** A number of elements, each at least `width` bytes. */
  count(width: number): number {
    const count = this.uint();
    if (count * width > this.left) throw damaged(`it has no room for ${count} elements`);
    return count;
  }

  string(): string {
    const tag = this.u8();
    if (tag >= SHORT_LATIN1 && tag < SHORT_LATIN1 + 64) return this.latin1(tag - SHORT_LATIN1);
    if (tag === LATIN1) return this.latin1(this.uint());
    if (tag === UTF16) return this.utf16();
    throw damaged(`${tag} is no tag of a string`);
  }

  latin1(length: number): string {
    const start = this.take(length);
    return length <= LOOP_LENGTH ? shortLatin1(this.#bytes, start, length) : latin1Slice.call(this.#bytes, start, start + length);
  }

  utf16(): string {
    const length = this.count(2) * 2;
    const start = this.take(length);
    return ucs2Slice.call(this.#bytes, start, start + length);
  }

  /** A string that is a property name. */
  key(): string {
    const length = this.#bytes[this.#position] - SHORT_LATIN1;
    if (!(length > 0 && length <= KEY_LENGTH)) return this.string();
    this.#position += 1;
    const bytes = this.#bytes;
    const start = this.take(length);
    let hash = length;
    for (let i = 0; i < length; i += 1) hash = (Math.imul(hash, 31) + bytes[start + i]) | 0;
    const slot = (hash ^ (hash >>> 15)) & (KEY_SLOTS - 1);
    const known = keys[slot];
    if (known !== undefined && isAt(known, bytes, start, length)) return known;
    return remember(slot, latin1Slice.call(bytes, start, start + length));
  }

  /** A copy of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    const start = this.take(length);
    return Uint8Array.prototype.slice.call(this.#bytes, start, start + length);
  }

  /** Fills the empty array. */
  int32s(into: unknown[], length: number): void {
    let at = this.take(length * 4);
    const view = this.#words();
    if (length <= MAX_FAST_LENGTH) into.length = length;
    for (let i = 0; i < length; i += 1, at += 4) into[i] = view.getInt32(at, true);
  }

  /** Fills the empty array. */
  doubles(into: unknown[], length: number): void {
    let at = this.take(length * 8);
    const view = this.#words();
    if (length <= MAX_FAST_LENGTH) into.length = length;
    for (let i = 0; i < length; i += 1, at += 8) into[i] = view.getFloat64(at, true);
  }

  /** Claims the next `length` bytes and returns where they start. */
  take(length: number): number {
    const start = this.#position;
    if (length > this.#end - start) throw damaged('it ends too early');
    this.#position = start + length;
    return start;
  }

  #words(): DataView {
    return (this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#end));
  }
}

/** The error of a message that no encoder wrote. */
export function damaged(what: string): PicklingError {
  return new PicklingError(`Damaged message: ${what}`);
}

function shortLatin1(bytes: Uint8Array, start: number, length: number): string {
  const end = start + length;
  let text = '';
  let at = start;
  for (; at + 4 <= end; at += 4) text += String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
  if (end - at === 3) return text + String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2]);
  if (end - at === 2) return text + String.fromCharCode(bytes[at], bytes[at + 1]);
  return end - at === 1 ? text + String.fromCharCode(bytes[at]) : text;
}

function isAt(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i += 1) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}

function remember(slot: number, text: string): string {
  if (keys.length === 0) for (let i = 0; i < KEY_SLOTS; i += 1) keys.push(undefined);
  // Being a property name is what makes V8 internalize a string.
  const [internalized = text] = Object.keys({ [text]: 0 });
  keys[slot] = internalized;
  return internalized;
}
