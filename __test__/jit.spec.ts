/** `jit`: what it returns, what it captures, what it refuses, what it explains. */

import test from 'ava';
import {
  CancelledError, CompileError, filter, filterSync, jit, type KernelArgument, parallelFor, parallelForSync, parallelReduce,
  parallelReduceSync, Pool, scan, scanSync, SharedArray, sort, sortSync, TimeoutError, Value,
} from '../index.js';
import { interpolate } from './fixtures/jit/captured.ts';

const pool = new Pool(2);
test.after.always(() => pool.terminate());

const numbers = Float64Array.from({ length: 1000 }, (_, i) => (i - 500) * 0.37);

/** The error of compiling a loop body. */
function refusal(kernel: (i: number, ...args: never[]) => unknown, ...args: unknown[]): CompileError {
  try {
    parallelForSync(1, kernel as (i: number, ...args: KernelArgument[]) => unknown, ...(args as KernelArgument[]));
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error('it was compiled');
}

test('jit: a function given to it is called as before', (t) => {
  const f = jit((x: number, y: number) => x * 2 + y);
  t.is(f(3, 4), 10);
  t.is(f.length, 2);
  t.is(jit(function double(x: number) {
    return x * 2;
  }).name, 'double');
});

test('jit: the argument is checked', (t) => {
  t.throws(() => jit(5 as never), { instanceOf: TypeError, message: 'Expected `fn` to be a function, got number' });
  t.throws(() => jit(() => 1, { fallback: 'wasm' as never }), { instanceOf: RangeError });
});

test('jit: captured numbers, booleans and functions are part of the code', async (t) => {
  const scale = 2.5;
  const flip = true;
  const square = (x: number): number => x * x;
  const f = jit((x: number) => (flip ? -square(x) : square(x)) * scale);
  t.deepEqual(await pool.map(f, numbers), numbers.map((x) => -(x * x) * scale));
});

test('jit: functions and objects of other modules are captured', async (t) => {
  const f = jit((x: number) => interpolate(x));
  t.deepEqual(await pool.map(f, numbers), numbers.map((x) => interpolate(x)));
});

test('jit: a captured variable is read when the function is used', async (t) => {
  let factor = 2;
  const f = jit((x: number) => x * factor);
  t.is((await pool.map(f, new Float64Array([3])))[0], 6);
  factor = 5;
  t.is((await pool.map(f, new Float64Array([3])))[0], 15);
});

test('jit: a captured variable may change after many uses, and one that cannot is a constant', (t) => {
  let factor = 2;
  const offset = 0.5;
  const out = SharedArray('d', 1);
  const changing = jit((i: number, out: Float64Array) => {
    out[i] = factor + offset;
  });
  for (let use = 0; use < 200; use++) {
    factor = use % 3;
    parallelForSync(1, changing, out);
    t.is(out[0], factor + 0.5);
  }
  t.is(changing.explain().kernels.length, 3);
  const constant = jit((i: number, out: Float64Array) => {
    out[i] = offset;
  });
  for (let use = 0; use < 200; use++) parallelForSync(1, constant, out);
  t.is(out[0], 0.5);
});

test('jit: captured typed arrays are passed along, small arrays are constants', async (t) => {
  const table = new Float64Array([10, 20, 30, 40]);
  const small = [1, 2, 3, 4];
  const f = jit((x: number) => table[x & 3]! + small[(x + 1) & 3]!);
  const inputs = new Int32Array([0, 1, 2, 3, 4, 5]);
  t.deepEqual([...(await pool.map(f, inputs))], [12, 23, 34, 41, 12, 23]);
});

test('jit: a refusal names the place, the reason and what to do', (t) => {
  const error = refusal((i, out: Float64Array) => {
    out[i] = JSON.parse('1') as number;
  }, new Float64Array(1));
  t.is(error.code, 'ERR_POLYCORE_COMPILE');
  t.is(error.kind, 'unknown-name');
  t.true(error.line >= 1);
  t.true(error.column > 1);
  t.regex(error.reason, /`JSON` is not known/);
  t.not(error.hint, '');
  t.regex(error.message, /jit\.spec\.ts:\d+:\d+/);
  t.regex(error.frame, /\^/);
});

const refused: Record<string, [kind: string, body: (i: number, out: Float64Array) => unknown]> = {
  recursion: ['recursion', (i, out) => {
    function down(n: number): number {
      return n <= 0 ? 0 : down(n - 1) + 1;
    }
    out[i] = down(i);
  }],
  'a string': ['unsupported', (i, out) => {
    out[i] = `${i}`.length;
  }],
  'an exception': ['unsupported', (i) => {
    if (i > 5) throw new Error('no');
  }],
  'an object of unknown shape': ['unsupported', (i, out) => {
    out[i] = new Map<number, number>().size;
  }],
  'a variable that changes its type': ['type', (i, out) => {
    let x: number | boolean = i;
    if (i > 3) x = true;
    out[i] = Number(x);
  }],
  'a race': ['race', (i, out) => {
    out[0]! += i;
  }],
};
for (const [name, [kind, body]] of Object.entries(refused)) {
  test(`jit: ${name} is refused`, (t) => {
    t.is(refusal(body as (i: number) => unknown, new Float64Array(8)).kind, kind);
  });
}

test('jit: native and bound functions are refused', (t) => {
  t.is(refusal(Math.sqrt as never).kind, 'syntax');
  t.is(refusal((() => 1).bind(null) as never).kind, 'syntax');
});

test('jit: explain() tells types, checks and vectors', async (t) => {
  const f = jit((x: number) => {
    const scaled = x * 3;
    return scaled * scaled + 1;
  });
  await pool.map(f, numbers);
  const { kernels } = f.explain();
  t.is(kernels.length, 1);
  t.is(kernels[0]!.entry, 'map');
  t.deepEqual(kernels[0]!.arguments, ['Float64Array']);
  t.deepEqual(kernels[0]!.variables.filter(({ name }) => name === 'scaled').map(({ type }) => type), ['float64']);
  t.like(kernels[0]!.boundsChecks, { checked: 0 });
  t.deepEqual(kernels[0]!.vectorized, { lanes: 2 });
  t.deepEqual(kernels[0]!.exceptions, []);
  t.regex(String(f.explain()), /vectorized: 2 lanes/);
});

test('jit: explain() says why there are no vectors, and that random numbers differ', async (t) => {
  const f = jit((x: number) => Math.random() * x);
  await pool.map(f, numbers);
  const [kernel] = f.explain().kernels;
  t.is(kernel!.vectorized.lanes, 1);
  t.regex(kernel!.exceptions.join(), /Math\.random/);
});

test('jit: explain() shows variables whatever their names', (t) => {
  const f = jit((index: number, element: Float64Array) => {
    const before = element[index]! + 0.5;
    let result = before;
    for (let value = 0; value < 300; value++) result += value;
    element[index] = result;
  });
  parallelForSync(3, f, new Float64Array(3));
  const names = f.explain().kernels[0]!.variables.map(({ name }) => name);
  t.deepEqual(['before', 'result', 'value'].filter((name) => !names.includes(name)), []);
  t.false(names.some((name) => name.includes(' ')));
});

test('jit: explain() tells that loops which are left early, and bitwise operators of doubles, go over vectors', (t) => {
  const root = jit((i: number, a: Float64Array, out: Float64Array) => {
    const wanted = Math.abs(a[i]!) + 1;
    let guess = wanted;
    for (let round = 0; round < 40; round++) {
      const next = (guess + wanted / guess) * 0.5;
      if (next === guess) break;
      guess = next;
    }
    out[i] = guess;
  });
  const half = jit((i: number, a: Float64Array, out: Float64Array) => {
    const clamp = (x: number): number => {
      if (x < 0) return 0;
      return x > 255 ? 255 : x;
    };
    out[i] = (clamp(a[i]!) * 0.5) | 0;
  });
  for (const f of [root, half]) {
    const [out, expected] = [new Float64Array(1000), new Float64Array(1000)];
    parallelForSync(1000, f, numbers, out);
    expected.forEach((_, i) => void f(i, numbers, expected));
    t.deepEqual(out, expected);
    t.deepEqual(f.explain().kernels[0]!.vectorized, { lanes: 2 });
  }
});

test('jit: { fallback: "js" }: loops and reductions run as JavaScript, in workers where they are awaited', async (t) => {
  const [out, plain, count] = [SharedArray('d', 50), new Float64Array(50), Value('i')];
  const f = jit((i: number, out: Float64Array, plain: Float64Array, count: Value<'i'>) => {
    out[i] = String(i).length;
    plain[i] = i;
    count.add(1);
  }, { fallback: 'js' });
  const expected = Array.from(out, (_, i) => String(i).length);
  await parallelFor(50, f, out, plain, count);
  t.deepEqual([[...out], [...plain], count.value], [expected, Array.from(plain, (_, i) => i), 50]);
  out.fill(0);
  parallelForSync(50, f, out, plain, count);
  t.deepEqual([[...out], count.value], [expected, 100]);
  const longest = jit((a: number, b: number) => (String(a).length > String(b).length ? a : b), { fallback: 'js' });
  const xs = Float64Array.from({ length: 10_000 }, (_, i) => (i === 7000 ? 123_456.5 : i));
  t.is(await parallelReduce(xs, longest, 0), 123_456.5);
  t.is(parallelReduceSync(xs, longest, 0), 123_456.5);
  t.is(await parallelReduce(new Float64Array(0), longest, 3), 3);
  t.deepEqual(f.explain().kernels, []);
});

test('jit: { fallback: "js" }: errors, cancellation and timeouts', async (t) => {
  const spin = jit((i: number, out: Float64Array) => {
    while (String(i) !== '') out[i]!++;
  }, { fallback: 'js' });
  await t.throwsAsync(parallelFor(4, spin, new Float64Array(4), { timeout: 100 }), { instanceOf: TimeoutError });
  const running = parallelFor(4, spin, new Float64Array(4));
  await new Promise((resolve) => setImmediate(resolve));
  t.true(running.cancel());
  await t.throwsAsync(running, { instanceOf: CancelledError });
  const slow = jit((i: number, out: Float64Array) => {
    out[i] = String(i).length;
  }, { fallback: 'js' });
  t.throws(() => parallelForSync(2 ** 40, slow, new Float64Array(4), { timeout: 20 }), { instanceOf: TimeoutError });
  const failing = jit((i: number) => {
    throw new RangeError(`at ${i}`);
  }, { fallback: 'js' });
  await t.throwsAsync(parallelFor(1, failing), { instanceOf: RangeError, message: 'at 0' });
  t.throws(() => parallelForSync(1, failing), { instanceOf: RangeError, message: 'at 0' });
});

test('jit: { fallback: "js" } runs what cannot be compiled as JavaScript', async (t) => {
  const f = jit((x: number) => `${x}`.length, { fallback: 'js' });
  t.deepEqual([...(await pool.map(f, new Float64Array([1, 22, 333])))], [1, 2, 3]);
  t.deepEqual([...pool.mapSync(f, new Float64Array([1, 22, 333]))], [1, 2, 3]);
});

test('jit: explain() tells what the algorithms make of a function: the loops it is compiled into, and its own variables', async (t) => {
  const weight = (x: number): number => {
    const tripled = x * 3;
    return tripled + 1;
  };
  const descending = jit((a: number, b: number) => {
    const difference = weight(b) - weight(a);
    return difference;
  });
  t.deepEqual(descending.explain().kernels, []);
  await sort(Float64Array.from({ length: 5000 }, (_, i) => i % 77), descending);
  sortSync(Int16Array.of(1, 2, 3), descending);
  const { kernels } = descending.explain();
  t.deepEqual(
    kernels.map(({ entry, arguments: types }) => [entry, types[0]]),
    [
      ['sort.block', 'Float64Array'],
      ['sort.block', 'Int16Array'],
      ['sort.split', 'Float64Array'],
      ['sort.merge', 'Float64Array'],
    ],
  );
  for (const { variables, vectorized, exceptions, boundsChecks } of kernels) {
    const names = variables.map(({ name }) => name);
    t.true(names.includes('difference') && names.includes('tripled'));
    t.false(names.includes('width') || names.includes('stop') || names.includes('middle'));
    t.is(vectorized.lanes, 1);
    t.deepEqual(exceptions, []);
    t.true(boundsChecks.checked + boundsChecks.proven + boundsChecks.hoisted > 0);
  }
  t.is(kernels[1]!.variables.find(({ name }) => name === 'tripled')!.type, 'int64');
  t.regex(String(descending.explain()), /^sort\.merge\(Float64Array, .*\): nothing\n {2}\w+: float64 \(line \d\)/m);
});

test('jit: explain() of operators and predicates, and of a function in several algorithms', async (t) => {
  const longer = jit((a: number, b: number) => (Math.random() < 2 && a > b ? a : b));
  await scan(Float64Array.of(1, 3, 2), longer, 0);
  scanSync(Float64Array.of(1, 3, 2), longer, 0, { exclusive: true });
  await parallelReduce(Float64Array.of(1, 3, 2), longer, 0);
  t.deepEqual(longer.explain().kernels.map(({ entry }) => entry), ['reduce', 'call', 'scan.leaf', 'scan.before', 'scan.inclusive', 'scan.exclusive']);
  t.true(longer.explain().kernels.every(({ exceptions }) => exceptions.length === 1));
  const isSmall = jit((x: number) => x < 3);
  await filter(Float64Array.of(1, 3, 2), isSmall);
  t.deepEqual(isSmall.explain().kernels.map(({ entry }) => entry), ['filter.ask']);
  const inJavaScript = jit((x: number) => String(x).length < 2, { fallback: 'js' });
  filterSync(Float64Array.of(1, 30, 2), inJavaScript);
  t.deepEqual(inJavaScript.explain().kernels, []);
});
