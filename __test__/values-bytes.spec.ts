/** ArrayBuffers, views, Buffers, `transfer`. */

import test, { type ExecutionContext } from 'ava';
import { decode, encode } from '../src/pickle/index.js';
import { difference } from './fixtures/values/same.js';
import { pack, trip } from './fixtures/values/trip.js';

type Resizable = ArrayBuffer & { resize(length: number): void; readonly maxByteLength: number; readonly resizable: boolean };
type View = new (buffer: ArrayBuffer, offset?: number, length?: number) => Uint8Array;

const NAMES = [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array',
  'BigInt64Array', 'BigUint64Array', 'Float16Array',
];

function arrives(t: ExecutionContext, ...values: readonly unknown[]): void {
  for (const value of values) t.is(difference(value, trip(value)), undefined);
}

function counting(length: number): ArrayBuffer {
  return Uint8Array.from({ length }, (_, i) => i).buffer;
}

function resizable(length: number, maxByteLength: number): Resizable {
  return new (ArrayBuffer as unknown as new (length: number, options: object) => Resizable)(length, { maxByteLength });
}

test('codec: views of every kind arrive, small and big, empty, with an offset', (t) => {
  for (const name of NAMES) {
    const View = Reflect.get(globalThis, name) as View | undefined;
    if (View === undefined) continue;
    for (const size of [0, 64, 4096, 80_000]) arrives(t, new View(counting(size)), new View(counting(size + 16), 8, size / 8));
  }
  arrives(t, new DataView(counting(20), 3, 5), new DataView(counting(5000)), counting(0), counting(4095), counting(4096));
});

test('codec: views of one ArrayBuffer arrive as views of one ArrayBuffer', (t) => {
  const buffer = counting(8192);
  const value = { a: new Uint8Array(buffer, 1, 5), b: new Float64Array(buffer, 16), buffer, view: new DataView(buffer) };
  arrives(t, value);
  t.is(pack(value).parts.length, 1);
});

test('codec: binary data of 4096 bytes and more is not copied by encode', (t) => {
  const big = new Uint8Array(4096);
  const { parts } = encode([big, new Uint8Array(4095)]);
  t.is(parts.length, 1);
  t.is(parts[0].buffer, big.buffer);
});

test('codec: a Buffer arrives as a Buffer with just its own bytes', (t) => {
  const big = Buffer.alloc(100_000, 'abc');
  arrives(t, Buffer.from('héllo'), Buffer.alloc(0), Buffer.alloc(5000, 1), big.subarray(7, 9), big.subarray(1, 50_000));
  t.true(pack(big.subarray(7, 9)).bytes.length < 10);
  t.true(Buffer.isBuffer(trip(Buffer.from('x'))));
});

test('codec: Buffers of the same ArrayBuffer arrive sharing it if the first is all of it', (t) => {
  const whole = Buffer.from(counting(100));
  const [all, part] = trip([whole, whole.subarray(10, 20)]);
  t.is(all.buffer, part.buffer);
  t.is(part.byteOffset, 10);
});

test('codec: a decoded value keeps nothing of the message', (t) => {
  const { bytes } = pack({ a: new Uint8Array([1, 2, 3]), b: Buffer.from('abc'), c: 'text of some length, too long for a loop', d: [1, 2, 3, 4, 5] });
  const value = decode(bytes, () => new ArrayBuffer(0)) as { a: Uint8Array };
  const before = structuredClone(value);
  bytes.fill(0);
  t.deepEqual(structuredClone(value), before);
  t.not(value.a.buffer, bytes.buffer);
});

test('codec: a resizable ArrayBuffer stays resizable, and views follow its length or do not, as before', (t) => {
  for (const [size, max] of [[8, 16], [8, 8], [8000, 9000]] as const) {
    const buffer = resizable(size, max);
    new Uint8Array(buffer).set([1, 2, 3]);
    const value = { follows: new Uint8Array(buffer, 2), fixed: new Uint8Array(buffer, 2, size - 2), all: new Int32Array(buffer), data: new DataView(buffer) };
    arrives(t, value);
    const arrived = trip(value);
    const copy = arrived.all.buffer as Resizable;
    t.deepEqual([copy.resizable, copy.maxByteLength, copy.byteLength], [true, max, size]);
    copy.resize(size - 4);
    t.deepEqual([arrived.follows.length, arrived.fixed.length, arrived.all.length], [size - 6, 0, size / 4 - 1]);
  }
});

test('codec: transfer detaches the ArrayBuffer after a success and the message keeps the bytes', (t) => {
  for (const size of [100, 10_000]) {
    const buffer = counting(size);
    const view = new Uint8Array(buffer, 10, 20);
    const arrived = trip({ buffer, view }, { transfer: [buffer] });
    t.is(buffer.byteLength, 0);
    t.is(view.length, 0);
    t.deepEqual(arrived.buffer, counting(size));
    t.is(arrived.view.buffer, arrived.buffer);
  }
});

test('codec: transfer leaves the ArrayBuffer alone after a failure', (t) => {
  const buffer = counting(5000);
  t.throws(() => encode({ buffer, bad: new WeakMap() }, { transfer: [buffer] }), { code: 'ERR_POLYCORE_PICKLING' });
  t.is(buffer.byteLength, 5000);
});

test('codec: transfer detaches an ArrayBuffer that is not in the value too', (t) => {
  const buffer = counting(10);
  encode(1, { transfer: [buffer] });
  t.is(buffer.byteLength, 0);
});

test('codec: transfer refuses what cannot be moved', (t) => {
  const detached = counting(10);
  structuredClone(detached, { transfer: [detached] });
  const buffer = counting(10);
  t.throws(() => encode(1, { transfer: [{} as ArrayBuffer] }), { instanceOf: TypeError, message: /transfer\[0\]/ });
  t.throws(() => encode(1, { transfer: [new Uint8Array(1) as unknown as ArrayBuffer] }), { instanceOf: TypeError });
  for (const transfer of [[detached], [buffer, buffer], [new SharedArrayBuffer(1) as unknown as ArrayBuffer]]) {
    t.throws(() => encode(1, { transfer }), { code: 'ERR_POLYCORE_PICKLING' });
  }
  t.is(buffer.byteLength, 10);
});

test('codec: a detached ArrayBuffer and views on it are refused', (t) => {
  const buffer = counting(10);
  const views = [new Uint8Array(buffer, 2), new DataView(buffer), Buffer.from(buffer, 1)];
  structuredClone(buffer, { transfer: [buffer] });
  for (const value of [buffer, ...views]) t.throws(() => encode({ value }), { code: 'ERR_POLYCORE_PICKLING', message: /^value\.value: .*detached|reading it threw/ });
});
