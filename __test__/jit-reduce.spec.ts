/** Reductions that go over vector registers have the bits of those that do not. */

import test from 'ava';
import { jit, parallelReduceSync, type TypedArray } from '../index.js';

type Combine = (a: never, b: never) => unknown;

const EDGES = [0, -0, 1, -1, 0.5, -2.5, 7, 255, -128, 65_535, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32 - 1, 1e300, -1e300, 5e-324, 3e38];
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
/** Below, at and above one round of every form, one leaf, and several. */
const LENGTHS = [1, 2, 3, 7, 8, 9, 15, 16, 17, 18, 31, 32, 33, 34, 65, 4095, 4096, 4097, 10_000];

function numbers(length: number, seed: number, values: readonly number[]): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % 3 === 0 ? values[(state >>> 20) % values.length]! : (state / 2 ** 20 - 2048) * 1000;
  });
}

/** What `parallelReduce` is documented to compute. */
function tree(array: ArrayLike<unknown>, f: (a: unknown, b: unknown) => unknown, identity: unknown): unknown {
  let level: unknown[] = [];
  for (let start = 0; start < array.length; start += 4096) {
    let acc = identity;
    for (let i = start; i < Math.min(start + 4096, array.length); i++) acc = f(acc, array[i]);
    level.push(acc);
  }
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => (2 * i + 1 < level.length ? f(level[2 * i], level[2 * i + 1]) : level[2 * i]));
  }
  return level[0];
}

const min = (a: number, b: number): number => Math.min(a, b);
const max = (a: number, b: number): number => {
  const larger = Math.max(b, a);
  return larger;
};
const add = (a: number, b: number): number => (a + b) | 0;
const numeric: Record<string, [f: Combine, identities: readonly number[], lanes: Record<string, number>]> = {
  min: [min, [Infinity, 3.5, NaN], { Float64Array: 2, Float32Array: 4 }],
  max: [max, [-Infinity, -0], { Float64Array: 2, Float32Array: 4 }],
  add: [add, [0, 0.5, -0.5, 2 ** 40], { Int32Array: 4, Uint32Array: 4 }],
  imul: [(a: number, b: number) => Math.imul(a, b), [1, 2 ** 33 + 5], { Int32Array: 4, Uint32Array: 4 }],
  and: [(a: number, b: number) => a & b, [-1, 0.25], { Int32Array: 4, Uint32Array: 4 }],
  or: [(a: number, b: number) => b | a, [0], { Int32Array: 4, Uint32Array: 4 }],
  xor: [(a: number, b: number) => a ^ b, [0, -7.5], { Int32Array: 4, Uint32Array: 4 }],
};
for (const [name, [f, identities, lanes]] of Object.entries(numeric)) {
  for (const cls of [Int8Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array]) {
    test(`reduce: ${name} of a ${cls.name}`, (t) => {
      const compiled = jit(f);
      for (const length of LENGTHS) {
        for (const values of [EDGES, [...EDGES, ...SPECIAL]]) {
          const array = cls.from(numbers(length, length * 7 + 1, values));
          for (const identity of identities) {
            const wanted = tree(array, f as (a: unknown, b: unknown) => unknown, identity);
            t.is(parallelReduceSync(array as TypedArray, compiled as never, identity as never) as unknown, wanted, `${length}, ${identity}`);
          }
        }
      }
      const kernel = compiled.explain().kernels.find(({ entry }) => entry === 'reduce')!;
      t.is(kernel.vectorized.lanes, lanes[cls.name] ?? 1);
    });
  }
}

const big: Record<string, [f: (a: bigint, b: bigint) => bigint, identity: bigint]> = {
  add: [(a, b) => BigInt.asIntN(64, a + b), 5n],
  and: [(a, b) => a & b, -1n],
  or: [(a, b) => a | b, 0n],
  xor: [(a, b) => a ^ b, 0n],
};
for (const [name, [f, identity]] of Object.entries(big)) {
  test(`reduce: ${name} of a BigInt64Array`, (t) => {
    const compiled = jit(f as Combine);
    for (const length of LENGTHS) {
      const array = BigInt64Array.from(numbers(length, length, EDGES.slice(0, 14)), (x) => BigInt.asIntN(64, BigInt(Math.trunc(x)) * 0x1_0000_0001n));
      t.is(parallelReduceSync(array, compiled as never, identity), tree(array, f as never, identity) as bigint, String(length));
    }
    t.is(compiled.explain().kernels.find(({ entry }) => entry === 'reduce')!.vectorized.lanes, 2);
  });
}

test('reduce: explain() says why a reduction goes step by step', (t) => {
  const reason = (f: Combine, options = {}): string => {
    const compiled = jit(f, options);
    parallelReduceSync(new Float64Array(10), compiled as never, 0);
    const { vectorized } = compiled.explain().kernels.find(({ entry }) => entry === 'reduce')!;
    return 'reason' in vectorized ? vectorized.reason : '';
  };
  t.regex(reason((a: number, b: number) => a + b), /last bits would change/);
  t.regex(reason((a: number, b: number) => a - b / 2), /each step needs the one before/);
  t.regex(reason((a: number, b: number) => (a + b) | 0), /no vector form/);
  t.regex(reason(min, { vectorize: false }), /`vectorize` is false/);
});
