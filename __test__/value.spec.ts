/** `Value`: one number in shared memory. */

import { inspect } from 'node:util';
import test from 'ava';
import { Lock, Pool, RLock, Thread, Value } from '../index.js';
import { binding } from '../dist/native/binding.js';
import { makeGate, pass, RELEASED, signal } from './fixtures/pool/gate.js';
import { collected } from './fixtures/shared/garbage.js';

const INTEGERS = { c: 2 ** 8, b: 2 ** 8, B: 2 ** 8, h: 2 ** 16, H: 2 ** 16, i: 2 ** 32, I: 2 ** 32, l: 2 ** 32, L: 2 ** 32 } as const;
type IntegerCode = keyof typeof INTEGERS;

test('value: integers of every typecode begin at 0 and wrap around as typed arrays do', (t) => {
  for (const [code, range] of Object.entries(INTEGERS) as [IntegerCode, number][]) {
    const value = Value(code);
    t.is(value.value, 0);
    value.value = range + 5;
    t.is(value.value, 5);
    t.is(value.add(range - 4), 5);
    t.is(value.value, 1);
    const isSigned = 'bhil'.includes(code);
    t.is(value.sub(2), 1);
    t.is(value.value, isSigned ? -1 : range - 1);
    t.is(value.exchange(7), isSigned ? -1 : range - 1);
    t.is(value.compareExchange(6, 1), 7);
    t.is(value.compareExchange(7, 1), 7);
    t.is(value.value, 1);
    t.is(value.typecode, code);
  }
});

test('value: q and Q are bigints', (t) => {
  for (const [code, most] of [['q', 2n ** 63n - 1n], ['Q', 2n ** 64n - 1n]] as const) {
    const value = Value(code, most);
    t.is(value.value, most);
    t.is(value.add(2n), most);
    t.is(value.sub(2n), code === 'q' ? -(2n ** 63n) + 1n : 1n);
    t.is(value.exchange(5n), most);
    t.is(value.compareExchange(5n, 6n), 5n);
    t.is(value.compareExchange(5n, 7n), 6n);
    t.is(value.value, 6n);
  }
});

test('value: floats keep what floats of their size can', (t) => {
  for (const code of ['f', 'd'] as const) {
    const round = code === 'f' ? Math.fround : (x: number): number => x;
    const value = Value(code, 0.1);
    t.is(value.value, round(0.1));
    t.is(value.add(0.2), round(0.1));
    t.is(value.value, round(round(0.1) + 0.2));
    value.value = 1.5;
    t.is(value.sub(0.25), 1.5);
    t.is(value.exchange(-0), 1.25);
    t.is(value.compareExchange(0, 1), -0);
    t.is(value.compareExchange(-0, Number.NaN), -0);
    t.is(value.compareExchange(Number.NaN, Number.POSITIVE_INFINITY), Number.NaN);
    t.is(value.exchange(0.3), Number.POSITIVE_INFINITY);
    t.is(value.compareExchange(0.3, 4), round(0.3));
    t.is(value.value, 4);
  }
});

test('value: ? is a boolean', (t) => {
  const value = Value('?');
  t.false(value.value);
  value.value = true;
  t.true(value.value);
  t.true(value.exchange(false));
  t.false(value.compareExchange(true, true));
  t.false(value.compareExchange(false, true));
  t.true(value.value);
  t.false('add' in value);
});

test('value: typecodes have the names of the typed arrays, too', (t) => {
  const names = { int8: 'b', uint8: 'B', int16: 'h', uint16: 'H', int32: 'i', uint32: 'I', float32: 'f', float64: 'd' } as const;
  for (const [name, code] of Object.entries(names)) t.is(Value(name as keyof typeof names, 3).typecode, code);
  t.is(Value('int64', 3n).typecode, 'q');
  t.is(Value('uint64', 3n).typecode, 'Q');
  t.is(Value('bool', true).typecode, '?');
});

test('value: wrong arguments are refused', (t) => {
  t.throws(() => Value('x' as 'i'), { instanceOf: RangeError, message: /Expected `typecode` to be one of c b B .*, got "x"/ });
  t.throws(() => Value(1 as unknown as 'i'), { instanceOf: TypeError, message: 'Expected `typecode` to be a string, got 1' });
  t.throws(() => Value('i', 1n as unknown as number), { instanceOf: TypeError, message: /Expected `init` to be a number/ });
  t.throws(() => Value('q', 1 as unknown as bigint), { instanceOf: TypeError, message: /Expected `init` to be a bigint, got 1/ });
  const value = Value('d');
  t.throws(() => (value.value = '1' as unknown as number), { instanceOf: TypeError, message: /Expected `value`.*got "1"/ });
  t.throws(() => value.add(undefined as unknown as number), { instanceOf: TypeError, message: /Expected `amount`/ });
  t.throws(() => Value('i').add('1' as unknown as number), { instanceOf: TypeError, message: /Expected `amount`/ });
  t.is(value.value, 0);
});

test('value: made with or without new', (t) => {
  const value = new Value('i', 3);
  t.true(value instanceof Value);
  t.true(Value('?') instanceof Value);
  t.false((3 as unknown) instanceof Value);
  t.is(value.value, 3);
});

test('value: lock makes one, takes one, or does without (V02)', (t) => {
  for (const value of [Value('i', 5), Value('d', 5, {}), Value('?', true, { lock: true }), Value('q', 5n)]) {
    const lock = value.getLock();
    t.true(lock instanceof RLock);
    t.is(value.getLock(), lock);
  }
  for (const lock of [new Lock(), new RLock()]) t.is(Value('i', 5, { lock }).getLock(), lock);
  const raw = Value('i', 5, { lock: false });
  t.is(raw.value, 5);
  t.false('getLock' in raw);
  t.false('withLock' in raw);
  t.true(raw instanceof Value);
  t.throws(() => (raw as unknown as Value<'i'>).getLock(), { instanceOf: TypeError });
  for (const wrong of ['x', 3, null, {}]) {
    t.throws(() => Value('i', 5, { lock: wrong as never }), { instanceOf: TypeError, message: /Expected `lock`/ });
  }
  t.throws(() => Value('i', 5, 'no lock' as never), { instanceOf: TypeError, message: /Expected `options`/ });
  t.throws(() => Value('i', 5, new Lock() as never), { instanceOf: TypeError, message: /such as \{ lock \}, got the lock itself/ });
});

test('value: says what it is', (t) => {
  const value = Value('d', 1.5);
  t.is(String(value), '[Value d=1.5]');
  t.is(inspect(Value('q', 5n, { lock: false })), '[Value q=5]');
  value.close();
  t.is(String(value), '[Value closed]');
});

test('value: what two threads do while they hold the lock is not mixed up (V03)', async (t) => {
  const rounds = 2000;
  for (const value of [Value('i', 0), Value('i', 0, { lock: new Lock() })]) {
    const workers = [1, 2].map(
      () =>
        new Thread({
          target: async () => {
            for (let i = 0; i < rounds; i++) {
              {
                using _guard = value.getLock().acquireSync();
                value.value += 1;
              }
              value.withLockSync(() => value.value += 1);
              if (i % 100 === 0) await value.withLock(async () => { await null; value.value += 1; });
            }
          },
        }),
    );
    for (const worker of workers) worker.start();
    for (const worker of workers) await worker.join();
    t.is(value.value, 2 * (2 * rounds + rounds / 100));
  }
});

test('value: the lock travels with it, and alone', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const own = Value('i', 0);
  const given = Value('i', 0, { lock: new Lock() });
  const raw = Value('i', 0, { lock: false });
  for (const value of [own, given] as Value<'i'>[]) {
    const lock = value.getLock();
    const seen = await pool.apply(
      (v: typeof value, l: typeof lock) => {
        l.acquireSync();
        return [v.getLock() === l, v.getLock().constructor.name];
      },
      [value, lock],
    );
    t.deepEqual(seen, [true, lock.constructor.name]);
    t.false(value.getLock().acquireNowait());
    await pool.apply((v: typeof value) => v.getLock().release(), [value]);
    t.truthy(value.getLock().acquireNowait());
    t.is(await pool.apply((v: typeof value) => v, [value]), value);
  }
  t.false(await pool.apply((v: typeof raw) => 'getLock' in v, [raw]));
});

test('value: additions of several threads at once are all there', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  const integers = [Value('b'), Value('H'), Value('i'), Value('f'), Value('d')];
  const bigint = Value('q');
  const gate = makeGate();
  const rounds = 20_000;
  const work = pool.map(
    (sign: number) => {
      signal(gate, RELEASED);
      pass(gate, RELEASED, 2);
      for (let i = 0; i < rounds; i++) {
        for (const value of integers) sign > 0 ? value.add(3) : value.sub(2);
        bigint.add(BigInt(sign));
      }
    },
    [1, -2],
    1,
  );
  await work;
  t.deepEqual(integers.map(({ value }) => value), [(rounds << 24) >> 24, rounds, rounds, rounds, rounds]);
  t.is(bigint.value, BigInt(-rounds));
});

test('value: exchange hands each value to one thread only', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  for (const value of [Value('i'), Value('f'), Value('d')]) {
    const gate = makeGate();
    const taken = await pool.map(
      (first: number) => {
        signal(gate, RELEASED);
        pass(gate, RELEASED, 2);
        const seen: number[] = [];
        for (let i = first; i <= 20_000; i += 2) seen.push(value.exchange(i));
        return seen;
      },
      [1, 2],
      1,
    );
    const all = [...taken.flat(), value.value].sort((a, b) => a - b);
    t.deepEqual(all, Array.from({ length: 20_001 }, (_, i) => i));
  }
});

test('value: travels as argument, capture and result, and stays the same value', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const value = Value('i', 1);
  const same = await pool.apply((given: typeof value) => { given.add(1); value.add(given === value ? 10 : 100); return given; }, [value]);
  t.is(same, value);
  t.is(value.value, 12);
  const made = await pool.apply((make: typeof Value) => make('d', 0.5), [Value]);
  t.is(made.value, 0.5);
  await pool.apply((given: typeof made) => void (given.value = 1.5), [made]);
  t.is(made.value, 1.5);
});

test('value: after close() it is of no use in this thread, and as before in others', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const flag = await pool.apply((make: typeof Value) => (Reflect.get(globalThis, 'flag') ?? Reflect.set(globalThis, 'flag', make('i', 7)), Reflect.get(globalThis, 'flag') as Value<'i'>), [Value]);
  t.is(flag.value, 7);
  flag.close();
  flag.close();
  const stale = { instanceOf: RangeError, code: 'ERR_POLYCORE_STALE_HANDLE' };
  t.throws(() => flag.value, stale);
  t.throws(() => (flag.value = 1), stale);
  t.throws(() => flag.add(1), stale);
  t.throws(() => flag.getLock().acquireNowait(), stale);
  await t.throwsAsync(pool.apply((given: typeof flag) => given, [flag]), { code: 'ERR_POLYCORE_PICKLING' });
  t.is(await pool.apply(() => (Reflect.get(globalThis, 'flag') as Value<'i'>).add(1)), 7);
});

test.serial('value: a million of them, made and closed, use no more memory than one', (t) => {
  Value('i').close();
  const used = binding.regionUsed();
  for (let i = 0; i < 1_000_000; i++) {
    using value = Value('i', i);
    if (value.value !== i) t.fail();
  }
  t.is(binding.regionUsed(), used);
});

test.serial('value: those that are dropped are given back when they are collected', async (t) => {
  const [first] = [Value('i', 1)];
  const made = binding.objects();
  for (let i = 0; i < 20_000; i++) Value('d', i);
  t.true(binding.objects() > made);
  await collected(() => binding.objects() <= made, 'all dropped values are collected');
  t.is(first.value, 1);
});
