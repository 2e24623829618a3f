/**
 * The order of a `PriorityQueue` as bytes: items compare as their ranks do, byte by byte, so that the native side can keep
 * them in order without knowing values. No rank is the beginning of another one.
 *
 * - A number or bigint: the greatest double that is not above its magnitude, as 8 bytes from the most significant on, then
 *   what is left of a bigint, with its length before it. All bytes of a negative number are inverted.
 * - A string: its UTF-16 units, most significant byte first, as `<` compares them; a zero unit is followed by a 1, the
 *   end is two zero units.
 * - An array: its elements, then `END`, so that a shorter one comes before a longer one that begins like it.
 *
 * Numbers come before strings, strings before arrays. What has no order (objects, booleans …) may stand in an array behind
 * something that has, where it equals all others of its kind: `[priority, task]`.
 */

/** The first byte of a value. */
const END = 0x00;
const NUMBER = 0x10;
const STRING = 0x20;
const ARRAY = 0x30;
const UNORDERED = 0xf0;

/** Levels of arrays in arrays; more is a cycle. */
const MOST_LEVELS = 64;
/** From here on a length takes four more bytes. */
const LONG = 0xff;

let bytes = new Uint8Array(256);
let length = 0;
const double = new DataView(new ArrayBuffer(8));

/**
 * The rank of an item: a view of scratch memory that is valid until the next call.
 *
 * @throws {TypeError} when it has no order.
 */
export function rankOf(item: unknown): Uint8Array {
  length = 0;
  if (!isOrdered(item) || (Array.isArray(item) && item.length > 0 && !isOrdered(item[0]))) {
    const what = Array.isArray(item) ? 'the first element of `item`' : '`item`';
    throw new TypeError(`Expected ${what} to be a number, bigint, string or array of these, got ${nameOf(item)}`);
  }
  writeValue(item, 0);
  return bytes.subarray(0, length);
}

function nameOf(item: unknown): string {
  const value: unknown = Array.isArray(item) ? item[0] : item;
  return value === null || typeof value === 'number' ? String(value) : typeof value;
}

function isOrdered(value: unknown): value is number | bigint | string | readonly unknown[] {
  if (typeof value === 'number') return !Number.isNaN(value);
  return typeof value === 'string' || typeof value === 'bigint' || Array.isArray(value);
}

function writeValue(value: unknown, level: number): void {
  if (!isOrdered(value)) put(UNORDERED);
  else if (typeof value === 'number') writeNumber(value);
  else if (typeof value === 'bigint') writeBigInt(value);
  else if (typeof value === 'string') writeString(value);
  else writeArray(value, level);
}

function writeNumber(value: number): void {
  put(NUMBER);
  const start = length;
  writeDouble(Math.abs(value));
  put(0);
  if (value < 0) invert(start);
}

function writeBigInt(value: bigint): void {
  put(NUMBER);
  const start = length;
  const magnitude = value < 0n ? -value : value;
  const below = doubleBelow(magnitude);
  writeDouble(below);
  writeRest(magnitude - BigInt(below));
  if (value < 0n) invert(start);
}

/** The greatest finite double that is not above `magnitude`. */
function doubleBelow(magnitude: bigint): number {
  const nearest = Math.min(Number(magnitude), Number.MAX_VALUE);
  if (BigInt(nearest) <= magnitude) return nearest;
  double.setFloat64(0, nearest);
  double.setBigUint64(0, double.getBigUint64(0) - 1n);
  return double.getFloat64(0);
}

/** A double >= 0: its bits are in order as they are; the upper bit sets it apart from an inverted one. */
function writeDouble(value: number): void {
  reserve(8);
  double.setFloat64(0, value);
  for (let i = 0; i < 8; i++) bytes[length + i] = double.getUint8(i);
  bytes[length] = (bytes[length] as number) | 0x80;
  length += 8;
}

function writeRest(rest: bigint): void {
  if (rest === 0n) return put(0);
  const digits = rest.toString(16);
  const text = digits.length % 2 === 0 ? digits : `0${digits}`;
  const count = text.length / 2;
  put(Math.min(count, LONG));
  if (count >= LONG) for (const shift of [24, 16, 8, 0]) put((count >>> shift) & 0xff);
  reserve(count);
  for (let i = 0; i < count; i++) bytes[length + i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  length += count;
}

function writeString(text: string): void {
  put(STRING);
  reserve(text.length * 4 + 4);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    putUnit(unit);
    if (unit === 0) putUnit(1);
  }
  putUnit(0);
  putUnit(0);
}

function writeArray(values: readonly unknown[], level: number): void {
  if (level === MOST_LEVELS) throw new TypeError(`Expected \`item\` to have at most ${MOST_LEVELS} levels of arrays`);
  put(ARRAY);
  for (let i = 0; i < values.length; i++) writeValue(values[i], level + 1);
  put(END);
}

function invert(start: number): void {
  for (let i = start; i < length; i++) bytes[i] = ~(bytes[i] as number);
}

function put(byte: number): void {
  reserve(1);
  bytes[length++] = byte;
}

function putUnit(unit: number): void {
  bytes[length++] = unit >>> 8;
  bytes[length++] = unit;
}

function reserve(count: number): void {
  if (length + count <= bytes.length) return;
  const longer = new Uint8Array(Math.max(bytes.length * 2, length + count));
  longer.set(bytes.subarray(0, length));
  bytes = longer;
}
