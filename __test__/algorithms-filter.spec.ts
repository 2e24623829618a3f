/** `filter` against the engine's own. */

import test from 'ava';
import fc from 'fast-check';
import { CompileError, filter, filterSync, jit, KernelError, SharedArray, type TypedArray } from '../index.js';
import { arrayOf, bytes, classes, edges, isBigClass, mixed, sharedCopyOf } from './fixtures/algorithms/arrays.js';

const anyNumber = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -300, max: 300 }), fc.double());

/** Of any element type. */
function engines(array: TypedArray, keep: (element: number, index: number) => unknown): Buffer {
  return bytes((array as Float64Array).filter(keep));
}

for (const cls of classes) {
  test(`filter: a ${cls.name} has the elements that its own filter keeps`, async (t) => {
    const positive = (isBigClass(cls) ? (x: bigint) => x > 0n : (x: number) => x > 0) as never as (x: number) => boolean;
    await fc.assert(
      fc.asyncProperty(fc.array(anyNumber, { maxLength: 200 }), async (values) => {
        const array = arrayOf(cls, values) as Float64Array;
        const expected = engines(array, positive);
        t.deepEqual(bytes(filterSync(array, positive)), expected);
        t.deepEqual(bytes(await filter(array, positive)), expected);
      }),
      { numRuns: 40 },
    );
    const long = arrayOf(cls, mixed(100_003)) as Float64Array;
    for (const threads of [1, 2]) {
      t.true(bytes(await filter(sharedCopyOf(long), positive, { threads })).equals(engines(long, positive)));
      t.true(bytes(filterSync(long, (_, i) => i % 3 === 1, { threads })).equals(engines(long, (_, i) => i % 3 === 1)));
    }
  });

  test(`filter: a ${cls.name} as a mask keeps where JavaScript takes it for true`, async (t) => {
    for (const length of [0, 1, 63, 64, 65, 4096, 20_001]) {
      const mask = arrayOf(cls, mixed(length, 5));
      const array = Uint32Array.from({ length }, (_, i) => i * 3);
      const expected = array.filter((_, i) => Boolean(mask[i]));
      t.deepEqual([...filterSync(array, mask)], [...expected]);
      t.deepEqual([...(await filter(array, mask, { threads: 2 }))], [...expected]);
    }
  });
}

test('filter: a predicate may answer with numbers, and see index and array', async (t) => {
  const array = Float64Array.from(mixed(5000));
  t.deepEqual(filterSync(array, (x) => x).length, array.filter((x) => x).length);
  const peak = (x: number, i: number, all: Float64Array): boolean => i > 0 && i + 1 < all.length && x > all[i - 1]! && x > all[i + 1]!;
  t.deepEqual([...(await filter(array, peak))], [...array.filter(peak)]);
  t.deepEqual([...(await filter(array, jit((x: number) => x < 0)))], [...array.filter((x) => x < 0)]);
});

test('filter: all or nothing', async (t) => {
  const array = Int16Array.from(mixed(9000));
  t.deepEqual(await filter(array, () => true).then((kept) => [...kept]), [...array]);
  t.is((await filter(array, () => false)).length, 0);
  t.is(filterSync(new Int16Array(0), () => true).length, 0);
});

test('filter: the result is a typed array of the same type in shared memory', async (t) => {
  const kept: Float32Array = await filter(SharedArray('f', [1, -2, 3]), (x) => x > 0);
  t.is(kept.constructor, Float32Array);
  t.deepEqual([...kept], [1, 3]);
});

test('filter: the input and the mask may be detached meanwhile', async (t) => {
  const [array, mask] = [new Float64Array(100_000).fill(1), new Uint8Array(100_000).fill(1)];
  const running = [filter(array, (x) => x > 0), filter(array, mask)];
  for (const { buffer } of [array, mask]) structuredClone(buffer, { transfer: [buffer] });
  for (const kept of await Promise.all(running)) t.is(kept.length, 100_000);
});

test('filter: several under way keep what is theirs', async (t) => {
  const array = Int32Array.from({ length: 40_000 }, (_, i) => i);
  const results = await Promise.all([2, 3, 5, 7].map((p) => filter(array, Uint8Array.from(array, (x) => Number(x % p === 0)))));
  t.deepEqual(results.map(({ length }) => length), [20_000, 13_334, 8000, 5715]);
});

test('filter: what is wrong with a predicate is an error', async (t) => {
  const table = new Float64Array(3);
  await t.throwsAsync(filter(Int32Array.of(1, 2, 9), (x) => table[x] === 0), { instanceOf: KernelError });
  const text = (x: number): boolean => String(x).includes('1');
  t.throws(() => filterSync(Int32Array.of(1, 21, 9), text), { instanceOf: CompileError });
  t.deepEqual([...filterSync(Int32Array.of(1, 21, 9), jit(text, { fallback: 'js' }))], [1, 21]);
  t.deepEqual([...(await filter(Int32Array.of(1, 21, 9), jit(text, { fallback: 'js' })))], [1, 21]);
});

test('filter: arguments are checked', async (t) => {
  await t.throwsAsync(filter([1] as never, (() => true) as never), { instanceOf: TypeError, message: /`array`/ });
  await t.throwsAsync(filter(new Float64Array(2), undefined as never), { instanceOf: TypeError, message: /`predicate`/ });
  await t.throwsAsync(filter(new Float64Array(2), [1, 0] as never), { instanceOf: TypeError });
  t.throws(() => filterSync(new Float64Array(2), new Uint8Array(3)), { instanceOf: RangeError });
});
