/** Half precision: `Float16Array`s in compiled functions, where the runtime has them. */

import test from 'ava';
import { jit, parallelForSync, parallelReduceSync, Pool, type TypedArray } from '../index.js';

const pool = new Pool(2);
test.after.always(() => pool.terminate());

interface HalfClass {
  new (length: number): Float64Array;
  from(values: ArrayLike<number>): Float64Array;
}
const Half = (globalThis as { Float16Array?: HalfClass }).Float16Array;
const round = (Math as { f16round?: (x: number) => number }).f16round;

/** The first element that differs. The bits of NaN are the engine's affair, which are not the same everywhere in V8 itself. */
function difference(got: ArrayLike<unknown>, wanted: ArrayLike<unknown>): string | undefined {
  for (let i = 0; i < Math.max(got.length, wanted.length); i++) {
    if (!Object.is(got[i], wanted[i])) return `[${i}]: ${String(got[i])}, wanted ${String(wanted[i])}`;
  }
  return undefined;
}

const identity = jit((x: number) => x);

if (Half === undefined) {
  test('half: there is no such type in this runtime', (t) => {
    t.throws(() => pool.mapSync(identity, new Float64Array(1), { output: 'float16' }), { instanceOf: RangeError });
  });
} else {
  const halves = new Half(65_536);
  const bits = new Uint16Array(halves.buffer);
  bits.forEach((_, i) => {
    bits[i] = i;
  });
  /** Halves, what is between them, and what is beyond. */
  const doubles = Float64Array.from(
    Array.from(halves).flatMap((x, i) => {
      const next = halves[i + 1] ?? 0;
      return [x, (x + next) / 2, (x * 3 + next) / 4, (x + next) / 2 + Number.EPSILON * x, x * 1e-8];
    }),
  ).map((x, i) => (i % 7919 === 0 ? [1e300, -1e300, 65_519, 65_520, -65_520, 5e-324, -0][i % 7]! : x));

  test('half: all of them are read', (t) => {
    t.is(difference(pool.mapSync(identity, halves as TypedArray), halves), undefined);
  });

  test('half: doubles are rounded as V8 does', async (t) => {
    const result = await pool.map(identity, doubles, { output: 'float16' });
    t.is(difference(result as unknown as ArrayLike<unknown>, Half.from(doubles)), undefined);
    t.is(Object.prototype.toString.call(result), '[object Float16Array]');
  });

  test('half: a loop reads and writes them', (t) => {
    const kernel = (i: number, a: Float64Array, out: Float64Array): void => {
      out[i] = a[i]! * 1.1;
      out[i]! += 0.3;
      a[i]!++;
    };
    const [a, out, b, expected] = [halves.slice(), new Half(65_536), halves.slice(), new Half(65_536)];
    parallelForSync(65_536, kernel, a, out);
    for (let i = 0; i < 65_536; i++) kernel(i, b, expected);
    t.is(difference(a, b), undefined);
    t.is(difference(out, expected), undefined);
  });

  test('half: fill, set and subarray', (t) => {
    const kernel = (i: number, a: Float64Array, out: Float64Array): void => {
      out.subarray(i * 8, i * 8 + 8).set(a.subarray(i, i + 4), 2);
      out.subarray(i * 8, i * 8 + 2).fill(0.1);
    };
    const [out, expected] = [new Half(64), new Half(64)];
    parallelForSync(8, kernel, doubles, out);
    for (let i = 0; i < 8; i++) kernel(i, doubles, expected);
    t.is(difference(out, expected), undefined);
  });

  test('half: a reduction', (t) => {
    const some = halves.filter((x) => Math.abs(x) < 100);
    t.is(parallelReduceSync(some as TypedArray, ((a: number, b: number) => Math.max(a, b)) as never, -Infinity as never), Math.max(...some) as never);
  });

  if (round !== undefined) {
    test('half: Math.f16round', (t) => {
      const f = jit(new Function('x', 'return Math.f16round(x)') as (x: number) => number);
      t.is(difference(pool.mapSync(f, doubles), doubles.map(round)), undefined);
    });
  }
}
