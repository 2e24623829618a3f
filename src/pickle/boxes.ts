/**
 * Small values that are more than a JSON literal: big integers, dates, regular expressions, boxed primitives, URLs.
 */

import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import { damaged } from './reader.js';
import * as tags from './tags.js';
import type { Writer } from './writer.js';

export function writeBigInt(out: Writer, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) {
    out.u8(tags.BIGINT64);
    out.bigint64(value);
    return;
  }
  const negative = value < 0n;
  out.u8(tags.BIGINT);
  out.u8(negative ? 1 : 0);
  out.string((negative ? -value : value).toString(16));
}

export function readBigInt(dec: Decoder): bigint {
  const negative = dec.u8() === 1;
  const digits = dec.string();
  if (!/^[\da-f]+$/.test(digits)) throw damaged('no hexadecimal number');
  const magnitude = BigInt(`0x${digits}`);
  return negative ? -magnitude : magnitude;
}

export function writeDate(enc: Encoder, date: Date): void {
  enc.u8(tags.DATE);
  enc.f64(Date.prototype.getTime.call(date));
}

/** `lastIndex` starts at 0 again, as structured clone has it. */
export function writeRegExp(enc: Encoder, regexp: RegExp): void {
  enc.u8(tags.REGEXP);
  enc.string(regexp.source);
  enc.string(regexp.flags);
}

export function readRegExp(dec: Decoder): RegExp {
  const source = dec.string();
  try {
    return new RegExp(source, dec.string());
  } catch (cause) {
    throw damaged(`no regular expression: ${String(cause)}`);
  }
}

/** `new Number(1)` and its like. */
export function writeBoxed(enc: Encoder, object: object): void {
  enc.u8(tags.BOXED);
  enc.value(unbox(object));
}

/** The value's own `valueOf` is not asked: it may be another. */
function unbox(object: object): unknown {
  for (const { prototype } of [Number, String, Boolean, BigInt]) {
    try {
      return Reflect.apply(prototype.valueOf, object, []) as unknown;
    } catch {
      // Another kind.
    }
  }
  return undefined;
}

export function readBoxed(dec: Decoder): object {
  const value = dec.value();
  if (value === null || typeof value === 'object' || typeof value === 'function') throw damaged('no primitive in a box');
  return Object(value) as object;
}

export function writeUrl(enc: Encoder, url: URL): void {
  enc.u8(tags.URL_HREF);
  enc.string(url.href);
}

export function writeUrlParams(enc: Encoder, params: URLSearchParams): void {
  enc.u8(tags.URL_PARAMS);
  enc.string(params.toString());
}

export function readUrl(dec: Decoder): URL {
  const href = dec.string();
  try {
    return new URL(href);
  } catch (cause) {
    throw damaged(`no URL: ${String(cause)}`);
  }
}
