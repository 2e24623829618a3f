/** `pool.map` and `pool.starmap` of compiled functions over typed arrays. */

import test from 'ava';
import { jit, KernelError, Pool } from '../index.js';

const pool = new Pool(2);
test.after.always(() => pool.terminate());

const edge = new Float64Array([0, -0, 1, -1, 0.5, -2.5, 1e300, -1e300, 5e-324, NaN, Infinity, -Infinity, 2 ** 53, 1e21]);

test('map: results are a Float64Array, the numbers of JavaScript', async (t) => {
  const f = jit((x: number) => Math.sin(x) * Math.sqrt(Math.abs(x)) + (x % 3));
  const result = await pool.map(f, edge);
  t.true(result instanceof Float64Array);
  // As numbers: `deepEqual` compares the bytes of typed arrays, and those of a NaN are the engine's affair.
  const expected = Array.from(edge, (x) => f(x));
  t.deepEqual([...result], expected);
  t.deepEqual([...pool.mapSync(f, edge)], expected);
});

test('map: results are in shared memory: they travel without being copied', async (t) => {
  const f = jit((x: number) => x + 1);
  const results = [await pool.map(f, edge), pool.mapSync(f, edge), await pool.map(f, edge, { output: 'uint8clamped' })];
  for (const result of results) {
    await pool.apply((array: { [index: number]: number }) => {
      array[3] = 42;
    }, [result]);
    t.is(result[3], 42);
  }
});

for (const name of Object.getOwnPropertyNames(Math)) {
  const member = Reflect.get(Math, name) as unknown;
  if (typeof member !== 'function' || name === 'random' || name === 'sumPrecise') continue;
  test(`map: Math.${name} gives the bits of JavaScript`, async (t) => {
    const pairs = Array.from(edge).flatMap((x) => Array.from(edge, (y) => [x, y] as const));
    const [a, b] = [new Float64Array(pairs.map(([x]) => x)), new Float64Array(pairs.map(([, y]) => y))];
    const f = jit(new Function('x', 'y', `return Math.${name}(x, y)`) as (x: number, y: number) => number);
    const result = await pool.starmap(f, [a, b]);
    for (const [i, [x, y]] of pairs.entries()) {
      t.is(result[i], (member as (x: number, y: number) => number)(x, y), `${name}(${x}, ${y})`);
    }
  });
}

test('map: inputs of every type are read', async (t) => {
  const f = jit((x: number) => x * 2 + 1);
  const classes = [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
  ];
  for (const cls of classes) {
    const input = cls.from([0, 1, 2, 100, 200, 70_000, -1, 3.5, -40_000, 5, 6, 7]);
    t.deepEqual([...(await pool.map(f, input))], Array.from(input, (x) => x * 2 + 1), cls.name);
  }
});

test('map: bigints give bigints', async (t) => {
  const f = jit((x: bigint) => BigInt.asIntN(64, x * 3n - 1n));
  const input = new BigInt64Array([0n, 5n, -7n, 2n ** 62n]);
  const result = await pool.map(f, input);
  t.true(result instanceof BigInt64Array);
  t.deepEqual(Array.from(result), Array.from(input, (x) => BigInt.asIntN(64, x * 3n - 1n)));
});

test('map: the type of the output can be chosen', async (t) => {
  const f = jit((x: number) => x * 1.5);
  const result = await pool.map(f, edge, { output: 'uint8clamped' });
  t.deepEqual(result, Uint8ClampedArray.from(edge, (x) => x * 1.5));
  await t.throwsAsync(pool.map(f, edge, { output: 'string' as never }), { instanceOf: RangeError });
});

test('starmap: one array for each argument', async (t) => {
  const [a, b] = [Float64Array.of(1, 2, 3), Int32Array.of(10, 20, 30)];
  const f = jit((x: number, y: number) => x * y);
  t.deepEqual([...(await pool.starmap(f, [a, b]))], [10, 40, 90]);
  t.deepEqual([...pool.starmapSync(f, [a, b])], [10, 40, 90]);
  await t.throwsAsync(pool.starmap(f, [a, new Int32Array(2)]), { instanceOf: RangeError });
});

test('map: an empty array gives an empty array', async (t) => {
  t.is((await pool.map(jit((x: number) => x + 1), new Float64Array(0))).length, 0);
});

test('map: other iterables are refused', async (t) => {
  const f = jit((x: number) => x + 1);
  await t.throwsAsync(pool.map(f, [1, 2, 3] as never), { instanceOf: TypeError });
});

test('map: an index outside of an array is an error with the index and the place', async (t) => {
  const table = new Float64Array(4);
  const f = jit((x: number) => table[x]!);
  const error = await t.throwsAsync(pool.map(f, new Int32Array([0, 3, 7])), { instanceOf: KernelError });
  t.is(error?.index, 7);
  t.regex(error?.message ?? '', /index 7 is outside of/);
});

test('map: the input may be detached while the map runs', async (t) => {
  const input = new Float64Array(100_000).fill(2);
  const result = pool.map(jit((x: number) => Math.sqrt(x)), input);
  structuredClone(input.buffer, { transfer: [input.buffer] });
  t.is(input.length, 0);
  t.true((await result).every((x) => x === Math.SQRT2));
});

test('map: Math.random gives different numbers in [0, 1)', async (t) => {
  const result = await pool.map(jit(() => Math.random()), new Float64Array(10_000));
  t.true(result.every((x) => x >= 0 && x < 1));
  t.true(new Set(result).size > 9_990);
  const mean = result.reduce((a, b) => a + b) / result.length;
  t.true(Math.abs(mean - 0.5) < 0.02, String(mean));
});
