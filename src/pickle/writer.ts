/**
 * The growing scratch buffer a message is written to, and the primitives of the format. It knows no objects.
 *
 * A writer is kept for the life of its isolate. What it grew beyond `KEPT_BYTES` is given back before the next message.
 */

import { DOUBLE, INT, LATIN1, SHORT_LATIN1, SMALL_INT, UTF16 } from './tags.js';

const FIRST_BYTES = 16 * 1024;
const KEPT_BYTES = 1024 * 1024;
/** Up to this length a loop over the characters beats the call of a Buffer method. */
const LOOP_LENGTH = 20;
/** V8 answers for a one-byte string without looking at it. */
const WIDE = /[^\u0000-\u00ff]/;

/** Methods of `Buffer` that its types leave out. */
interface TextBuffer extends Buffer<ArrayBuffer> {
  latin1Write(text: string, offset: number, length: number): number;
  ucs2Write(text: string, offset: number, length: number): number;
}

export class Writer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES) as TextBuffer;
  #view = new DataView(this.#bytes.buffer);
  #position = 0;

  get position(): number {
    return this.#position;
  }

  /** Starts the next message. */
  reset(): void {
    this.#position = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#allocate(FIRST_BYTES);
  }

  /** Drops what was written after `position`. */
  truncate(position: number): void {
    this.#position = position;
  }

  /** What was written, not copied. */
  written(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#position);
  }

  u8(value: number): void {
    if (this.#position === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#position++] = value;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#position, value, true);
    this.#position += 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#position, value, true);
    this.#position += 8;
  }

  /** A non-negative safe integer: 7 bits a byte, least first. */
  uint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#position++] = (rest & 0x7f) | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7;
    }
    this.#bytes[this.#position++] = rest;
  }

  /** A number with its tag. */
  number(value: number): void {
    const int = value | 0;
    if (int !== value || (int === 0 && 1 / value < 0)) {
      this.u8(DOUBLE);
      this.f64(value);
    } else if (int >= 0 && int < 64) {
      this.u8(SMALL_INT | int);
    } else {
      this.u8(INT);
      this.uint(((int << 1) ^ (int >> 31)) >>> 0);
    }
  }

  bigint64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.#position, value, true);
    this.#position += 8;
  }

  /** A string with its tag. */
  string(text: string): void {
    const { length } = text;
    if (length > LOOP_LENGTH) return this.#long(text);
    this.#reserve(1 + length);
    const bytes = this.#bytes;
    const start = this.#position;
    bytes[start] = SHORT_LATIN1 | length;
    for (let i = 0; i < length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) return this.#wide(text);
      bytes[start + 1 + i] = unit;
    }
    this.#position = start + 1 + length;
  }

  #long(text: string): void {
    if (WIDE.test(text)) return this.#wide(text);
    const { length } = text;
    if (length < 64) {
      this.u8(SHORT_LATIN1 | length);
    } else {
      this.u8(LATIN1);
      this.uint(length);
    }
    this.#reserve(length);
    this.#bytes.latin1Write(text, this.#position, length);
    this.#position += length;
  }

  #wide(text: string): void {
    this.u8(UTF16);
    this.uint(text.length);
    this.#reserve(text.length * 2);
    this.#position += this.#bytes.ucs2Write(text, this.#position, text.length * 2);
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#position);
    this.#position += source.length;
  }

  /**
   * 4 bytes an element if all of them are int32 (-0 is not). Else nothing is written, and the index of the first that is
   * none is returned.
   */
  int32s(values: readonly unknown[]): number {
    const { length } = values;
    this.#reserve(length * 4);
    const view = this.#view;
    const start = this.#position;
    for (let i = 0; i < length; i += 1) {
      const value = values[i];
      if (typeof value !== 'number') return i;
      const int = value | 0;
      if (int !== value || (int === 0 && 1 / value < 0)) return i;
      view.setInt32(start + i * 4, int, true);
    }
    this.#position = start + length * 4;
    return length;
  }

  /** As `int32s`, 8 bytes an element, for numbers of any kind. */
  doubles(values: readonly unknown[]): number {
    const { length } = values;
    this.#reserve(length * 8);
    const view = this.#view;
    const start = this.#position;
    for (let i = 0; i < length; i += 1) {
      const value = values[i];
      if (typeof value !== 'number') return i;
      view.setFloat64(start + i * 8, value, true);
    }
    this.#position = start + length * 8;
    return length;
  }

  #reserve(count: number): void {
    if (this.#position + count > this.#bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const old = this.#bytes;
    this.#allocate(Math.max(old.length * 2, this.#position + count));
    this.#bytes.set(old.subarray(0, this.#position));
  }

  #allocate(size: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(size) as TextBuffer;
    this.#view = new DataView(this.#bytes.buffer);
  }
}
