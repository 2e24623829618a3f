/** Memory of the shared region: what values borrowed comes back, whatever becomes of the task. */

import test from 'ava';
import { Pool, transfer } from '../index.js';
import { collectGarbage } from './fixtures/pool/garbage.js';
import { binding } from '../dist/native/binding.js';

const BIG = 100_000;

test.serial('region: large arguments and results are given back', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  const round = async (): Promise<void> => {
    const lists = await pool.map((n: number) => new Array<number>(n).fill(n), [BIG, BIG, BIG], 1);
    const bytes = await pool.apply((buffer: Uint8Array) => buffer, [new Uint8Array(BIG)]);
    t.is(lists.length + bytes.length, 3 + BIG);
  };
  await pool.broadcast(() => 0);
  await round();
  const used = binding.regionUsed();
  for (let i = 0; i < 20; i++) await round();
  t.is(binding.regionUsed(), used);
});

test.serial('region: lent Buffers are given back when they are collected, moved, or never read', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const make = (): Buffer => Buffer.alloc(2 ** 18, 1);
  const forward = (bytes: Buffer): Buffer => transfer(bytes, [bytes.buffer]);
  const settled = async (): Promise<number> => {
    await pool.broadcast(collectGarbage);
    await collectGarbage();
    return binding.regionUsed();
  };
  t.is((await pool.apply(forward, [make()])).length, 2 ** 18);
  const used = await settled();
  for (let i = 0; i < 40; i++) {
    t.is((await pool.apply(forward, [make()])).length, 2 ** 18);
    t.is((await pool.apply((bytes: Buffer) => bytes, [make()])).length, 2 ** 18);
    t.is(await pool.apply((bytes: Buffer) => bytes.length, [make()]), 2 ** 18);
  }
  await t.throwsAsync(pool.apply((_: Buffer) => process.exit(1), [make()]));
  const queued = Array.from({ length: 20 }, () => pool.apply(forward, [make()]));
  for (const result of queued) result.cancel();
  await Promise.allSettled(queued);
  t.is(await settled(), used);
});

test.serial('region: so are those of tasks that fail, crash or never run', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const big = new Uint8Array(BIG);
  await pool.apply((buffer: Uint8Array) => buffer.length, [big]);
  const used = binding.regionUsed();
  await t.throwsAsync(pool.apply((_: Uint8Array) => { throw new RangeError('no'); }, [big]));
  await t.throwsAsync(pool.apply((_: Uint8Array) => process.exit(1), [big]));
  const results = Array.from({ length: 20 }, () => pool.apply((buffer: Uint8Array) => buffer, [big]));
  for (const result of results) result.cancel();
  await Promise.allSettled(results);
  // The cancelled ones come home as the worker passes them by.
  t.is(await pool.apply((n: number) => n, [1]), 1);
  t.is(binding.regionUsed(), used);
});

test.serial('region: pools that have ended leave nothing', async (t) => {
  const live = new Pool(1);
  t.teardown(() => live.terminate());
  await live.apply((n: number) => n, [1]);
  const before = binding.regionUsed();
  for (let i = 0; i < 5; i++) {
    await using pool = new Pool(1);
    t.is(await pool.apply((n: number) => n + 1, [i]), i + 1);
  }
  t.is(binding.regionUsed(), before);
});
