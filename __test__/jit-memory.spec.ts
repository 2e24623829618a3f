/** `Array`s and `Value`s as arguments and captures of compiled functions, and memory that goes while a kernel runs. */

import test from 'ava';
import { CompileError, jit, parallelFor, parallelForSync, parallelReduce, Pool, SharedArray, SharedMemory, Value } from '../index.js';

const N = 5000;
const pool = new Pool(2);
test.after.always(() => pool.terminate());

/** Both forms of a loop. */
const forms: Record<string, typeof parallelFor> = {
  parallelFor,
  parallelForSync: parallelForSync as unknown as typeof parallelFor,
};

for (const [form, loop] of Object.entries(forms)) {
  test(`${form}: an Array is written in place`, async (t) => {
    const [a, out] = [SharedArray('i', N), SharedArray('d', N, { lock: false })];
    a.forEach((_, i) => {
      a[i] = i;
    });
    await loop(N, (i: number, a: Int32Array, out: Float64Array) => {
      out[i] = a[i]! / 2;
    }, a, out);
    t.true(out.every((x, i) => x === i / 2));
  });

  test(`${form}: a part of an Array, and SharedMemory, are written in place`, async (t) => {
    const [a, memory] = [SharedArray('d', N), new SharedMemory({ create: true, size: 8 * N })];
    const b = new Float64Array(memory.buffer);
    await loop(10, (i: number, a: Float64Array, b: Float64Array) => {
      a[i] = i;
      b[i] = -i;
    }, a.subarray(5, 15), b);
    t.deepEqual([a[4], a[5], a[14], a[15], b[9]], [0, 0, 9, 0, -9]);
    memory.close();
    memory.unlink();
  });

  test(`${form}: an Array and a Value are captured`, async (t) => {
    const [table, scale, isNegative, out] = [SharedArray('d', [1, 2, 3, 4]), Value('f', 0.5), Value('?', true), SharedArray('d', 4)];
    const kernel = (i: number, out: Float64Array): void => {
      out[i] = table[i]! * (isNegative.value ? -scale.value : scale.value);
    };
    await loop(4, kernel, out);
    t.deepEqual([...out], [-0.5, -1, -1.5, -2]);
    scale.value = 2;
    isNegative.value = false;
    await loop(4, kernel, out);
    t.deepEqual([...out], [2, 4, 6, 8]);
  });

  for (const typecode of ['b', 'B', 'h', 'H', 'i', 'I', 'f', 'd'] as const) {
    test(`${form}: all iterations add to a Value of type ${typecode}`, async (t) => {
      const count = Value(typecode, 3);
      const kernel = (i: number, count: { add(n: number): number; sub(n: number): number }): void => {
        count.add(2);
        if (i % 5 === 0) count.sub(1);
      };
      await loop(N, kernel, count);
      const expected = Value(typecode, 3);
      for (let i = 0; i < N; i++) kernel(i, expected);
      t.is(count.value, expected.value);
    });
  }

  for (const typecode of ['q', 'Q'] as const) {
    test(`${form}: all iterations add to a Value of type ${typecode}`, async (t) => {
      const count = Value(typecode, 3n);
      await loop(N, (_: number, count: { add(n: bigint): bigint }) => {
        count.add(2n);
      }, count);
      t.is(count.value, 3n + 2n * BigInt(N));
    });
  }

  test(`${form}: exchange and compareExchange give the value before`, async (t) => {
    const [last, first, seen, out] = [Value('i', -1), Value('d', Number.NaN), Value('?', false), SharedArray('d', 4)];
    await loop(1, (i: number, last: Value<'i'>, first: Value<'d'>, seen: Value<'?'>, out: Float64Array) => {
      out[i * 4] = last.exchange(i + 7);
      out[i * 4 + 1] = first.compareExchange(Number.NaN, i + 0.5);
      out[i * 4 + 2] = first.compareExchange(9, 8);
      out[i * 4 + 3] = seen.exchange(true) ? 1 : 0;
    }, last, first, seen, out);
    t.deepEqual([last.value, first.value, seen.value, ...out], [7, 0.5, true, -1, Number.NaN, 0.5, 0]);
  });
}

test('a Value that is written by all iterations is a race', (t) => {
  const last = Value('i');
  const kernel = (i: number, last: { value: number }): void => {
    last.value = i;
  };
  t.is(t.throws(() => parallelForSync(10, kernel, last), { instanceOf: CompileError })?.kind, 'race');
  parallelForSync(10, kernel, last, { unsafe: true });
  t.true(last.value >= 0 && last.value < 10);
});

test('a Value alone can be written, increased and compared', (t) => {
  const [count, isDone] = [Value('i', 5), Value('?')];
  parallelForSync(1, (_: number, count: Value<'i'>, isDone: Value<'?'>) => {
    count.value += 2;
    count.value++;
    isDone.value = count.value === 8;
  }, count, isDone, { unsafe: true });
  t.deepEqual([count.value, isDone.value], [8, true]);
});

test('what a Value cannot do in compiled code is refused', (t) => {
  const refused = (kernel: (i: number, v: never) => unknown): string =>
    t.throws(() => parallelForSync(1, kernel as (i: number, v: object) => unknown as never, Value('i')), { instanceOf: CompileError })?.reason ?? '';
  t.regex(refused((_, v: { getLock(): unknown }) => v.getLock()), /getLock/);
  t.regex(refused((_, v: number) => v + 1), /shared value/);
  t.regex(refused((_, v: { length: number }) => v.length), /length/);
});

test('explain() names a Value', (t) => {
  const f = jit((i: number, count: { add(n: number): number }) => {
    count.add(i);
  });
  parallelForSync(4, f, Value('i'));
  t.deepEqual(f.explain().kernels[0]!.arguments, ['Value of Int32Array']);
});

test('pool.map reads an Array without copying it', async (t) => {
  const xs = SharedArray('d', [1, 2, 3]);
  t.deepEqual([...(await pool.map(jit((x: number) => x * 2), xs))], [2, 4, 6]);
  t.is(await parallelReduce(xs, (a: number, b: number) => a + b, 0), 6);
});

test('an Array and a Value that are closed while a kernel runs keep their memory until it has ended', async (t) => {
  const [out, isGo, count] = [SharedArray('d', 1), SharedArray('i', 1), Value('i')];
  const kernel = (i: number, out: Float64Array, go: Int32Array, count: Value<'i'>): void => {
    while (go[0] === 0);
    out[i] = 1;
    count.add(1);
  };
  isGo[0] = 1;
  await parallelFor(1, kernel, out, isGo, count);
  isGo[0] = 0;
  const running = parallelFor(1, kernel, out, isGo, count);
  out.close();
  count.close();
  const [other, value] = [SharedArray('d', 1), Value('i')];
  isGo[0] = 1;
  await running;
  t.deepEqual([other[0], value.value], [0, 0]);
  t.is(out.length, 0);
});

test('a closed Value is refused', async (t) => {
  const count = Value('i');
  count.close();
  const kernel = (_: number, count: { add(n: number): number }): void => {
    count.add(1);
  };
  t.throws(() => parallelForSync(1, kernel, count), { message: /closed/ });
  await t.throwsAsync(parallelFor(1, kernel, count), { message: /closed/ });
});

test('a plain array that is detached while a loop runs is left alone', async (t) => {
  const plain = new Float64Array(100);
  const running = parallelFor(100, (i: number, out: Float64Array) => {
    out[i] = i;
  }, plain);
  structuredClone(plain.buffer, { transfer: [plain.buffer] });
  await running;
  t.is(plain.length, 0);
});
