/** Tasks that use the pool they run in: whoever waits runs what it waits for, so one worker is enough for any depth. */

import test, { type ExecutionContext } from 'ava';
import { CancelledError, Pool, RuntimeError } from '../index.js';
import { hasCapacity } from './fixtures/pool/capacity.js';
import { makeGate, passed, RELEASED } from './fixtures/pool/gate.js';
import {
  countAsync,
  countMixed,
  countSync,
  countSyncOverAsync,
  everyWay,
  failBelow,
  holdBelow,
  leaveToOthers,
  ownersOnly,
  ownPool,
  sizeOf,
  sumOfPromises,
} from './fixtures/pool/nested.js';
import { square } from './fixtures/pool/tasks.js';

const PATIENCE = { timeout: 25_000 };
const counters = { countAsync, countSync, countMixed };

function makePool(t: ExecutionContext, n: number): Pool {
  const pool = new Pool(n);
  t.teardown(() => pool.terminate());
  return pool;
}

for (const workers of [1, 2]) {
  for (const [name, count] of Object.entries(counters)) {
    test.serial(`nested: three levels of ${name} complete on ${workers} worker(s)`, async (t) => {
      const pool = makePool(t, workers);
      t.is(await pool.apply<[Pool, number, number], number | Promise<number>>(count, [pool, 3, 3]).get(PATIENCE), sizeOf(3, 3));
      await hasCapacity(t, pool, workers);
    });
  }
}

test.serial('nested: many trees at once complete on two workers', async (t) => {
  const pool = makePool(t, 2);
  const trees = Array.from({ length: 10 }, (_, i): [Pool, number, number] => [pool, (i % 3) + 1, 2]);
  const expected = trees.map(([, depth, width]) => sizeOf(depth, width));
  const results = [pool.starmap(countAsync, trees, 1), pool.starmap(countSync, trees, 2), pool.starmap(countMixed, trees, 3)];
  t.deepEqual(await Promise.all(results.map((result) => result.get(PATIENCE))), [expected, expected, expected]);
});

test.serial('nested: a main thread that blocks gets its tree too', (t) => {
  const pool = makePool(t, 1);
  t.is(pool.applySync(countSync, [pool, 3, 2], PATIENCE), sizeOf(3, 2));
  t.is(pool.applySync(countAsync, [pool, 3, 2], PATIENCE), sizeOf(3, 2));
});

test.serial('nested: a chain of ten levels completes on one worker', async (t) => {
  const pool = makePool(t, 1);
  t.is(await pool.apply(countSync, [pool, 10, 1]).get(PATIENCE), 11);
  t.is(await pool.apply(countAsync, [pool, 10, 1]).get(PATIENCE), 11);
});

test.serial('nested: a blocked task may wait for async functions that need no event loop', async (t) => {
  const pool = makePool(t, 1);
  for (let round = 0; round < 3; round++) t.is(await pool.apply(sumOfPromises, [pool, [1, 2, 3]]).get(PATIENCE), 14);
});

test.serial('nested: a blocked task whose subtasks need the event loop gets advice instead of a deadlock', async (t) => {
  const pool = makePool(t, 1);
  const result = pool.apply(countSyncOverAsync, [pool, 2, 1]).get(PATIENCE);
  await t.throwsAsync(result, { instanceOf: RuntimeError, message: /await the pool/ });
  t.is(await pool.apply(countAsync, [pool, 2, 1]), 3);
});

test.serial('nested: a closure may capture its pool', async (t) => {
  const pool = makePool(t, 1);
  const outer = async (x: number): Promise<number[]> => await pool.map((y: number) => x * y, [1, 2]);
  t.deepEqual(await pool.map(outer, [3, 4]).get(PATIENCE), [[3, 6], [4, 8]]);
});

test.serial('nested: every way to give work to the pool works inside of it', async (t) => {
  const pool = makePool(t, 1);
  const expected = [25, 36, [49], [64], [1, 4, 9], [16], [81], pool.name, 1];
  t.deepEqual(await pool.apply(everyWay, [pool]).get(PATIENCE), expected);
});

test.serial('nested: a pool that comes back is the same object', async (t) => {
  const pool = makePool(t, 1);
  t.is(await pool.apply((given: Pool) => given, [pool]), pool);
});

test.serial('nested: only the owner may close, terminate, resize, broadcast and join', async (t) => {
  const pool = makePool(t, 1);
  t.deepEqual(await pool.apply(ownersOnly, [pool]).get(PATIENCE), Array(6).fill('RuntimeError'));
  t.is(await pool.apply(square, [3]), 9);
});

test.serial('nested: an error passes through all levels', async (t) => {
  const pool = makePool(t, 1);
  await t.throwsAsync(pool.apply(failBelow, [pool, 'deep']).get(PATIENCE), { instanceOf: RangeError, message: 'deep' });
});

test.serial('nested: subtasks of a task that is stuck are stolen by the other worker', async (t) => {
  const pool = makePool(t, 2);
  t.is(await pool.apply(leaveToOthers, [pool, makeGate(), 20]).get(PATIENCE), 20);
});

test.serial('nested: terminate() ends tasks that wait for tasks', async (t) => {
  const pool = new Pool(2);
  const gate = makeGate();
  const results = [pool.apply(holdBelow, [pool, gate]), pool.apply(holdBelow, [pool, gate])];
  await passed(gate, 0, 2);
  const settled = Promise.allSettled(results);
  await pool.terminate();
  t.true((await settled).every((each) => each.status === 'rejected' && each.reason instanceof CancelledError));
  t.is(Atomics.load(gate, RELEASED), 0);
});

test.serial('nested: cancelling a task that waits for tasks loses no capacity', async (t) => {
  const pool = makePool(t, 2);
  const gate = makeGate();
  const result = pool.apply(holdBelow, [pool, gate]);
  await passed(gate);
  t.true(result.cancel());
  await t.throwsAsync(result, { instanceOf: CancelledError });
  // Its subtasks may still wait at the gate in the other worker.
  Atomics.store(gate, RELEASED, 1);
  Atomics.notify(gate, RELEASED);
  await hasCapacity(t, pool, 2);
});

test.serial('nested: a task may have a pool of its own', async (t) => {
  const pool = makePool(t, 1);
  t.deepEqual(await pool.map(ownPool, [2, 3]).get(PATIENCE), [4, 9]);
});
