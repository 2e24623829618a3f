/** Properties of the codec over random values and random bytes. `POLYCORE_RUNS` sets how many of them. */

import test from 'ava';
import fc from 'fast-check';
import { anyValue } from './fixtures/values/arbitrary.js';
import { difference } from './fixtures/values/same.js';
import { type Message, pack, trip, unpack } from './fixtures/values/trip.js';

const RUNS = Number(process.env['POLYCORE_RUNS'] ?? 100_000);

function holds(value: unknown, other: unknown): void {
  const found = difference(value, other);
  if (found !== undefined) throw new Error(found);
}

/** It may throw whatever it likes, but has to end, and to stay small. */
function survives(message: Message): void {
  const before = process.memoryUsage.rss();
  try {
    unpack(message);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  const grown = process.memoryUsage.rss() - before;
  if (grown > 512 * 2 ** 20) throw new Error(`Decoding ${message.bytes.length} bytes took ${grown} bytes`);
}

test('codec: random values arrive equal, with the same sharing and cycles', (t) => {
  fc.assert(fc.property(anyValue(), (value) => holds(value, trip(value))), { numRuns: RUNS });
  t.pass();
});

test('codec: random values arrive as structuredClone makes them', (t) => {
  const property = fc.property(anyValue({ cloneable: true }), (value) => holds(structuredClone(value), trip(value)));
  fc.assert(property, { numRuns: RUNS / 5 });
  t.pass();
});

test('codec: encoding the same value twice gives the same bytes', (t) => {
  const property = fc.property(anyValue(), (value) => Buffer.from(pack(value).bytes).equals(pack(value).bytes));
  fc.assert(property, { numRuns: RUNS / 10 });
  t.pass();
});

test('codec: decoding random bytes ends', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives({ bytes, parts: [] })), { numRuns: RUNS / 5 });
  t.pass();
});

test('codec: decoding messages with changed bytes ends', (t) => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  const property = fc.property(anyValue(), changes, (value, list) => {
    const message = pack(value);
    for (const [at, byte] of list) message.bytes[at % message.bytes.length] = byte;
    survives(message);
  });
  fc.assert(property, { numRuns: RUNS / 5 });
  t.pass();
});

test('codec: decoding a message that was cut short throws', (t) => {
  const property = fc.property(anyValue(), fc.nat(), (value, at) => {
    const { bytes, parts } = pack(value);
    const cut = bytes.subarray(0, at % bytes.length);
    try {
      unpack({ bytes: cut, parts });
    } catch {
      return true;
    }
    return false;
  });
  fc.assert(property, { numRuns: RUNS / 10 });
  t.pass();
});
