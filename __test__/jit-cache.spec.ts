/** Machine code is kept by what it was made of: functions of the same text and captured values share it, and it is freed. */

import test from 'ava';
import {
  type AsyncResult, filterSync, jit, KernelError, parallelFor, parallelForSync, parallelReduce, scan, sort, sortSync, Value,
} from '../index.js';
import { binding } from '../src/native/binding.js';
import { collected } from './fixtures/shared/garbage.js';

/** As many pieces of code are kept for functions to come. */
const MOST = 128;

/** A function that no other test has. */
function fresh(number: number): (x: number) => number {
  return new Function('x', `return x + ${number}.125`) as (x: number) => number;
}

test.serial('cache: functions that are written inline are compiled once', async (t) => {
  const out = new Float64Array(8);
  const before = binding.jitCount();
  for (let round = 0; round < 100; round++) {
    t.deepEqual([...sortSync(Float64Array.of(3, 1, 2), (a, b) => (b - a) * 1.5)], [3, 2, 1]);
    t.deepEqual([...filterSync(Float64Array.of(3, 1, 2), (x) => x > 1.5)], [3, 2]);
    parallelForSync(8, (i: number, out: Float64Array) => {
      out[i] = i * 1.5;
    }, out);
  }
  t.is(binding.jitCount(), before + 3);
  t.deepEqual([...(await sort(Float64Array.of(3, 1, 2), (a, b) => (b - a) * 1.5))], [3, 2, 1]);
  t.is(binding.jitCount(), before + 3);
});

test.serial('cache: functions that are compiled at the same time are compiled once', async (t) => {
  const before = binding.jitCount();
  const sums = await Promise.all(
    Array.from({ length: 10 }, (_, n) => parallelReduce(Float64Array.of(n, 0.25), (a, b) => a + b + 0, 0)),
  );
  t.deepEqual(sums, Array.from({ length: 10 }, (_, n) => n + 0.25));
  // The fold, and the combination of two results.
  t.is(binding.jitCount(), before + 2);
});

test.serial('cache: what is captured is part of it', async (t) => {
  const out = new Float64Array(1);
  const values = [1, 2, -1, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1];
  const run = (k: number): number => {
    parallelForSync(1, (i: number, out: Float64Array) => {
      out[i] = k;
    }, out);
    return out[0]!;
  };
  for (const k of [...values, ...values]) t.true(Object.is(run(k), k), String(k));
  const by = (truth: boolean, pair: readonly number[], big: bigint): readonly number[] => {
    const got = new Float64Array(3);
    parallelForSync(1, (i: number, got: Float64Array) => {
      got[i * 3] = truth ? 1 : 0;
      got[i * 3 + 1] = pair[1]!;
      got[i * 3 + 2] = Number(big);
    }, got);
    return [...got];
  };
  t.deepEqual(by(true, [1, 2], 3n), [1, 2, 3]);
  t.deepEqual(by(false, [1, 2], 3n), [0, 2, 3]);
  t.deepEqual(by(false, [1, 3], 3n), [0, 3, 3]);
  t.deepEqual(by(false, [1, 3], -3n), [0, 3, -3]);
  const through = (k: number): Promise<Float64Array> => {
    const inner = (x: number): number => x * k;
    return scan(Float64Array.of(1, 2, 3), (a, b) => a + inner(b), 0);
  };
  t.deepEqual([...(await through(1))], [1, 3, 6]);
  t.deepEqual([...(await through(1))], [1, 3, 6]);
  t.deepEqual([...(await through(-1))], [-1, -3, -6]);
});

test.serial('cache: captured arrays are passed, not kept', (t) => {
  const read = (table: Float64Array): number => {
    const out = new Float64Array(1);
    parallelForSync(1, (i: number, out: Float64Array) => {
      out[i] = table[i]!;
    }, out);
    return out[0]!;
  };
  const before = binding.jitCount();
  t.deepEqual([1, 2, 3].map((x) => read(Float64Array.of(x))), [1, 2, 3]);
  t.is(binding.jitCount(), before + 1);
});

test.serial('cache: types, entry and options are part of it', async (t) => {
  const add = (): ((a: number, b: number) => number) => jit((a: number, b: number) => a + b);
  t.is(await parallelReduce(Float64Array.of(0.5, 1), add(), 0), 1.5);
  t.is(await parallelReduce(Float32Array.of(0.5, 1), add(), 0), 1.5);
  t.is(await parallelReduce(Int32Array.of(2 ** 31 - 1, 1), add(), 0), 2 ** 31);
  t.deepEqual([...(await scan(Int8Array.of(127, 1), add(), 0))], [127, -128]);
  const vectors = (vectorize: boolean): number => {
    const f = jit((i: number, out: Float64Array) => {
      out[i] = i * 3;
    }, { vectorize });
    parallelForSync(1000, f, new Float64Array(1000));
    return f.explain().kernels[0]!.vectorized.lanes;
  };
  t.is(vectors(true), 2);
  t.is(vectors(false), 1);
});

test.serial('cache: an error names the place of the function that was called, not of the first of its text', (t) => {
  const fail = (f: (i: number, a: Float64Array) => void): string =>
    t.throws(() => parallelForSync(1, f, new Float64Array(1)), { instanceOf: KernelError }).message;
  const first = fail((i, a) => { a[i + 7] = 1; });
  const second = fail((i, a) => { a[i + 7] = 1; });
  const line = /\.ts:(\d+)/;
  t.is(Number(line.exec(second)![1]), Number(line.exec(first)![1]) + 1);
});

test.serial('cache: code is kept for some functions to come, and freed with the others', async (t) => {
  const held = fresh(-1);
  const out = new Float64Array(1);
  const run = (f: (x: number) => number): number => {
    parallelForSync(1, (i: number, out: Float64Array) => {
      out[i] = f(i);
    }, out);
    return out[0]!;
  };
  const kernel = jit((i: number, out: Float64Array) => {
    out[i] = held(i);
  });
  parallelForSync(1, kernel, out);
  const before = binding.jitCount();
  for (let n = 0; n < 3 * MOST; n++) t.is(run(fresh(n)), n + 0.125);
  await collected(() => binding.jitCount() <= before + MOST, 'code that nobody uses');
  const after = binding.jitCount();
  // The code of a function that is there is not freed, however long ago it was used.
  parallelForSync(1, kernel, out);
  t.is(out[0], -1.125);
  t.is(binding.jitCount(), after);
  // The last of the others are kept, the first are not.
  t.is(run(fresh(3 * MOST - 1)), 3 * MOST - 0.875);
  t.is(binding.jitCount(), after);
  t.is(run(fresh(0)), 0.125);
  t.is(binding.jitCount(), after + 1);
});

test.serial('cache: code that is freed while it runs runs on', async (t) => {
  const [gate, result] = [Value('i'), new Int32Array(new SharedArrayBuffer(4))];
  const begin = (): AsyncResult<undefined> =>
    parallelFor(1, (i: number, gate: Value<'i'>, result: Int32Array) => {
      while (gate.add(0) === 0);
      result[i] = 4242;
    }, gate, result);
  const running = begin();
  const out = new Float64Array(1);
  for (let n = 0; n < 2 * MOST; n++) {
    const f = fresh(10_000 + n);
    parallelForSync(1, (i: number, out: Float64Array) => {
      out[i] = f(i);
    }, out);
  }
  await collected(() => true, 'what can be freed');
  gate.value = 1;
  await running;
  t.is(result[0], 4242);
});
