/** `scan` against loops. */

import test from 'ava';
import fc from 'fast-check';
import { CompileError, jit, KernelError, parallelReduceSync, scan, scanSync, SharedArray, type TypedArray } from '../index.js';
import { arrayOf, bytes, classes, copyOf, edges, isBigClass, isFloatClass, mixed, sharedCopyOf } from './fixtures/algorithms/arrays.js';

/** What a loop stores, adding as doubles or as bigints, into an array of that type. */
function looped(array: TypedArray, exclusive: boolean): TypedArray {
  const output = copyOf(array);
  const write = output as { [index: number]: unknown };
  const isInteger = !array.constructor.name.startsWith('Float');
  const isBig = array.constructor.name.startsWith('Big');
  let total: number | bigint = isBig ? 0n : 0;
  for (let i = 0; i < array.length; i++) {
    if (exclusive) write[i] = total;
    // Integers wrap around, or are clamped, at each step.
    if (isBig) total = (total as bigint) + (array[i] as bigint);
    else total = (total as number) + (array[i] as number);
    if (!exclusive) write[i] = total;
    if (isInteger && !isBig && !exclusive) total = output[i] as number;
  }
  return output;
}

const anyNumber = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -300, max: 300 }), fc.double());

for (const cls of classes) {
  test(`scan: a ${cls.name} has the sums that a loop stores`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyNumber, { maxLength: 200 }), fc.boolean(), async (values, exclusive) => {
        const array = arrayOf(cls, values);
        // As numbers: `deepEqual` compares the bytes of typed arrays, and which of two NaN a sum is depends on the order of the
        // operands, which V8 chooses anew when it optimises the loop.
        const expected = Array.from(looped(array, exclusive) as Iterable<unknown>);
        t.deepEqual(Array.from(scanSync(array, { exclusive }) as Iterable<unknown>), expected);
        t.deepEqual(Array.from((await scan(array, { exclusive })) as Iterable<unknown>), expected);
      }),
      { numRuns: 60 },
    );
  });

  test(`scan: a long ${cls.name} too, on one thread and on two`, async (t) => {
    // Small whole numbers, whose sums are exact in all types.
    const values = mixed(50_001).map((x, i) => (isFloatClass(cls) ? (i % 3) - 1 : Number.isFinite(x) ? x : 3));
    const array = arrayOf(cls, values);
    for (const exclusive of [false, true]) {
      const expected = bytes(looped(array, exclusive));
      for (const threads of [1, 2]) {
        t.true(bytes(scanSync(array, { exclusive, threads })).equals(expected));
        t.true(bytes(await scan(sharedCopyOf(array), { exclusive, threads })).equals(expected));
      }
    }
  });
}

test('scan: doubles have the same bits on any number of threads, near to those of a loop', async (t) => {
  const array = Float64Array.from({ length: 100_003 }, (_, i) => Math.sin(i));
  const one = scanSync(array, { threads: 1 });
  t.true(bytes(scanSync(array, { threads: 2 })).equals(bytes(one)));
  t.true(bytes(await scan(array)).equals(bytes(one)));
  const loop = looped(array, false) as Float64Array;
  t.true(one.every((x, i) => Math.abs(x - loop[i]!) < 1e-9));
  const by = scanSync(array, (a, b) => a + b, 0, { threads: 1 });
  t.true(bytes(await scan(array, (a, b) => a + b, 0, { threads: 2 })).equals(bytes(by)));
  t.true(by.every((x, i) => Math.abs(x - loop[i]!) < 1e-9));
});

test('scan: the result is a typed array of the same type in shared memory, and the input stays', async (t) => {
  const array = SharedArray('i', [1, 2, 3]);
  const sums: Int32Array = await scan(array);
  t.deepEqual([...sums], [1, 3, 6]);
  t.is(sums.constructor, Int32Array);
  t.deepEqual([...array], [1, 2, 3]);
  t.deepEqual([...scanSync(new BigUint64Array([2n ** 64n - 1n, 2n]))], [2n ** 64n - 1n, 1n]);
});

for (const length of [0, 1, 2, 4095, 4096, 4097, 60_001]) {
  test(`scan: ${length} elements by an operator`, async (t) => {
    const array = Int32Array.from({ length }, (_, i) => (i * 7919) % 10_007);
    let most = -Infinity;
    const maxima = array.map((x) => (most = Math.max(most, x)));
    const max = jit((a: number, b: number) => Math.max(a, b));
    t.deepEqual([...(await scan(array, max, -(2 ** 31)))], [...maxima]);
    t.deepEqual([...scanSync(array, max, -(2 ** 31), { threads: 1 })], [...maxima]);
    const exclusive = scanSync(array, max, -(2 ** 31), { exclusive: true });
    t.deepEqual([...exclusive], length === 0 ? [] : [-(2 ** 31), ...maxima.subarray(0, -1)]);
    t.deepEqual([...(await scan(array, max, -(2 ** 31), { exclusive: true, threads: 2 }))], [...exclusive]);
  });
}

test('scan: the last total by an operator is that of parallelReduce where the order is the same', (t) => {
  const array = Float64Array.from({ length: 8192 }, (_, i) => Math.cos(i));
  const multiply = (a: number, b: number): number => a * (1 + b / 1e4);
  const totals = scanSync(array.subarray(0, 4096), multiply, 1);
  t.is(totals.at(-1), parallelReduceSync(array.subarray(0, 4096), multiply, 1));
});

test('scan: by an operator, arrays of all types', (t) => {
  for (const cls of classes) {
    const array = arrayOf(cls, Array.from({ length: 9001 }, (_, i) => i % 5));
    const sums = isBigClass(cls)
      ? scanSync(array as BigInt64Array, (a, b) => a + b, 0n)
      : scanSync(array as Int32Array, (a, b) => a + b, 0);
    const expected = copyOf(array);
    let total = 0;
    for (let i = 0; i < array.length; i++) {
      total += Number(array[i]);
      (expected as { [index: number]: unknown })[i] = isBigClass(cls) ? BigInt(total) : total;
    }
    t.deepEqual(bytes(sums), bytes(expected), cls.name);
  }
});

test('scan: what is wrong with an operator is an error', async (t) => {
  const table = new Float64Array(3);
  await t.throwsAsync(scan(Float64Array.of(1, 2, 9), (a, b) => a + table[b]!, 0), { instanceOf: KernelError });
  t.throws(() => scanSync(Float64Array.of(1), ((a: number, b: number) => `${a}${b}`) as never, 0), { instanceOf: CompileError });
  const both = jit(((a: number, b: number) => Number(`${a + b}`)) as (a: number, b: number) => number, { fallback: 'js' });
  t.deepEqual([...scanSync(Float64Array.of(1, 2, 9), both, 0)], [1, 3, 12]);
  t.deepEqual([...(await scan(Float64Array.of(1, 2, 9), both, 0))], [1, 3, 12]);
});

test('scan: the input may be detached meanwhile', async (t) => {
  for (const start of [(a: Float64Array) => scan(a), (a: Float64Array) => scan(a, (x, y) => x + y, 0)]) {
    const array = new Float64Array(100_000).fill(1);
    const scanning = start(array);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    t.is((await scanning).at(-1), 100_000);
  }
});

test('scan: arguments are checked', async (t) => {
  await t.throwsAsync(scan([1] as never), { instanceOf: TypeError });
  await t.throwsAsync(scan(new Float64Array(1), { exclusive: 1 as never }), { instanceOf: TypeError, message: /`exclusive`/ });
  await t.throwsAsync(scan(new Float64Array(1), (a, b) => a + b, 0n as never), { instanceOf: TypeError, message: /`identity`/ });
  t.throws(() => scanSync(new BigInt64Array(1), (a, b) => a + b, 0 as never), { instanceOf: TypeError });
  t.throws(() => scanSync(new Float64Array(1), 1 as never), { instanceOf: TypeError });
});
