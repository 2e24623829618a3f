/** Bytes as messages: which part of what is sent, and where what arrives is put. */

import { BufferTooShort } from '../errors.js';
import type { WaitOptions } from '../runtime/wait-options.js';
import { typeName } from '../type-name.js';

/** Whatever has bytes; offsets and sizes count bytes, not elements. */
export type BytesSource = ArrayBufferView | ArrayBufferLike;

/** Options of `recvBytes`. */
export interface BytesOptions extends WaitOptions {
  /** Most bytes of the message; default: any number. */
  maxLength?: number;
}

/** The bytes from `offset` on, `size` of them. @throws {TypeError} {RangeError} */
export function sliceOf(source: BytesSource, offset = 0, size?: number): Buffer {
  const bytes = bytesOf(source);
  checkBytes('offset', offset, bytes.length);
  if (size !== undefined) checkBytes('size', size, bytes.length - offset);
  return bytes.subarray(offset, size === undefined ? undefined : offset + size);
}

function bytesOf(source: unknown): Buffer {
  if (ArrayBuffer.isView(source)) return Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) return Buffer.from(source);
  throw new TypeError(`Expected bytes: a typed array, DataView or buffer, got ${typeName(source)}`);
}

function checkBytes(name: string, value: number, most: number): void {
  if (typeof value !== 'number') throw new TypeError(`Expected \`${name}\` to be a number, got ${typeof value}`);
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new RangeError(`Expected \`${name}\` to be an integer from 0 to ${most}, got ${value}`);
  }
}

/** @throws {TypeError} {RangeError} unless `maxLength` is missing or an integer >= 0. */
export function checkLength(maxLength: number | undefined): void {
  if (maxLength !== undefined) checkBytes('maxLength', maxLength, Number.MAX_SAFE_INTEGER);
}

/** The bytes of a message. @throws {TypeError} when it has none; {BufferTooShort} when it has more than `most`. */
export function toBuffer(message: unknown, most = Number.POSITIVE_INFINITY): Buffer {
  if (!ArrayBuffer.isView(message) && !(message instanceof ArrayBuffer)) {
    throw new TypeError('Expected a message of bytes, got another value; receive it by recv()');
  }
  const bytes = Buffer.isBuffer(message) ? message : bytesOf(message);
  if (bytes.length > most) throw new BufferTooShort(`Expected at most ${most} bytes, got ${bytes.length}`, bytes);
  return bytes;
}

/** Copies a message to the beginning of `target`. @throws {BufferTooShort} */
export function copyInto(target: Buffer, message: Buffer): number {
  if (message.length > target.length) {
    throw new BufferTooShort(`Expected room for ${message.length} bytes, got ${target.length}`, message);
  }
  return message.copy(target);
}
