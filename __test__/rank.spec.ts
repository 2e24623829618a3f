/** Ranks order as the values do that they are made of. `POLYCORE_RUNS` sets how many random ones are compared. */

import test from 'ava';
import fc from 'fast-check';
import { rankOf } from '../src/queue/rank.js';

const RUNS = Number(process.env['POLYCORE_RUNS'] ?? 20_000);

type Ordered = number | bigint | string | readonly Ordered[];

const rank = (value: unknown): Buffer => Buffer.from(rankOf(value));
const sign = (n: number): number => Math.sign(n);
const kind = (value: unknown): number => (Array.isArray(value) ? 2 : typeof value === 'string' ? 1 : 0);

/** The order as it is documented. */
function compare(a: Ordered, b: Ordered): number {
  if (kind(a) !== kind(b)) return sign(kind(a) - kind(b));
  if (!Array.isArray(a) || !Array.isArray(b)) return a < b ? -1 : a > b ? 1 : 0;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] as Ordered, b[i] as Ordered);
    if (order !== 0) return order;
  }
  return sign(a.length - b.length);
}

const number = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -20, max: 20 }), fc.constant(-0));
const bigint = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }),
  fc.bigInt({ min: -(1n << 70n), max: 1n << 70n }),
  fc.bigInt({ min: 1n << 1023n, max: 1n << 1100n }),
  fc.bigInt({ min: -(1n << 1100n), max: -(1n << 1023n) }),
  fc.integer({ min: -(2 ** 53), max: 2 ** 53 }).map((n) => BigInt(n) * 4096n),
);
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.stringMatching(/^[\0\u0001ab]{0,4}$/));
const { value } = fc.letrec<{ value: Ordered; list: Ordered[] }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, number, bigint, text, tie('list')),
  list: fc.array(tie('value'), { maxLength: 3 }),
}));

test('rank: values compare as their ranks do', (t) => {
  const property = fc.property(value, value, (a, b) => sign(Buffer.compare(rank(a), rank(b))) === compare(a, b));
  fc.assert(property, { numRuns: RUNS });
  t.pass();
});

test('rank: none is the beginning of another one', (t) => {
  const property = fc.property(value, value, (a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first.equals(second) || !second.subarray(0, first.length).equals(first);
  });
  fc.assert(property, { numRuns: RUNS });
  t.pass();
});

test('rank: numbers and bigints are one order, to the last bit', (t) => {
  const ascending = [
    -Infinity, -(1n << 2000n), -Number.MAX_VALUE, -(2n ** 53n) - 1n, -(2 ** 53), -1.5, -1n, -Number.MIN_VALUE, 0,
    Number.MIN_VALUE, 1, 1.5, 2n, 2 ** 53, 2n ** 53n + 1n, 2 ** 53 + 2, Number.MAX_VALUE, 1n << 2000n, 1n << 3000n, Infinity,
  ];
  const ranks = ascending.map(rank);
  for (let i = 1; i < ranks.length; i++) t.true(Buffer.compare(ranks[i - 1], ranks[i]) < 0, String(ascending[i]));
  t.deepEqual(rank(5n), rank(5));
  t.deepEqual(rank(-0), rank(0));
});

test('rank: what has no order is equal behind something that has (Q14)', (t) => {
  t.deepEqual(rank([1, { a: 1 }]), rank([1, { b: 2 }]));
  t.true(Buffer.compare(rank([1, { a: 1 }, 1]), rank([1, null, 2])) < 0);
  t.true(Buffer.compare(rank([1, 'z']), rank([1, {}])) < 0);
});

test('rank: items without an order are refused', (t) => {
  for (const item of [undefined, null, true, {}, NaN, Symbol('s'), [{}], [null, 1], [NaN]]) {
    t.throws(() => rankOf(item), { instanceOf: TypeError, message: /^Expected .*number, bigint, string or array/ });
  }
  const cycle: unknown[] = [1];
  cycle.push(cycle);
  t.throws(() => rankOf(cycle), { instanceOf: TypeError, message: /levels/ });
  t.deepEqual(rank([]), rank([]));
});
