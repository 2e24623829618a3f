/** `sort` against the engine's own. */

import test from 'ava';
import fc from 'fast-check';
import {
  CompileError, jit, KernelError, SharedArray, sort, sortSync, type TypedArray,
} from '../index.js';
import { arrayOf, bytes, classes, copyOf, edges, isBigClass, mixed, sharedCopyOf } from './fixtures/algorithms/arrays.js';

const anyNumber = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -300, max: 300 }), fc.double());

for (const cls of classes) {
  test(`sort: a ${cls.name} has the bits that its own sort gives`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyNumber, { maxLength: 200 }), async (values) => {
        const array = arrayOf(cls, values);
        const expected = bytes(copyOf(array).sort());
        t.deepEqual(bytes(sortSync(copyOf(array))), expected);
        t.deepEqual(bytes(await sort(copyOf(array))), expected);
      }),
      { numRuns: 60 },
    );
  });

  test(`sort: so has a long ${cls.name}, on one thread and on two`, async (t) => {
    for (const length of [8191, 8193, 100_003]) {
      const array = arrayOf(cls, mixed(length, length));
      const expected = bytes(copyOf(array).sort());
      for (const threads of [1, 2]) {
        t.true(bytes(sortSync(copyOf(array), { threads })).equals(expected), `${length}, ${threads} threads`);
        t.true(bytes(await sort(sharedCopyOf(array), { threads })).equals(expected), `${length}, ${threads} threads, awaited`);
      }
    }
  });
}

test('sort: arrays in some order already', (t) => {
  const n = 50_000;
  const shapes: Record<string, (i: number) => number> = {
    ascending: (i) => i, descending: (i) => -i, equal: () => 7, 'two values': (i) => i % 2, saw: (i) => i % 1000, 'organ pipe': (i) => Math.min(i, n - i),
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const array = Float64Array.from({ length: n }, (_, i) => shape(i));
    t.deepEqual(sortSync(array.slice()), array.slice().sort(), name);
    t.deepEqual(sortSync(array.slice(), (a, b) => a - b), array.slice().sort(), name);
  }
});

test('sort: the array itself is sorted and returned, whatever its memory', async (t) => {
  const values = [3, -1, 2];
  const plain = Float64Array.from(values);
  const sorted: Float64Array<ArrayBuffer> = await sort(plain);
  t.is(sorted, plain);
  const shared = sharedCopyOf(plain);
  t.is(await sort(shared), shared);
  const array = SharedArray('d', values);
  t.is(await sort(array), array);
  t.is(sortSync(array, (a, b) => b - a), array);
  t.deepEqual([...array], [3, 2, -1]);
});

test('sort: a view is sorted, and nothing beside it', async (t) => {
  for (const array of [Int16Array.from(mixed(1000)), sharedCopyOf(Int16Array.from(mixed(1000))), SharedArray('h', 1000)]) {
    array.forEach((_, i) => {
      array[i] = 1000 - i;
    });
    await sort(array.subarray(3, 990));
    sortSync(array.subarray(993, 997), (a, b) => a - b);
    t.deepEqual([...array.subarray(0, 4)], [1000, 999, 998, 11]);
    t.deepEqual([...array.subarray(989)], [997, 10, 9, 8, 4, 5, 6, 7, 3, 2, 1].slice(0, 11));
  }
});

type Comparison = (a: number, b: number) => number;

const comparisons: Record<string, Comparison> = {
  descending: (a, b) => b - a,
  'by distance from zero': (a, b) => Math.abs(a) - Math.abs(b),
  'of the hundreds alone': (a, b) => Math.floor(a / 100) - Math.floor(b / 100),
  'that finds all equal': () => 0,
  'that says NaN': () => NaN,
};

for (const [name, compare] of Object.entries(comparisons)) {
  test(`sort: a comparison ${name} gives what Array.prototype.sort gives`, async (t) => {
    for (const length of [0, 1, 2, 15, 16, 17, 33, 1023, 1024, 1025, 5000, 20_011, 150_001]) {
      const array = Float64Array.from(mixed(length, length + 1), (x) => (Number.isFinite(x) ? x : 0));
      const expected = bytes(Float64Array.from(Array.from(array).sort(compare)));
      t.true(bytes(sortSync(array.slice(), compare)).equals(expected), `${length}`);
      t.true(bytes(sortSync(array.slice(), jit(compare), { threads: 1 })).equals(expected), `${length}, one thread`);
      t.true(bytes(await sort(array.slice(), compare, { threads: 2 })).equals(expected), `${length}, awaited`);
    }
  });
}

test('sort: by a comparison, arrays of all types', async (t) => {
  for (const cls of classes) {
    const array = arrayOf(cls, mixed(3000).map((x) => (Number.isNaN(x) ? 1 : x)));
    const ours = isBigClass(cls)
      ? sortSync(copyOf(array) as BigInt64Array, (a, b) => (a < b ? 1 : a > b ? -1 : 0))
      : await sort(copyOf(array) as Float64Array, (a, b) => (a < b ? 1 : a > b ? -1 : 0));
    const elements = Array.from(array as Iterable<number>).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
    t.deepEqual(Array.from(ours as Iterable<number>), elements, cls.name);
  }
});

test('sort: any comparison keeps all elements', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 9 }), async (p, q) => {
      const array = Int32Array.from(mixed(9000, p * 10 + q));
      const absurd = await sort(array.slice(), (a, b) => ((a * p + b * q) % 7) - 3);
      t.deepEqual(absurd.sort(), array.slice().sort());
    }),
    { numRuns: 10 },
  );
});

test('sort: a comparison may be of booleans', (t) => {
  const array = Int32Array.from(mixed(5000));
  t.deepEqual(sortSync(array.slice(), ((a: number, b: number) => a > b) as never), array.slice().sort());
});

test('sort: a comparison sees what it captures as it is now', async (t) => {
  let sign = 1;
  const compare = (a: number, b: number): number => sign * (a - b);
  t.deepEqual([...(await sort(Int8Array.of(2, 3, 1), compare))], [1, 2, 3]);
  sign = -1;
  t.deepEqual([...(await sort(Int8Array.of(2, 3, 1), compare))], [3, 2, 1]);
  const rank = new Float64Array([5, 1, 3]);
  t.deepEqual([...sortSync(Uint8Array.of(0, 1, 2), (a, b) => rank[a]! - rank[b]!)], [1, 2, 0]);
});

test('sort: a comparison that fails leaves the array as it was', async (t) => {
  const rank = new Float64Array(100);
  const compare = (a: number, b: number): number => rank[a]! - rank[b]!;
  const array = sharedCopyOf(Int32Array.from({ length: 3000 }, (_, i) => 3000 - i));
  const before = array.slice();
  await t.throwsAsync(sort(array, compare), { instanceOf: KernelError });
  t.throws(() => sortSync(array, compare), { instanceOf: KernelError });
  t.deepEqual(array.slice(), before);
});

test('sort: a comparison outside of the subset is an error, or runs as JavaScript', async (t) => {
  const byText = (a: number, b: number): number => String(a).localeCompare(String(b));
  const array = Int32Array.from({ length: 3000 }, (_, i) => (i * 7919) % 10_007);
  await t.throwsAsync(sort(array.slice(), byText), { instanceOf: CompileError, message: /localeCompare|String/ });
  t.throws(() => sortSync(array.slice(), byText), { instanceOf: CompileError });
  const expected = Int32Array.from(Array.from(array).sort(byText));
  t.deepEqual(sortSync(array.slice(), jit(byText, { fallback: 'js' })), expected);
  t.deepEqual(await sort(array.slice(), jit(byText, { fallback: 'js' })), expected);
});

test('sort: an array that is detached meanwhile is an error, and nothing else', async (t) => {
  const detach = ({ buffer }: TypedArray): void => void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  for (const start of [(array: Float64Array) => sort(array), (array: Float64Array) => sort(array, (a, b) => a - b)]) {
    const array = Float64Array.from(mixed(100_000));
    const sorting = start(array);
    detach(array);
    t.is(array.length, 0);
    await t.throwsAsync(sorting, { instanceOf: TypeError, message: /detached/ });
  }
});

test('sort: an Array that is closed meanwhile keeps its memory to the end', async (t) => {
  const array = SharedArray('d', 200_000);
  array.set(mixed(200_000));
  const sorting = sort(array);
  array.close();
  t.is((await sorting).length, 0);
});

test('sort: arguments are checked', async (t) => {
  await t.throwsAsync(sort([3, 1] as never), { instanceOf: TypeError, message: /`array`/ });
  await t.throwsAsync(sort(new DataView(new ArrayBuffer(8)) as never), { instanceOf: TypeError });
  await t.throwsAsync(sort(new Float64Array(2), 'up' as never), { instanceOf: TypeError, message: /`options`/ });
  await t.throwsAsync(sort(new Float64Array(2), (a, b) => a - b, 5 as never), { instanceOf: TypeError });
  t.throws(() => sortSync(null as never), { instanceOf: TypeError });
  t.throws(() => sortSync(new Float64Array(2), { threads: 0 }), { instanceOf: RangeError });
  t.throws(() => sortSync(new Float64Array(2), { timeout: -1 }), { instanceOf: RangeError });
  t.throws(() => sortSync(new Float64Array(2), { signal: AbortSignal.abort(new Error('no')) }), { message: 'no' });
});
