/** `apply`, `map`, `starmap`, their options and their Sync forms. */

import type { TestFn } from 'ava';
import { PicklingError, transfer } from '../../index.js';
import { drain } from '../fixtures/pool/drain.js';
import { flags, raise, raised } from '../fixtures/pool/flag.js';
import { add, area, hold, identity, square, squareLater, whereAmI } from '../fixtures/pool/tasks.js';
import { until } from '../fixtures/pool/until.js';
import { type MakePool, sharedPool } from './pool.js';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

export function poolCallsContract(test: TestFn, makePool: MakePool): void {
  const shared = sharedPool(test, makePool);

  test.serial('pool: apply() passes its arguments and an options object (PO01)', async (t) => {
    const pool = shared();
    t.is(await pool.apply(square, [5]), 25);
    t.is(await pool.apply(add, [2, 3]), 5);
    t.is(await pool.apply(area, [{ height: 3 }]), 3);
    t.is(await pool.apply(area), 1);
  });

  test.serial('pool: applySync() returns the result itself (PO01)', (t) => {
    const pool = shared();
    t.is(pool.applySync(square, [5]), 25);
    t.is(pool.applySync(area, [{ width: 2, height: 3 }]), 6);
    t.is(pool.applySync(area), 1);
  });

  test.serial('pool: tasks run somewhere else', async (t) => {
    const place = await shared().apply(whereAmI);
    t.regex(place, /^\d+:\d+$/);
    t.not(place, whereAmI());
  });

  test.serial('pool: map() keeps the order (PO02)', async (t) => {
    const items = range(100);
    t.deepEqual(await shared().map(square, items, 20), items.map(square));
  });

  test.serial('pool: map() gives the same for every length and chunksize (PO02)', async (t) => {
    const pool = shared();
    for (const length of [1, 2, 3, 8, 99, 1000]) {
      const items = range(length);
      const expected = items.map(square);
      for (const chunksize of [undefined, 1, 2, 7, length, length + 1]) {
        const options = chunksize === undefined ? {} : { chunksize };
        t.deepEqual(await pool.map(square, items, options), expected, `${length} in chunks of ${chunksize}`);
      }
    }
  });

  test.serial('pool: mapSync() does the same as map() (PO02)', (t) => {
    const items = range(100);
    t.deepEqual(shared().mapSync(square, items), items.map(square));
    t.deepEqual(shared().mapSync(square, items, 20), items.map(square));
    t.deepEqual(shared().mapSync(square, items, { chunksize: 1 }), items.map(square));
  });

  test.serial('pool: map() takes any iterable, and passes on one value of each', async (t) => {
    const pool = shared();
    function* generate(): Generator<number> {
      yield 3;
      yield 1;
      yield 2;
    }
    t.deepEqual(await pool.map(square, generate()), [9, 1, 4]);
    t.deepEqual(await pool.map(square, new Set([5, 4])), [25, 16]);
    t.deepEqual(await pool.map(identity<string>, 'aé😀'), ['a', 'é', '😀']);
    t.deepEqual(await pool.map(identity<[string, number]>, new Map([['one', 1]])), [['one', 1]]);
    t.deepEqual(await pool.map(square, Float64Array.of(0.5, -1)), [0.25, 1]);
    const seen = await pool.map((...args: unknown[]) => args.length, ['a', 'b']);
    t.deepEqual(seen, [1, 1]);
  });

  test.serial('pool: map() does not take what is no iterable', async (t) => {
    await t.throwsAsync(shared().map(square, 7 as never), { instanceOf: TypeError });
    t.throws(() => shared().mapSync(square, undefined as never), { instanceOf: TypeError });
  });

  test.serial('pool: nothing is done for an empty iterable (PO05)', async (t) => {
    const pool = shared();
    for (const options of [{}, { chunksize: 1 }, { chunksize: 20 }]) {
      t.deepEqual(await pool.map(square, [], options), []);
      t.deepEqual(await pool.mapAsync(square, new Set<number>(), options), []);
      t.deepEqual(await pool.starmap(add, [], options), []);
      t.deepEqual(pool.mapSync(square, [], options), []);
      t.deepEqual(pool.starmapSync(add, [], options), []);
      t.deepEqual(await drain(pool.imap(square, [], options)), []);
      t.deepEqual(await drain(pool.imapUnordered(square, [], options)), []);
      t.deepEqual([...pool.imapSync(square, [], options)], []);
      t.deepEqual([...pool.imapUnorderedSync(square, [], options)], []);
    }
    t.is(await pool.map(square, []).get({ timeout: 20_000 }).then((list) => list.length), 0);
  });

  test.serial('pool: starmap() spreads each item into arguments', async (t) => {
    const pairs = range(50).map((x): [number, number] => [x, 10]);
    const expected = pairs.map(([a, b]) => a + b);
    t.deepEqual(await shared().starmap(add, pairs), expected);
    t.deepEqual(await shared().starmap(add, pairs, 7), expected);
    t.deepEqual(shared().starmapSync(add, pairs), expected);
    t.deepEqual(await shared().starmap(add, new Map([[1, 2]])), [3]);
  });

  test.serial('pool: the Async names are the same methods', async (t) => {
    const pool = shared();
    t.is(await pool.applyAsync(square, [3]), 9);
    t.deepEqual(await pool.mapAsync(square, [1, 2]), [1, 4]);
    t.deepEqual(await pool.starmapAsync(add, [[1, 2]]), [3]);
  });

  test.serial('pool: an async function gives what its promise gives', async (t) => {
    const pool = shared();
    t.is(await pool.apply(squareLater, [4]), 16);
    t.deepEqual(await pool.map(squareLater, range(20), 3), range(20).map(square));
    t.is(pool.applySync(squareLater, [4]), 16);
    t.deepEqual(pool.mapSync(squareLater, [1, 2, 3]), [1, 4, 9]);
  });

  test.serial('pool: a closure takes along what it captures', async (t) => {
    const factor = 3;
    const offsets = { base: [100] };
    const scale = (x: number): number => x * factor;
    const results = await shared().map((x: number) => scale(x) + (offsets.base[0] ?? 0), [1, 2]);
    t.deepEqual(results, [103, 106]);
  });

  test.serial('pool: values arrive as they were sent', async (t) => {
    const pool = shared();
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const values = [undefined, null, -0, Number.NaN, 2n ** 70n, 'ä\u0000', new Date(5), /x/gi, new Map([[1, new Set(['a'])]]), [1, , 3]]; // eslint-disable-line no-sparse-arrays
    t.deepEqual(await pool.map(identity<unknown>, values), values);
    t.deepEqual(await Promise.all(values.map((value) => pool.apply(identity<unknown>, [value]))), values);
    const back = (await pool.apply(identity<{ self?: unknown }>, [cyclic])) as { self?: unknown };
    t.is(back.self, back);
    t.not(back, cyclic);
  });

  test.serial('pool: a mebibyte arrives whole, both ways', async (t) => {
    const pool = shared();
    const bytes = new Uint8Array(2 ** 20).map((_, index) => index * 31);
    const back = await pool.apply(identity<Uint8Array>, [bytes]);
    t.is(Buffer.compare(back, bytes), 0);
    const text = 'é'.repeat(2 ** 20);
    t.true((await pool.apply(identity<string>, [text])) === text);
  });

  test.serial('pool: bytes of every size arrive as they are', async (t) => {
    const pool = shared();
    for (const length of [0, 1, 150, 192, 193, 4095, 4096, 65_535, 65_536, 2 ** 20 - 20, 2 ** 20, 2 ** 20 + 1]) {
      const buffer = Buffer.alloc(length + 8, 'polycore').subarray(4, 4 + length);
      const back = await pool.apply(identity<Buffer>, [buffer]);
      t.true(Buffer.isBuffer(back) && back.equals(buffer), `${length} bytes`);
      const text = 'x'.repeat(length);
      t.true((await pool.apply(identity<string>, [text])) === text, `${length} characters`);
    }
    const words = Buffer.from(new SharedArrayBuffer(1000));
    await pool.apply((given: Buffer) => given.fill(3), [words]);
    t.is(words[999], 3);
  });

  test.serial('pool: a large Buffer is a copy on each side', async (t) => {
    const pool = shared();
    const bytes = Buffer.alloc(2 ** 18, 1);
    const [first, second, sliced] = await pool.apply(
      (given: Buffer) => {
        given[0] = 2;
        return [given, given, given.subarray(2 ** 16)] as const;
      },
      [bytes],
    );
    t.is(bytes[0], 1);
    t.true(Buffer.isBuffer(first) && first === second);
    t.is(first.buffer, sliced.buffer);
    t.deepEqual([first.length, first[0], first[1], first.at(-1), sliced.length], [2 ** 18, 2, 1, 1, 3 * 2 ** 16]);
    first[0] = 3;
    t.is((await pool.apply(identity<Buffer>, [first]))[0], 3);
  });

  test.serial('pool: transfer() moves the buffers of a result', async (t) => {
    const pool = shared();
    const kept = await pool.apply(
      (given: Buffer, made: number) => {
        const own = new Float64Array(made).fill(7);
        const result = transfer({ given, own }, [given.buffer, own.buffer]);
        Reflect.set(globalThis, 'moved', { given, own });
        return result;
      },
      [Buffer.alloc(2 ** 18, 5), 2 ** 15],
    );
    t.deepEqual([kept.given.length, kept.given[2 ** 17], kept.own.length, kept.own[2 ** 14]], [2 ** 18, 5, 2 ** 15, 7]);
    const lengths = await pool.broadcast(() => {
      const { given, own } = (Reflect.get(globalThis, 'moved') ?? {}) as { given?: Buffer; own?: Float64Array };
      return [given?.length ?? 0, own?.length ?? 0];
    });
    t.true(lengths.every(([given, own]) => given === 0 && own === 0));
    const chunk = await pool.map((n: number) => transfer(Buffer.alloc(2 ** 17, n), []), [1, 2, 3], 3);
    t.deepEqual(chunk.map((bytes) => bytes[9]), [1, 2, 3]);
  });

  test.serial('pool: a lent Buffer is moved on by transfer, and cannot be used here any more', async (t) => {
    const pool = shared();
    const lent = await pool.apply((n: number) => Buffer.alloc(n, 9), [2 ** 18]);
    const { buffer } = lent;
    const sum = pool.apply((given: Buffer) => given[0] + given.length, [lent], { transfer: [buffer as ArrayBuffer] });
    t.deepEqual([lent.length, buffer.byteLength], [0, 0]);
    t.is(await sum, 9 + 2 ** 18);
    await t.throwsAsync(pool.apply(identity<Buffer>, [lent], { transfer: [buffer as ArrayBuffer] }), { instanceOf: PicklingError });
  });

  test.serial('pool: a chunk of numbers keeps what its results are', async (t) => {
    const pool = shared();
    const items = range(100);
    const mixed = (x: number): unknown => (x < 40 ? x / 2 : x === 40 ? 'forty' : x === 41 ? undefined : -0);
    t.deepEqual(await pool.map(mixed, items, 50), items.map(mixed));
    const later = (x: number): number | Promise<number> => (x === 30 || x > 90 ? Promise.resolve(-x) : x);
    t.deepEqual(await pool.map(later, items, 100), items.map((x) => (x === 30 || x > 90 ? -x : x)));
    const odd = [Number.NaN, -0, Number.POSITIVE_INFINITY, 2 ** 53, 5e-324];
    const many = range(30).flatMap(() => odd);
    t.deepEqual(await pool.map((x: number) => x, many, 75), many);
    const failing = pool.map((x: number) => { if (x === 77) throw new RangeError('no'); return x; }, items, 50);
    t.like(await t.throwsAsync(failing, { instanceOf: RangeError }), { index: 77 });
    t.deepEqual(await pool.map((x: number) => x + 1, items, 50), items.map((x) => x + 1));
  });

  test.serial('pool: transfer moves a buffer instead of copying it', async (t) => {
    const buffer = Uint8Array.of(1, 2, 3).buffer;
    const sum = shared().apply((given: ArrayBuffer) => new Uint8Array(given).reduce((a, b) => a + b), [buffer], { transfer: [buffer] });
    t.is(buffer.byteLength, 0);
    t.is(await sum, 6);
  });

  test.serial('pool: a thousand calls at once each get their own result', async (t) => {
    const pool = shared();
    const calls = range(1000).map((x) => pool.apply(square, [x]));
    t.deepEqual(await Promise.all(calls), range(1000).map(square));
  });

  test.serial('pool: a callback is called once with the whole list (PO35)', async (t) => {
    const pool = shared();
    const calls: unknown[] = [];
    const callback = (value: unknown): void => void calls.push(value);
    const errors: unknown[] = [];
    const errorCallback = (error: unknown): void => void errors.push(error);
    const list = await pool.mapAsync(square, [1, 2, 3], { chunksize: 1, callback, errorCallback });
    t.deepEqual(calls, [list]);
    await pool.apply(square, [5], { callback, errorCallback });
    await pool.starmap(add, [[1, 1]], { callback, errorCallback });
    t.deepEqual(calls, [[1, 4, 9], 25, [2]]);
    t.deepEqual(errors, []);
  });

  test.serial('pool: a callback is not called for an empty iterable (PO35)', async (t) => {
    const pool = shared();
    let calls = 0;
    t.deepEqual(await pool.mapAsync(square, [], { callback: () => calls++ }), []);
    t.is(await pool.apply(square, [2]), 4);
    t.is(calls, 0);
  });

  test.serial('pool: the callbacks of a call run before its promise is settled', async (t) => {
    const order: string[] = [];
    await shared().apply(square, [1], { callback: () => order.push('callback') }).then(() => order.push('then'));
    t.deepEqual(order, ['callback', 'then']);
  });

  test.serial('pool: onProgress counts items up to their total', async (t) => {
    const seen: { done: number; total: number }[] = [];
    const onProgress = (progress: { done: number; total: number }): void => void seen.push({ ...progress });
    await shared().map(square, range(20), { chunksize: 3, onProgress });
    t.true(seen.length >= 2, `${seen.length} reports`);
    t.true(seen.every(({ done, total }, i) => total === 20 && done > (seen[i - 1]?.done ?? 0)), JSON.stringify(seen));
    t.is(seen.at(-1)?.done, 20);
  });

  test.serial('pool: a chunksize must be a positive integer', async (t) => {
    const pool = shared();
    for (const chunksize of [0, -1, 1.5, Number.NaN]) {
      await t.throwsAsync(pool.map(square, [1], chunksize), { instanceOf: RangeError }, `${chunksize}`);
      t.throws(() => pool.mapSync(square, [1], { chunksize }), { instanceOf: RangeError }, `${chunksize}`);
    }
    await t.throwsAsync(pool.map(square, [1], { chunksize: '2' as never }), { instanceOf: TypeError });
  });

  test.serial('pool: what is no function is refused by a rejection, and by an exception of the Sync form', async (t) => {
    const pool = shared();
    for (const wrong of [undefined, null, 'square', {}] as never[]) {
      await t.throwsAsync(pool.apply(wrong), { instanceOf: TypeError });
      await t.throwsAsync(pool.map(wrong, [1] as never), { instanceOf: TypeError });
      t.throws(() => pool.applySync(wrong), { instanceOf: TypeError });
      t.throws(() => pool.mapSync(wrong, [1] as never), { instanceOf: TypeError });
    }
    await t.throwsAsync(pool.apply(square.bind(null)), { instanceOf: PicklingError });
  });

  test.serial('pool: broadcast() runs once in every worker, also in one that is at work', async (t) => {
    const pool = makePool(3);
    t.teardown(() => pool.terminate());
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const slow = pool.apply(hold, [started, release, 'slow']);
    await until(() => raised(started) === 1, 'the task runs');
    const places = pool.broadcast(whereAmI);
    raise(release);
    t.is(new Set(await places).size, 3);
    t.is(await slow, 'slow');
    t.deepEqual(await pool.broadcast(add, [1, 2]), [3, 3, 3]);
  });

  test.serial('pool: stats() counts', async (t) => {
    const pool = makePool(2, { name: 'counted' });
    t.teardown(() => pool.terminate());
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const held = [0, 1, 2].map((x) => pool.apply(hold, [started, release, x]));
    await until(() => raised(started) === 2, 'both workers are busy');
    t.like(pool.stats(), { workers: 2, idle: 0, queued: 1, running: 2, completed: 0, failed: 0, name: 'counted', size: 2 });
    raise(release);
    t.deepEqual(await Promise.all(held), [0, 1, 2]);
    await t.throwsAsync(pool.apply(() => JSON.parse('{') as unknown), { instanceOf: SyntaxError });
    await until(() => pool.stats().idle === 2, 'both workers are idle');
    t.like(pool.stats(), { workers: 2, queued: 0, running: 0, completed: 3, failed: 1 });
  });
}
