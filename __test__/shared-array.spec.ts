/** `Array`: typed arrays over shared memory. */

import test from 'ava';
import { Array as PolycoreArray, Lock, Pool, RLock, SharedArray, Thread } from '../index.js';
import { binding } from '../dist/native/binding.js';
import { makeGate, pass, passed, RELEASED, REPORTED, signal } from './fixtures/pool/gate.js';
import { collected } from './fixtures/shared/garbage.js';

/** Typecodes and the typed arrays they stand for. */
const CLASSES = {
  c: Uint8Array, b: Int8Array, B: Uint8Array, h: Int16Array, H: Uint16Array, i: Int32Array, I: Uint32Array, l: Int32Array,
  L: Uint32Array, q: BigInt64Array, Q: BigUint64Array, f: Float32Array, d: Float64Array, '?': Uint8Array, int8: Int8Array,
  uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, int64: BigInt64Array,
  uint64: BigUint64Array, float32: Float32Array, float64: Float64Array, bool: Uint8Array,
} as const;

test('array: is a typed array of the class that its typecode stands for', (t) => {
  for (const [code, Class] of Object.entries(CLASSES)) {
    const array = SharedArray(code as keyof typeof CLASSES, 3) as Float64Array;
    t.true(array instanceof Class, code);
    t.true(array instanceof SharedArray);
    t.true(ArrayBuffer.isView(array));
    t.is(array.length, 3);
    t.is(array.byteLength, 3 * Class.BYTES_PER_ELEMENT);
    t.is(array.buffer.byteLength, array.byteLength);
    t.is(Object.prototype.toString.call(array), `[object ${Class.name}]`);
    t.is(array.constructor.name, `Shared${Class.name}`);
  }
  t.is(PolycoreArray, SharedArray);
  t.true(new SharedArray('i', 1) instanceof Int32Array);
  t.false((new Int32Array(1) as unknown) instanceof SharedArray);
  t.is(SharedArray('int16', 1).typecode, 'h');
});

test('array: what is made from it is plain; a subarray is over the same memory', (t) => {
  const array = SharedArray('d', [1, 2, 3, 4]);
  const half = array.subarray(1, 3);
  t.is(half.constructor, Float64Array);
  t.is(half.buffer, array.buffer);
  half[0] = 20;
  t.deepEqual([...array], [1, 20, 3, 4]);
  for (const made of [array.map((x) => x), array.slice(1), array.filter((x) => x > 2)]) t.is(made.constructor, Float64Array);
  t.not(array.slice().buffer, array.buffer);
});

test('array: begins with the elements given, of any iterable', (t) => {
  t.deepEqual([...SharedArray('i', [1, -2, 3])], [1, -2, 3]);
  t.deepEqual([...SharedArray('d', new Set([0.5, 1.5]))], [0.5, 1.5]);
  t.deepEqual([...SharedArray('B', Uint8Array.of(1, 2))], [1, 2]);
  t.deepEqual([...SharedArray('q', [1n, -1n])], [1n, -1n]);
  t.deepEqual([...SharedArray('?', [true, false, 1])], [1, 0, 1]);
  t.deepEqual([...SharedArray('f', { length: 2, 0: 1, 1: 2 })], [1, 2]);
  t.is(SharedArray('i', []).length, 0);
  t.is(SharedArray('i', 0).length, 0);
});

test('array: wrong arguments are refused (A04)', (t) => {
  const array = SharedArray('i', 3);
  t.false(3 in array);
  t.throws(() => array.set([1, 2], 2), { instanceOf: RangeError });
  t.throws(() => SharedArray('i', -1), { instanceOf: RangeError, message: /Expected `sizeOrInit` to be an integer >= 0, got -1/ });
  t.throws(() => SharedArray('i', 1.5), { instanceOf: RangeError });
  t.throws(() => SharedArray('i', Number.NaN), { instanceOf: RangeError });
  t.throws(() => SharedArray('i', undefined as unknown as number), { instanceOf: TypeError });
  for (const wrong of [{}, { length: -1 }, { length: '2' }, null, true]) t.throws(() => SharedArray('i', wrong as never), { instanceOf: TypeError });
  t.deepEqual([...SharedArray('i', { length: 2, 0: 3, 1: 4 })], [3, 4]);
  t.throws(() => SharedArray('i', '12' as unknown as number), { instanceOf: TypeError, message: /`sizeOrInit`.*got "12"/ });
  t.throws(() => SharedArray('i', [1, '2'] as number[]), { instanceOf: TypeError, message: /`sizeOrInit\[1\]` to be a number, got "2"/ });
  t.throws(() => SharedArray('q', [1] as unknown as bigint[]), { instanceOf: TypeError });
  t.throws(() => SharedArray('z' as 'i', 1), { instanceOf: RangeError, message: /Expected `typecode`/ });
  t.throws(() => SharedArray('d', 2 ** 45), { instanceOf: RangeError, message: /Cannot share 281474976710656 bytes/ });
});

test('array: a child reads and writes what the parent reads and writes (A01)', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const sequence = [680, 626, 934, 821, 150, 233, 548, 982, 714, 831];
  const array = SharedArray('i', sequence);
  t.is(array.length, sequence.length);
  t.is(array[1], sequence[1]);
  t.deepEqual([...array.slice(2, 7)], sequence.slice(2, 7));
  array.set([1, 2, 3, 4], 4);
  sequence.splice(4, 4, 1, 2, 3, 4);
  t.deepEqual([...array], sequence);
  const prefixSums = (list: { length: number; [index: number]: number }): void => {
    for (let i = 1; i < list.length; i++) list[i] = (list[i] as number) + (list[i - 1] as number);
  };
  await pool.apply(prefixSums, [array]);
  prefixSums(sequence);
  t.deepEqual([...array], sequence);
});

test('array: begins with zeros, whatever used the memory before (A02)', (t) => {
  for (const length of [10, 1000, 3_000_000]) {
    for (let i = 0; i < 3; i++) {
      using array = SharedArray('i', length);
      t.true(array.every((x) => x === 0));
      array.fill(-1);
    }
  }
});

test('array: travels as argument, capture and result without being copied, and stays the same array', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const array = SharedArray('d', 4);
  const same = await pool.apply(
    (given: Float64Array) => {
      given[0] = 1;
      array[1] = given === array ? 2 : -2;
      return { given, buffer: given.buffer, name: given.constructor.name, list: [array, array.buffer] };
    },
    [array],
  );
  t.deepEqual([...array], [1, 2, 0, 0]);
  t.is(same.given, array);
  t.is(same.buffer, array.buffer);
  t.deepEqual(same.name, 'SharedFloat64Array');
  t.is(same.list[0] as unknown, array);
  t.is(same.list[1] as unknown, array.buffer);
  const made = await pool.apply((make: typeof SharedArray) => make('h', [7, 8]), [SharedArray]);
  t.deepEqual([...made], [7, 8]);
  made[0] = 9;
  t.is(await pool.apply((given: Int16Array) => given[0], [made]), 9);
});

test('array: its buffer, and views of parts of it, travel without being copied', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const array = SharedArray('i', 100);
  const { buffer } = array;
  const views = [array.subarray(2, 4), new Uint8Array(buffer, 16, 4), new DataView(buffer, 20), Buffer.from(buffer, 24, 2), buffer];
  const received = await pool.apply(
    (part: Int32Array, bytes: Uint8Array, data: DataView, node: Buffer, whole: ArrayBuffer) => {
      part[0] = 1;
      bytes[0] = 2;
      data.setInt32(0, 3, true);
      node[0] = 4;
      new Int32Array(whole)[7] = 5;
      return [part, bytes, data, node, whole].map((view) => ('buffer' in view ? view.buffer : view) === part.buffer);
    },
    views as unknown as [Int32Array, Uint8Array, DataView, Buffer, ArrayBuffer],
  );
  t.deepEqual(received, [true, true, true, true, true]);
  t.deepEqual([...array.subarray(0, 8)], [0, 0, 1, 0, 2, 3, 4, 5]);
  const alone = await pool.apply(() => Buffer.from(array.buffer));
  alone[0] = 7;
  t.is(array[0], 7);
  const back = await pool.apply((part: Int32Array) => part.subarray(1), [array.subarray(4)]);
  t.is(back.buffer, buffer);
  t.is(back.byteOffset, 20);
});

test('array: lock makes one, takes one, or does without', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const own = SharedArray('d', 3);
  t.true(own.getLock() instanceof RLock);
  t.is(own.getLock(), own.getLock());
  const lock = new Lock();
  const given = SharedArray('d', 3, { lock });
  t.is(given.getLock(), lock);
  const raw = SharedArray('d', 3, { lock: false });
  t.false('getLock' in raw);
  t.true(raw instanceof SharedArray);
  t.throws(() => SharedArray('d', 3, { lock: 'x' as never }), { instanceOf: TypeError });
  const seen = await pool.apply(
    (a: typeof own, b: typeof given, c: typeof raw, l: Lock) => [a.getLock().constructor.name, b.getLock() === l, 'getLock' in c, a.constructor.name],
    [own, given, raw, lock],
  );
  t.deepEqual(seen, ['RLock', true, false, 'SharedFloat64Array']);
  for (const array of [own, given, raw]) t.is(array.subarray(1).constructor, Float64Array);
  const workers = [1, 2].map(
    () =>
      new Thread({
        target: (array: typeof own) => {
          for (let i = 0; i < 1000; i++) array.withLockSync(() => { array[0] = (array[0] as number) + 1; array[1] = (array[1] as number) - 1; });
        },
        args: [own],
      }),
  );
  for (const worker of workers) worker.start();
  for (const worker of workers) await worker.join();
  t.deepEqual([...own], [2000, -2000, 0]);
  t.is(await own.withLock(async () => own[0]), 2000);
});

test('array: an empty one travels as well', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const array = SharedArray('d', 0);
  t.is(await pool.apply((given: Float64Array) => given, [array]), array);
});

test('array: cannot be transferred, because it is shared', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const { buffer } = SharedArray('d', 3);
  await t.throwsAsync(pool.apply((given: ArrayBuffer) => given.byteLength, [buffer], { transfer: [buffer] }), {
    code: 'ERR_POLYCORE_PICKLING',
    message: 'transfer[0]: the ArrayBuffer is shared, not moved',
  });
});

test('array: Atomics work on it between threads', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  const counts = SharedArray('I', 2);
  await pool.map((n: number) => { for (let i = 0; i < n; i++) Atomics.add(counts, i & 1, 1); }, [50_000, 50_000], 1);
  t.deepEqual([...counts], [50_000, 50_000]);
});

test('array: after close() it and its views have length 0 in this thread, and others go on', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const array = SharedArray('i', [1, 2, 3]);
  const gate = makeGate();
  const sum = pool.apply(
    (given: Int32Array) => {
      signal(gate, REPORTED);
      pass(gate, RELEASED);
      return given.reduce((a, b) => a + b);
    },
    [array],
  );
  await passed(gate);
  const part = array.subarray(1);
  array.close();
  array.close();
  signal(gate, RELEASED);
  t.is(array.length, 0);
  t.is(part.length, 0);
  t.is(await sum, 6);
  await t.throwsAsync(pool.apply((given: Int32Array) => given.length, [array]), { code: 'ERR_POLYCORE_PICKLING' });
});

test.serial('array: hundreds of thousands, made and closed, use no more memory than one', (t) => {
  SharedArray('i', 1).close();
  const used = binding.regionUsed();
  for (let i = 0; i < 200_000; i++) {
    using array = SharedArray('i', 8);
    array[7] = i;
  }
  t.is(binding.regionUsed(), used);
});

test.serial('array: its memory stays as long as anything of it can be reached, in any thread, and no longer', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const size = 1 << 20;
  const before = binding.regionUsed();
  const keep: { part?: Int32Array; buffer?: ArrayBuffer } = { part: SharedArray('i', size).subarray(3, 5) };
  (keep.part as Int32Array)[0] = 42;
  keep.buffer = SharedArray('i', size).buffer;
  new Int32Array(keep.buffer)[9] = 43;
  await collected(() => binding.regionUsed() - before < 3 * size * 4, 'what nobody can reach is collected');
  t.true(binding.regionUsed() - before >= 2 * size * 4);
  t.is((keep.part as Int32Array)[0], 42);
  t.is(new Int32Array(keep.buffer)[9], 43);
  // Elsewhere it lives on when nothing of it is left here.
  await pool.apply((part: Int32Array) => void Reflect.set(globalThis, 'part', part), [keep.part as Int32Array]);
  delete keep.part;
  delete keep.buffer;
  await collected(() => binding.regionUsed() - before < 2 * size * 4, 'the other buffer is collected');
  t.is(await pool.apply(() => (Reflect.get(globalThis, 'part') as Int32Array)[0]), 42);
  t.true(binding.regionUsed() - before >= size * 4);
  await pool.terminate();
  await collected(() => binding.regionUsed() - before < size * 4, 'the last one is collected');
});

test.serial('array: one in a message that never arrives is given back', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const gate = makeGate();
  const busy = pool.apply(() => { signal(gate, REPORTED); pass(gate, RELEASED); });
  await passed(gate);
  const objects = binding.objects();
  const waiting = pool.apply((given: Int32Array) => given.length, [SharedArray('i', 4, { lock: false })]);
  t.is(binding.objects(), objects + 1);
  waiting.cancel();
  await t.throwsAsync(waiting, { code: 'ERR_POLYCORE_CANCELLED' });
  signal(gate, RELEASED);
  await busy;
  await collected(() => binding.objects() <= objects, 'the cancelled argument is collected');
});
