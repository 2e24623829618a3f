/** `matmul` against three loops. */

import test from 'ava';
import { matmul, matmulSync, SharedArray } from '../index.js';
import { bytes, generator, sharedCopyOf } from './fixtures/algorithms/arrays.js';

type Floats = Float32Array | Float64Array;

/** Small whole numbers, whose products add up exactly. */
function whole(cls: new (length: number) => Float64Array, length: number, seed: number): Float64Array {
  const next = generator(seed);
  const array = new cls(length);
  for (let i = 0; i < length; i++) array[i] = (next() % 21) - 10;
  return array;
}

function naive(a: Floats, b: Floats, m: number, k: number, n: number): number[] {
  const product = new Array<number>(m * n).fill(0);
  for (let row = 0; row < m; row++) {
    for (let i = 0; i < k; i++) {
      for (let column = 0; column < n; column++) product[row * n + column]! += a[row * k + i]! * b[i * n + column]!;
    }
  }
  return product;
}

const shapes = [
  [1, 1, 1], [1, 7, 1], [7, 1, 7], [2, 3, 4], [5, 17, 3], [33, 65, 31], [128, 128, 128], [1, 500, 300], [300, 500, 1], [130, 70, 257],
  [0, 3, 2], [2, 0, 3], [2, 3, 0], [0, 0, 0],
] as const;

for (const cls of [Float64Array, Float32Array as never as typeof Float64Array]) {
  for (const [m, k, n] of shapes) {
    test(`matmul: ${m} x ${k} by ${k} x ${n} of ${cls.name}`, async (t) => {
      const [a, b] = [whole(cls, m * k, 1), whole(cls, k * n, 2)];
      const expected = naive(a, b, m, k, n);
      // Without the sign of a 0.
      t.deepEqual([...matmulSync(a, b, { m, k, n, threads: 1 })].map((x) => x + 0), expected);
      t.deepEqual([...(await matmul(sharedCopyOf(a), sharedCopyOf(b), { m, k, n, threads: 2 }))].map((x) => x + 0), expected);
    });
  }
}

test('matmul: the same bits on any number of threads, near to the exact product', async (t) => {
  const [m, k, n] = [300, 400, 350];
  const a = Float64Array.from({ length: m * k }, (_, i) => Math.sin(i));
  const b = Float64Array.from({ length: k * n }, (_, i) => Math.cos(i));
  const one = matmulSync(a, b, { m, k, n, threads: 1 });
  t.true(bytes(matmulSync(a, b, { m, k, n, threads: 2 })).equals(bytes(one)));
  t.true(bytes(await matmul(a, b, { m, k, n })).equals(bytes(one)));
  const expected = naive(a, b, m, k, n);
  t.true(one.every((x, i) => Math.abs(x - expected[i]!) < 1e-10));
});

test('matmul: one dimension says the others', async (t) => {
  const [a, b] = [whole(Float64Array, 6, 1), whole(Float64Array, 12, 2)];
  const expected = naive(a, b, 2, 3, 4);
  for (const shape of [{ m: 2 }, { k: 3 }, { n: 4 }, { m: 2, n: 4 }]) t.deepEqual([...(await matmul(a, b, shape))], expected);
});

test('matmul: what is not finite stays so', (t) => {
  const product = matmulSync(Float64Array.of(NaN, 1, Infinity, 0), Float64Array.of(1, 0, 0, 1), { m: 2 });
  t.deepEqual([...product], [NaN, NaN, Infinity, NaN]);
  t.deepEqual([...matmulSync(Float64Array.of(Infinity), Float64Array.of(2), { m: 1 })], [Infinity]);
});

test('matmul: a matrix by itself; the result is plain and in shared memory', async (t) => {
  const a = SharedArray('f', [1, 2, 3, 4]);
  const square: Float32Array = await matmul(a, a, { m: 2, k: 2, n: 2 });
  t.is(square.constructor, Float32Array);
  t.deepEqual([...square], [7, 10, 15, 22]);
});

test('matmul: the matrices may be detached meanwhile', async (t) => {
  const a = new Float64Array(300 * 300).fill(1);
  const running = matmul(a, a, { m: 300 });
  structuredClone(a.buffer, { transfer: [a.buffer] });
  t.true((await running).every((x) => x === 300));
});

test('matmul: arguments are checked', async (t) => {
  const a = new Float64Array(6);
  await t.throwsAsync(matmul(a, a, {}), { instanceOf: TypeError, message: /`m`/ });
  await t.throwsAsync(matmul(a, a, undefined as never), { instanceOf: TypeError });
  await t.throwsAsync(matmul(a, new Float32Array(6) as never, { m: 2 }), { instanceOf: TypeError });
  await t.throwsAsync(matmul(new Int32Array(4) as never, new Int32Array(4) as never, { m: 2 }), { instanceOf: TypeError });
  await t.throwsAsync(matmul([1] as never, a, { m: 1 }), { instanceOf: TypeError, message: /`a`/ });
  t.throws(() => matmulSync(a, a, { m: 4 }), { instanceOf: RangeError, message: /\(m, k\) and \(k, n\)/ });
  t.throws(() => matmulSync(a, a, { m: 2, k: 2, n: 2 }), { instanceOf: RangeError });
  t.throws(() => matmulSync(a, a, { m: -1 }), { instanceOf: RangeError });
  t.throws(() => matmulSync(a, a, { m: '2' as never }), { instanceOf: TypeError });
  t.throws(() => matmulSync(a, a, { m: 0 }), { instanceOf: TypeError });
});
