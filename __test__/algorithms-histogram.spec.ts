/** `histogram` against a loop over its edges. */

import test from 'ava';
import fc from 'fast-check';
import { histogram, histogramSync, SharedArray, type TypedArray } from '../index.js';
import { arrayOf, classes, edges as special, mixed, sharedCopyOf } from './fixtures/algorithms/arrays.js';

/** The counts that the edges say. */
function counted(array: TypedArray, edges: ArrayLike<number>): number[] {
  const last = edges.length - 2;
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const element of array as Iterable<number | bigint>) {
    const x = Number(element);
    for (let bin = last; bin >= 0; bin--) {
      const isBelow = bin === last ? x <= edges[bin + 1]! : x < edges[bin + 1]!;
      if (edges[bin]! <= x && isBelow) {
        counts[bin]!++;
        break;
      }
    }
  }
  return counts;
}

for (const cls of classes) {
  test(`histogram: of a ${cls.name}`, async (t) => {
    const values = mixed(30_001).map((x) => (Number.isFinite(x) && Math.abs(x) < 60_000 ? x : 1));
    const array = arrayOf(cls, values);
    for (const bins of [1, 3, 10]) {
      const { counts, edges } = histogramSync(array, { bins, threads: 1 });
      const elements = Array.from(array as Iterable<number | bigint>, Number);
      t.is(edges[0], elements.reduce((a, b) => Math.min(a, b)));
      t.is(edges[bins], elements.reduce((a, b) => Math.max(a, b)));
      t.deepEqual([...counts], counted(array, edges));
      t.is(counts.reduce((a, b) => a + b), array.length);
      t.deepEqual(await histogram(sharedCopyOf(array), { bins, threads: 2 }), { counts, edges });
    }
    t.deepEqual([...histogramSync(array, { bins: 7, range: [-20, 50] }).counts], counted(array, histogramSync(array, { bins: 7, range: [-20, 50] }).edges));
  });
}

test('histogram: elements at and next to the edges, NaN and infinities', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      async (bins, low, width) => {
        const range = [low, low + width] as const;
        const { edges } = histogramSync(new Float64Array(0), { bins, range });
        const near = [...edges].flatMap((x) => [x, x * (1 + 2 ** -52), x * (1 - 2 ** -53)]);
        const array = Float64Array.from([...near, ...special]);
        const result = await histogram(array, { bins, range });
        t.deepEqual([...result.counts], counted(array, edges));
        t.deepEqual(result.edges, edges);
      },
    ),
    { numRuns: 100 },
  );
});

test('histogram: the edges are those of numpy', (t) => {
  t.deepEqual([...histogramSync(Int8Array.of(1, 2, 1), { bins: [0, 1, 2, 3] }).counts], [0, 2, 1]);
  t.deepEqual([...histogramSync(Float64Array.of(1, 2, 3, 4)).edges], [1, 1.3, 1.6, 1.9, 2.2, 2.5, 2.8, 3.1, 3.4, 3.6999999999999997, 4]);
  t.deepEqual([...histogramSync(new Float64Array(0), { bins: 2 }).edges], [0, 0.5, 1]);
  t.deepEqual([...histogramSync(Float64Array.of(3, 3), { bins: 2 }).edges], [2.5, 3, 3.5]);
  t.deepEqual([...histogramSync(Float64Array.of(3, 3), { bins: 2 }).counts], [0, 2]);
  t.deepEqual([...histogramSync(Float64Array.of(3, 4), { bins: 1, range: [3, 3] }).edges], [2.5, 3.5]);
});

test('histogram: edges may be given, and be uneven, infinite or the same', async (t) => {
  const array = Float64Array.from(mixed(20_000));
  for (const bins of [[-Infinity, 0, Infinity], [-1, 0, 0, 5, 1000], Float32Array.of(0, 0.5, 100)]) {
    const { counts, edges } = await histogram(array, { bins });
    t.deepEqual([...edges], [...bins]);
    t.deepEqual([...counts], counted(array, bins));
  }
});

test('histogram: more bins than elements', async (t) => {
  const { counts } = await histogram(Uint32Array.from({ length: 100 }, (_, i) => i * 10_000), { bins: 990_001 });
  t.is(counts.reduce((a, b) => a + b), 100);
});

test('histogram: counts and edges are in shared memory, the input is not touched', async (t) => {
  const { counts, edges } = await histogram(SharedArray('d', [0, 1, 1, 4]), { bins: 4 });
  t.deepEqual([counts.constructor, edges.constructor], [Uint32Array, Float64Array]);
  t.deepEqual([[...counts], [...edges]], [[1, 2, 0, 1], [0, 1, 2, 3, 4]]);
  const array = new Float64Array(100_000).fill(2);
  const running = histogram(array);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  t.is((await running).counts[5], 100_000);
});

test('histogram: arguments are checked', async (t) => {
  const array = new Float64Array(3);
  await t.throwsAsync(histogram([1] as never), { instanceOf: TypeError });
  await t.throwsAsync(histogram(array, { bins: 0 }), { instanceOf: RangeError, message: /`bins`/ });
  await t.throwsAsync(histogram(array, { bins: 1.5 }), { instanceOf: RangeError });
  await t.throwsAsync(histogram(array, { bins: '3' as never }), { instanceOf: TypeError });
  t.throws(() => histogramSync(array, { bins: [1] }), { instanceOf: RangeError });
  t.throws(() => histogramSync(array, { bins: [1, 0] }), { instanceOf: RangeError, message: /ascend/ });
  t.throws(() => histogramSync(array, { bins: [NaN, 0] }), { instanceOf: RangeError });
  t.throws(() => histogramSync(array, { bins: ['a', 'b'] as never }), { instanceOf: TypeError });
  t.throws(() => histogramSync(array, { bins: [0, 1], range: [0, 1] }), { instanceOf: TypeError });
  t.throws(() => histogramSync(array, { range: [1, 0] }), { instanceOf: RangeError });
  t.throws(() => histogramSync(array, { range: [0, Infinity] }), { instanceOf: RangeError });
  t.throws(() => histogramSync(array, { range: [0] as never }), { instanceOf: TypeError });
  t.throws(() => histogramSync(Float64Array.of(1, NaN)), { instanceOf: RangeError, message: /finite/ });
  t.throws(() => histogramSync(Float64Array.of(1, Infinity)), { instanceOf: RangeError });
});
