/** `parallelFor` and `parallelReduce`. */

import test from 'ava';
import { CompileError, KernelError, parallelFor, parallelForSync, parallelReduce, parallelReduceSync } from '../index.js';

const shared = (n: number): Float64Array => new Float64Array(new SharedArrayBuffer(n * 8));
const squares = (i: number, out: Float64Array): void => {
  out[i] = i * i;
};

test('parallelFor: calls the kernel for each index', async (t) => {
  const out = shared(10_000);
  await parallelFor(10_000, squares, out);
  t.true(out.every((x, i) => x === i * i));
});

test('parallelFor: plain arrays are written too', async (t) => {
  const out = new Float64Array(1000);
  await parallelFor(1000, squares, out);
  t.is(out[999], 999 * 999);
  const again = new Float64Array(1000);
  parallelForSync(1000, squares, again);
  t.deepEqual(again, out);
});

test('parallelFor: numbers and booleans are arguments', (t) => {
  const out = new Float64Array(10);
  parallelForSync(10, (i: number, scale: number, negate: boolean, out: Float64Array) => {
    out[i] = negate ? -i * scale : i * scale;
  }, 2.5, true, out);
  t.is(out[4], -10);
});

test('parallelFor: nothing to do', async (t) => {
  await parallelFor(0, squares, shared(1));
  parallelForSync(0, squares, shared(1));
  t.pass();
});

test('parallelFor: arguments are checked', async (t) => {
  await t.throwsAsync(parallelFor(-1, squares, shared(1)), { instanceOf: RangeError });
  await t.throwsAsync(parallelFor(1.5, squares, shared(1)), { instanceOf: RangeError });
  for (const n of ['1', null, 1n, undefined]) await t.throwsAsync(parallelFor(n as never, squares, shared(1)), { instanceOf: TypeError });
  await t.throwsAsync(parallelFor(1, 'x' as never), { instanceOf: TypeError });
  for (const threads of ['2', null]) {
    await t.throwsAsync(parallelFor(1, squares, shared(1), { threads: threads as never }), { instanceOf: TypeError, message: /`threads`/ });
  }
  await t.throwsAsync(parallelFor(1, squares, shared(1), { timeout: -1 }), { instanceOf: RangeError });
  t.throws(() => parallelForSync(1, squares, shared(1), { threads: 0 }), { instanceOf: RangeError });
});

test('parallelFor: overlapping views are refused, equal ones are not', (t) => {
  const memory = shared(100);
  const copy = (i: number, a: Float64Array, b: Float64Array): void => {
    b[i] = a[i]! + 1;
  };
  t.throws(() => parallelForSync(10, copy, memory.subarray(0, 50), memory.subarray(10, 60)), { instanceOf: RangeError });
  parallelForSync(10, copy, memory, memory);
  t.is(memory[5], 1);
  t.throws(() => parallelForSync(10, (i: number, a: Float64Array, b: Float64Array) => {
    b[i] = a[i + 1]!;
  }, memory, memory), { instanceOf: CompileError });
});

test('parallelFor: iterations that may meet need { unsafe: true }', async (t) => {
  const out = shared(16);
  const scatter = (i: number, out: Float64Array): void => {
    out[i & 15] = 1;
  };
  await t.throwsAsync(parallelFor(100, scatter, out), { instanceOf: CompileError, message: /iterations stay apart/ });
  await parallelFor(100, scatter, out, { unsafe: true });
  t.true(out.every((x) => x === 1));
});

test('parallelFor: an index outside is an error, and nothing crashes', async (t) => {
  const error = await t.throwsAsync(parallelFor(100, squares, shared(50)), { instanceOf: KernelError });
  t.true((error?.index ?? 0) >= 50);
  t.throws(() => parallelForSync(100, squares, shared(50)), { instanceOf: KernelError });
});

test('parallelReduce: the same bits on any number of threads', async (t) => {
  const xs = shared(100_003);
  xs.forEach((_, i) => {
    xs[i] = Math.sin(i) * 1e10;
  });
  const sum = (a: number, b: number): number => a + b;
  const one = parallelReduceSync(xs, sum, 0, { threads: 1 });
  t.is(parallelReduceSync(xs, sum, 0), one);
  t.is(await parallelReduce(xs, sum, 0), one);
  t.is(await parallelReduce(Float64Array.from(xs), sum, 0), one);
});

test('parallelReduce: sums, extremes, products, bigints', async (t) => {
  const xs = Int32Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_007);
  t.is(await parallelReduce(xs, (a, b) => a + b, 0), xs.reduce((a, b) => a + b));
  t.is(await parallelReduce(xs, (a, b) => Math.max(a, b), -Infinity), Math.max(...xs));
  t.is(await parallelReduce(xs, (a, b) => (a < b ? a : b), Infinity), Math.min(...xs));
  const bigs = BigInt64Array.from({ length: 5000 }, (_, i) => BigInt(i) ** 3n);
  t.is(await parallelReduce(bigs, (a, b) => BigInt.asIntN(64, a + b), 0n), bigs.reduce((a, b) => a + b));
});

test('parallelReduce: an empty array gives the identity', async (t) => {
  t.is(await parallelReduce(new Float64Array(0), (a, b) => a + b, 7), 7);
  t.is(parallelReduceSync(new Float64Array(0), (a, b) => a + b, 7), 7);
});

test('parallelReduce: arguments are checked', async (t) => {
  await t.throwsAsync(parallelReduce([1] as never, ((a: number, b: number) => a + b) as never, 0 as never), { instanceOf: TypeError });
  await t.throwsAsync(parallelReduce(new Float64Array(1), (a, b) => a + b, '0' as never), { instanceOf: TypeError });
  const error = await t.throwsAsync(parallelReduce(new Float64Array(1), undefined as never, undefined as never), { instanceOf: TypeError });
  t.is(error?.message, 'Expected `f` to be a function, got undefined');
});
