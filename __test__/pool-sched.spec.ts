/** The scheduler as users see it: who runs what, when, and what it costs to wait. */

import test, { type ExecutionContext } from 'ava';
import { Full, Pool } from '../index.js';
import { hasCapacity } from './fixtures/pool/capacity.js';
import { type Gate, makeGate, passed, RELEASED, signal } from './fixtures/pool/gate.js';
import { runProgram } from './fixtures/pool/run-program.js';
import { burn, holdAt, note, square } from './fixtures/pool/tasks.js';

type PoolOptions = NonNullable<ConstructorParameters<typeof Pool>[1]>;

function makePool(t: ExecutionContext, n: number, options: PoolOptions = {}): Pool {
  const pool = new Pool(n, options);
  t.teardown(() => pool.terminate());
  return pool;
}

/** Shared memory in which tasks write down the order they run in. */
function makeLog(entries: number): Gate {
  return new Int32Array(new SharedArrayBuffer(4 * (entries + 1)));
}

/** Blocks this thread, event loop and all. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test.serial('sched: eight 50 ms tasks on two workers finish while the main thread is blocked for 800 ms', async (t) => {
  const pool = makePool(t, 2);
  const gate = makeGate();
  const task = (): number => {
    const rounds = burn(50);
    signal(gate);
    return rounds;
  };
  await hasCapacity(t, pool, 2);
  const results = Array.from({ length: 8 }, () => pool.apply(task));
  block(800);
  t.is(Atomics.load(gate, 0), 8);
  t.true((await Promise.all(results)).every((rounds) => rounds > 0));
});

test.serial('sched: results are there as soon as the main thread looks, in whatever order it asks', (t) => {
  const pool = makePool(t, 2);
  const results = Array.from({ length: 20 }, (_, x) => pool.apply(square, [x]));
  t.deepEqual(results.reverse().map((result) => result.getSync()), Array.from({ length: 20 }, (_, x) => (19 - x) ** 2));
});

test.serial('sched: all workers work at the same time', async (t) => {
  await hasCapacity(t, makePool(t, 4), 4);
});

test.serial('sched: one worker takes tasks in the order of submission', async (t) => {
  const pool = makePool(t, 1);
  const [gate, log] = [makeGate(), makeLog(100)];
  const first = pool.apply(holdAt, [gate, 0]);
  await passed(gate);
  const rest = Array.from({ length: 100 }, (_, id) => pool.apply(note, [log, 0, id]));
  signal(gate, RELEASED);
  await Promise.all([first, ...rest]);
  t.deepEqual([...log.subarray(1)], Array.from({ length: 100 }, (_, id) => id));
});

test.serial('sched: tasks of higher priority begin first, equal ones in order', async (t) => {
  const pool = makePool(t, 1);
  const priorities = [0, 5, -1, 5, 1, 0, -0.5, 1e6];
  const [gate, log] = [makeGate(), makeLog(priorities.length)];
  const first = pool.apply(holdAt, [gate, 0]);
  await passed(gate);
  const rest = priorities.map((priority, id) => pool.apply(note, [log, 0, id], { priority }));
  signal(gate, RELEASED);
  await Promise.all([first, ...rest]);
  t.deepEqual([...log.subarray(1)], [7, 1, 3, 4, 0, 5, 6, 2]);
});

test.serial('sched: priority holds for map and starmap too', async (t) => {
  const pool = makePool(t, 1);
  const [gate, log] = [makeGate(), makeLog(6)];
  const first = pool.apply(holdAt, [gate, 0]);
  await passed(gate);
  const low = pool.map((id: number) => note(log, 0, id), [1, 2], { chunksize: 1, priority: -1 });
  const middle = pool.apply(note, [log, 0, 3]);
  const high = pool.starmap(note, [[log, 0, 4], [log, 0, 5]], { chunksize: 1, priority: 1 });
  signal(gate, RELEASED);
  await Promise.all([first, low, middle, high]);
  t.deepEqual([...log.subarray(1, 6)], [4, 5, 3, 1, 2]);
});

test.serial('sched: more than maxQueue tasks under way are refused with Full, until one has ended', async (t) => {
  const pool = makePool(t, 1, { maxQueue: 2 });
  const gate = makeGate();
  const taken = [pool.apply(holdAt, [gate, 1]), pool.apply(holdAt, [gate, 2])];
  await t.throwsAsync(pool.apply(square, [3]), { instanceOf: Full });
  t.throws(() => pool.applySync(square, [3]), { instanceOf: Full });
  signal(gate, RELEASED);
  t.deepEqual(await Promise.all(taken), [1, 2]);
  t.is(await pool.apply(square, [3]), 9);
  await t.throwsAsync(Promise.all([1, 2, 3].map((x) => pool.apply(square, [x]))), { instanceOf: Full });
});

test.serial('sched: map and imap keep below maxQueue by themselves', async (t) => {
  const pool = makePool(t, 2, { maxQueue: 3 });
  const items = Array.from({ length: 100 }, (_, x) => x);
  t.deepEqual(await pool.map(square, items, 1), items.map(square));
  const results: number[] = [];
  for await (const x of pool.imap(square, items)) results.push(x);
  t.deepEqual(results, items.map(square));
});

test.serial('sched: idle workers use no processor time', async (t) => {
  for (const name of ['idle-cpu', 'idle-cpu-timers']) {
    const { code, stdout, stderr } = await runProgram('programs.ts', [name]);
    t.is(stderr, '');
    t.is(code, 0);
    t.true(Number(stdout) < 200, `${name}: ${stdout} ms of 1000 ms`);
  }
});

test.serial('sched: a worker that slept is as good as a fresh one', async (t) => {
  const pool = makePool(t, 2);
  for (let round = 0; round < 30; round++) {
    t.is(await pool.apply(square, [round]), round * round);
    await new Promise((resolve) => setTimeout(resolve, round % 10));
  }
  await hasCapacity(t, pool, 2);
});

test.serial('sched: fifty thousand tasks in a burst', async (t) => {
  const pool = makePool(t, 2);
  const results = Array.from({ length: 50_000 }, (_, x) => pool.apply(square, [x]));
  t.true((await Promise.all(results)).every((result, x) => result === x * x));
});
