/** Values that travel: one test for each kind. Random ones are in values-random.spec.ts. */

import test, { type ExecutionContext } from 'ava';
import { pickle, setSharedBufferPort } from '../src/pickle/index.js';
import { difference } from './fixtures/values/same.js';
import { pack, trip } from './fixtures/values/trip.js';

function arrives(t: ExecutionContext, ...values: readonly unknown[]): void {
  for (const value of values) t.is(difference(value, trip(value)), undefined);
}

test('codec: primitives arrive as they are, -0 and NaN too', (t) => {
  arrives(t, undefined, null, true, false, 0, -0, 1, -1, 63, 64, -64, 2 ** 31, -(2 ** 31), 0.1, NaN, Infinity, -Infinity, 2 ** 53);
});

test('codec: strings of every length arrive, in one byte or two', (t) => {
  for (let length = 0; length < 140; length += 1) arrives(t, 'x'.repeat(length), 'ÿ'.repeat(length), '€'.repeat(length));
  arrives(t, 'x'.repeat(100_000), '😀'.repeat(100_000), `${'x'.repeat(100_000)}€`, '\0', '\ud800', 'a\udfffb', '\udc00\ud800');
});

test('codec: BigInts of any size arrive', (t) => {
  for (const bits of [0n, 1n, 62n, 63n, 64n, 65n, 200n, 10_000n]) arrives(t, 2n ** bits, -(2n ** bits), 2n ** bits - 1n, -(2n ** bits) - 1n);
});

test('codec: well-known and registered symbols arrive as themselves', (t) => {
  arrives(t, Symbol.iterator, Symbol.asyncIterator, Symbol.toStringTag, Symbol.for('polycore test'), pickle.reduce);
});

test('codec: dates arrive, an invalid one too', (t) => {
  arrives(t, new Date(0), new Date(-1.5e12), new Date(NaN));
});

test('codec: a RegExp arrives with its flags and lastIndex 0', (t) => {
  const regexp = /a\/b(?<n>.)/dgimsuy;
  regexp.lastIndex = 5;
  arrives(t, regexp, /(?:)/, new RegExp('\n/'));
});

test('codec: Map and Set arrive in order, with keys of any kind', (t) => {
  const key = { k: 1 };
  arrives(t, new Map<unknown, unknown>([[key, key], [NaN, 1], ['a', new Map()]]), new Set<unknown>([key, [key], -0, 'b']), new Map(), new Set());
});

test('codec: plain objects arrive with their keys in order, also __proto__', (t) => {
  arrives(t, {}, { b: 1, a: 2, 1: 3, '': 4, 'ключ': 5 }, JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2}'));
  t.is(({} as { polluted?: boolean }).polluted, undefined);
});

test('codec: an object without prototype arrives as a plain one', (t) => {
  t.deepEqual(trip(Object.assign(Object.create(null) as object, { a: 1 })), { a: 1 });
});

test('codec: objects of many shapes arrive', (t) => {
  const value = Array.from({ length: 3000 }, (_, i) => ({ [`a${i % 50}`]: i, [`b${i % 7}`]: { c: i } }));
  arrives(t, value, Object.fromEntries(value.map((x, i) => [`key ${i}`, x])));
});

test('codec: symbol keys and properties that are not enumerable stay behind', (t) => {
  const value = Object.defineProperty({ a: 1, [Symbol.iterator]: 2 }, 'hidden', { value: 3 });
  t.deepEqual(Reflect.ownKeys(trip(value)), ['a']);
});

test('codec: a getter is called once, and its value arrives', (t) => {
  let calls = 0;
  const value = { get a(): number { return (calls += 1); } };
  t.deepEqual(Object.getOwnPropertyDescriptor(trip(value), 'a'), { value: 1, writable: true, enumerable: true, configurable: true });
  t.is(calls, 1);
});

test('codec: a property that a getter removes stays behind', (t) => {
  const value: Record<string, unknown> = { get a(): number { delete value['b']; return 1; }, b: 2, c: undefined };
  t.deepEqual(Object.keys(trip(value)), ['a', 'c']);
});

test('codec: proxies are read through their traps', (t) => {
  t.deepEqual(trip(new Proxy({ a: 1 }, { get: () => 'trapped' })), { a: 'trapped' });
  t.deepEqual(trip(new Proxy([1, 2], {})), [1, 2]);
});

test('codec: process.env arrives as a plain object', (t) => {
  t.deepEqual(trip(process.env), { ...process.env });
});

test('codec: arrays arrive with holes and other properties', (t) => {
  // eslint-disable-next-line no-sparse-arrays
  arrives(t, [], [,], [1, , 3], [, undefined, null], Object.assign([1, 2], { extra: { a: 1 } }), Object.assign([, 1], { x: 1 }));
  const long = Array.from({ length: 1000 }, (_, i) => i);
  arrives(t, long, Object.assign([...long], { x: 1 }), [...long, , 1], [, ...long], [...long.slice(0, 500), , ...long]);
  arrives(t, 'abc'.match(/b/), Object.assign(new Array<unknown>(100), { x: 1 }));
});

test('codec: arrays of numbers arrive packed', (t) => {
  const ints = Array.from({ length: 1000 }, (_, i) => i * 1_000_003 | 0);
  arrives(t, ints, [...ints, -0], [...ints, 0.5, NaN, Infinity], [...ints, 'x'], [...ints, undefined], [...ints, 1n], [1, 2, 3, 4, 5]);
  t.true(pack(ints).bytes.length < 4010);
});

test('codec: arrays of strings arrive, long and short, in one byte or two', (t) => {
  const strings = Array.from({ length: 2000 }, (_, i) => `string number ${i}`);
  arrives(t, strings, [...strings, '€', ...strings], [...strings, undefined], ['', '', '', '', ''], ['x'.repeat(10_000), ...strings, 'y'.repeat(4096), '\ud800', '']);
});

test('codec: sparse arrays of any length arrive at once', (t) => {
  const huge = new Array<unknown>(4_000_000_000);
  t.is(trip(huge).length, 4_000_000_000);
  huge[3_999_999_999] = huge;
  const arrived = trip(huge);
  t.is(arrived[3_999_999_999], arrived);
  t.deepEqual(Object.keys(arrived), ['3999999999']);
});

test('codec: boxed primitives arrive boxed', (t) => {
  arrives(t, Object(1), Object(-0), Object(''), Object('text'), Object(true), Object(false), Object(2n ** 70n));
});

test('codec: URL and URLSearchParams arrive', (t) => {
  t.is(trip(new URL('https://user@example.org/a?b=1#c')).href, 'https://user@example.org/a?b=1#c');
  t.is(String(trip(new URLSearchParams('a=1&a=2'))), 'a=1&a=2');
});

test('codec: cycles and shared references arrive through every kind of object', (t) => {
  const shared = { name: 'shared' };
  const root: Record<string, unknown> = { shared, date: new Date(1), again: [shared, shared] };
  const error = Object.assign(new Error('x', { cause: root }), { root });
  Object.assign(root, { root, map: new Map<unknown, unknown>([[root, shared]]), set: new Set<unknown>([root]), error, list: [root, error] });
  root['date2'] = root['date'];
  arrives(t, root);
});

test('codec: a message with many objects keeps their identity', (t) => {
  const objects = Array.from({ length: 5000 }, (_, i) => ({ i }));
  arrives(t, [...objects, ...objects.reverse()]);
});

test('codec: a list of 100,000 nodes arrives, linked by objects, arrays, Maps or Sets', (t) => {
  const links: Record<string, (next: unknown) => object> = {
    object: (next) => ({ next }), array: (next) => [next], map: (next) => new Map([['next', next]]), set: (next) => new Set([next]),
  };
  for (const [kind, link] of Object.entries(links)) {
    let list: object = {};
    for (let i = 0; i < 100_000; i += 1) list = link(list);
    let count = 0;
    for (let at: unknown = trip(list); inner(at) !== undefined; at = inner(at)) count += 1;
    t.is(count, 100_000, kind);
  }
});

function inner(value: unknown): unknown {
  if (value instanceof Map) return value.get('next');
  if (value instanceof Set) return [...value][0];
  return Array.isArray(value) ? value[0] : (value as { next?: unknown }).next;
}

test('codec: encode can be used while encoding', (t) => {
  const value = { before: 'a', get inner(): unknown { return trip({ deep: ['b'], buffer: new Uint8Array(5000) }).deep; }, after: 'c' };
  t.deepEqual(trip(value), { before: 'a', inner: ['b'], after: 'c' });
});

test('codec: nothing is left of a failed message in the next one', (t) => {
  const shared = { a: 1 };
  t.throws(() => trip([shared, shared, new WeakMap()]));
  arrives(t, [shared, { a: 2 }]);
});

test('codec: a SharedArrayBuffer travels by its number, and views on it', (t) => {
  const known: SharedArrayBuffer[] = [];
  setSharedBufferPort({
    export: (buffer) => (known.includes(buffer) ? known.indexOf(buffer) : known.push(buffer) - 1),
    import: (id) => known[id],
  });
  const buffer = new SharedArrayBuffer(64);
  const arrived = trip({ buffer, view: new Int32Array(buffer, 4, 3) });
  t.is(arrived.buffer, buffer);
  t.is(arrived.view.buffer, buffer);
  t.deepEqual([arrived.view.byteOffset, arrived.view.length], [4, 3]);
});
