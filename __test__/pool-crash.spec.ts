/** Workers that die and tasks that are stopped: every promise settles, the pool goes on, and no capacity is lost. */

import test, { type ExecutionContext } from 'ava';
import { BrokenPoolError, CancelledError, Pool, TimeoutError, WorkerCrashedError } from '../index.js';
import { hasCapacity } from './fixtures/pool/capacity.js';
import {
  exhaustMemory,
  exit,
  exitAt,
  exitFor,
  exitInWorker,
  exitLater,
  never,
  Parcel,
  rejectUnhandled,
  throwAfterwards,
  throwUncaught,
} from './fixtures/pool/crashes.js';
import { makeGate, pass, passed, RELEASED, signal } from './fixtures/pool/gate.js';
import { runProgram } from './fixtures/pool/run-program.js';
import { holdAt, identity, spin, square, whereAmI } from './fixtures/pool/tasks.js';
import { until } from './fixtures/pool/until.js';

type PoolOptions = NonNullable<ConstructorParameters<typeof Pool>[1]>;

function makePool(t: ExecutionContext, n: number, options: PoolOptions = {}): Pool {
  const pool = new Pool(n, options);
  t.teardown(() => pool.terminate());
  return pool;
}

/** The error of a task whose worker died while another task ran in another worker, which must not notice. */
async function crash(t: ExecutionContext, pool: Pool, task: () => PromiseLike<unknown>): Promise<WorkerCrashedError> {
  const gate = makeGate();
  const bystander = pool.apply(holdAt, [gate, 'unharmed']);
  await passed(gate);
  const error = await t.throwsAsync<WorkerCrashedError>(task(), { instanceOf: WorkerCrashedError });
  t.is(error.code, 'ERR_POLYCORE_WORKER_CRASHED');
  signal(gate, RELEASED);
  t.is(await bystander, 'unharmed');
  await hasCapacity(t, pool, 2);
  return error;
}

test.serial('crash: process.exit() in a task rejects that task with the exit code', async (t) => {
  const pool = makePool(t, 2);
  t.is((await crash(t, pool, () => pool.apply(exit, [3]))).exitCode, 3);
  t.is((await crash(t, pool, () => pool.apply(exitLater, [4]))).exitCode, 4);
  t.is((await crash(t, pool, () => pool.apply(exit, [0]))).exitCode, 0);
});

test.serial('crash: the Sync forms throw it', async (t) => {
  const pool = makePool(t, 2);
  t.throws(() => pool.applySync(exit, [3]), { instanceOf: WorkerCrashedError });
  t.throws(() => pool.mapSync(exit, [3, 4]), { instanceOf: WorkerCrashedError });
  t.is(pool.applySync(square, [3]), 9);
  await hasCapacity(t, pool, 2);
});

test.serial('crash: an uncaught exception rejects the task with the exception as cause', async (t) => {
  const pool = makePool(t, 2);
  const { cause, exitCode } = await crash(t, pool, () => pool.apply(throwUncaught, ['out of the blue']));
  t.true(cause instanceof RangeError);
  t.is((cause as Error).message, 'out of the blue');
  t.is(exitCode, 1);
});

test.serial('crash: an unhandled rejection does the same', async (t) => {
  const pool = makePool(t, 2);
  const { cause } = await crash(t, pool, () => pool.apply(rejectUnhandled, ['nobody cared']));
  t.true(cause instanceof RangeError);
  t.is((cause as Error).message, 'nobody cared');
});

test.serial('crash: a task that runs out of memory dies alone', async (t) => {
  const pool = makePool(t, 2, { resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 } });
  const { cause } = await crash(t, pool, () => pool.apply(exhaustMemory));
  t.is((cause as NodeJS.ErrnoException).code, 'ERR_WORKER_OUT_OF_MEMORY');
});

test.serial('crash: an argument that ends the worker while it is rebuilt fails its task only', async (t) => {
  const pool = makePool(t, 2);
  const parcel = new Parcel(exitInWorker, [5]);
  t.is((await crash(t, pool, () => pool.apply(identity<unknown>, [parcel]))).exitCode, 5);
});

test.serial('crash: map() rejects with the index of the chunk that was lost, after the other chunks', async (t) => {
  const pool = makePool(t, 2);
  const ran = makeGate();
  const error = await t.throwsAsync<WorkerCrashedError & { index?: number }>(
    pool.map(
      (x: number) => {
        if (x !== 3) signal(ran);
        return exitFor(3, x);
      },
      [0, 1, 2, 3, 4, 5, 6, 7],
      1,
    ),
    { instanceOf: WorkerCrashedError },
  );
  t.is(error.index, 3);
  t.is(error.exitCode, 9);
  t.is(Atomics.load(ran, 0), 7);
  await hasCapacity(t, pool, 2);
});

test.serial('crash: a worker that dies between two tasks harms none of them', async (t) => {
  const pool = makePool(t, 1);
  const first = await pool.apply(whereAmI);
  t.is(await pool.apply(throwAfterwards), 'fine');
  await until(() => pool.stats().workers === 0 || pool.applySync(whereAmI) !== first, 'the worker is replaced');
  t.is(await pool.apply(square, [7]), 49);
  await hasCapacity(t, pool, 1);
});

test.serial('crash: tasks queued behind a crash run in the next worker', async (t) => {
  const pool = makePool(t, 1);
  const gate = makeGate();
  const doomed = pool.apply(exitAt, [gate, 6]);
  const queued = [1, 2, 3].map((x) => pool.apply(square, [x]));
  signal(gate, RELEASED);
  const [error, results] = await Promise.all([t.throwsAsync<WorkerCrashedError>(doomed), Promise.all(queued)]);
  t.is(error.exitCode, 6);
  t.deepEqual(results, [1, 4, 9]);
});

test.serial('crash: ten in a row, of all workers at once, lose no capacity', async (t) => {
  const pool = makePool(t, 2);
  for (let round = 1; round <= 5; round++) {
    const gate = makeGate();
    const doomed = [pool.apply(exitAt, [gate, 1]), pool.apply(exitAt, [gate, 2])];
    await passed(gate, 0, 2);
    signal(gate, RELEASED);
    const settled = await Promise.allSettled(doomed);
    t.deepEqual(settled.map((each) => each.status === 'rejected' && (each.reason as WorkerCrashedError).exitCode), [1, 2]);
  }
  await hasCapacity(t, pool, 2);
  t.like(pool.stats(), { workers: 2, queued: 0 });
});

test.serial('crash: an initializer that ends its worker breaks the pool instead of starting workers for ever', async (t) => {
  const pool = makePool(t, 1, { initializer: () => process.exit(7) });
  await t.throwsAsync(pool.apply(square, [1]).get({ timeout: 20_000 }), { instanceOf: BrokenPoolError });
  await t.throwsAsync(pool.apply(square, [1]), { instanceOf: BrokenPoolError });
});

test.serial('crash: a timeout stops an infinite loop and rejects with TimeoutError', async (t) => {
  const pool = makePool(t, 2);
  await hasCapacity(t, pool, 2);
  for (const endless of [spin, never]) {
    const gate = makeGate();
    const start = performance.now();
    const result = pool.apply<[typeof gate], unknown>(endless, [gate], { timeout: 300 });
    await t.throwsAsync(result, { instanceOf: TimeoutError });
    const took = performance.now() - start;
    t.true(took >= 0.6 * 300 && took < 10 * 300, `${took} ms`);
    t.is(Atomics.load(gate, 0), 1);
    await hasCapacity(t, pool, 2);
  }
});

test.serial('crash: the timeout of a Sync form stops an infinite loop', async (t) => {
  // In a process of its own, because it would block this one for ever.
  const { code, stdout, stderr } = await runProgram('programs.ts', ['sync-timeout']);
  t.is(stderr, '');
  t.is(stdout, 'TimeoutError\nTimeoutError\n16\n');
  t.is(code, 0);
});

test.serial('crash: the timeout of a map stops all of it', async (t) => {
  const pool = makePool(t, 2);
  const gate = makeGate();
  const started = makeGate();
  // The clock runs from the call: by then both workers have started and loaded the modules of the task.
  await pool.broadcast(() => [signal, holdAt].length);
  const result = pool.map(
    (x: number) => {
      signal(started);
      return holdAt(gate, x);
    },
    [0, 1, 2, 3, 4, 5],
    { chunksize: 1, timeout: 2000 },
  );
  await passed(started, 0, 2);
  await t.throwsAsync(result, { instanceOf: TimeoutError });
  await hasCapacity(t, pool, 2);
  t.is(Atomics.load(started, 0), 2);
});

test.serial('crash: a timeout counts from the call: a task may time out in the queue, and then never runs', async (t) => {
  const pool = makePool(t, 1);
  const [gate, unreached] = [makeGate(), makeGate()];
  const running = pool.apply(holdAt, [gate, 1]);
  await passed(gate);
  await t.throwsAsync(pool.apply(holdAt, [unreached, 2], { timeout: 50 }), { instanceOf: TimeoutError });
  signal(gate, RELEASED);
  t.is(await running, 1);
  t.is(await pool.apply(square, [3]), 9);
  t.is(Atomics.load(unreached, 0), 0);
});

test.serial('crash: a timeout that is not reached leaves nothing behind', async (t) => {
  const pool = makePool(t, 1);
  const place = await pool.apply(whereAmI, [], { timeout: 20_000 });
  t.is(await pool.apply(square, [3], { timeout: 20_000 }), 9);
  t.is(await pool.apply(whereAmI), place);
});

test.serial('crash: abort of a queued task rejects with the reason, and the task never runs', async (t) => {
  const pool = makePool(t, 1);
  const [gate, unreached] = [makeGate(), makeGate()];
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const running = pool.apply(holdAt, [gate, 1]);
  await passed(gate);
  const queued = pool.apply(holdAt, [unreached, 2], { signal: controller.signal });
  const mapped = pool.map((x: number) => holdAt(unreached, x), [1, 2, 3], { chunksize: 1, signal: controller.signal });
  controller.abort(reason);
  await t.throwsAsync(queued, { is: reason });
  await t.throwsAsync(mapped, { is: reason });
  signal(gate, RELEASED);
  t.is(await running, 1);
  t.is(await pool.apply(square, [3]), 9);
  t.is(Atomics.load(unreached, 0), 0);
});

test.serial('crash: abort of a running task ends it, even in an infinite loop', async (t) => {
  const pool = makePool(t, 2);
  for (const endless of [spin, never]) {
    const gate = makeGate();
    const controller = new AbortController();
    const result = pool.apply<[typeof gate], unknown>(endless, [gate], { signal: controller.signal });
    await passed(gate);
    controller.abort();
    const error = await result.then(undefined, (reason: unknown) => reason as DOMException);
    t.is((error as DOMException).name, 'AbortError');
    await hasCapacity(t, pool, 2);
  }
});

test.serial('crash: a signal that is aborted already means that nothing is begun', async (t) => {
  const pool = makePool(t, 1);
  const gate = makeGate();
  const reason = new Error('too late');
  const options = { signal: AbortSignal.abort(reason) };
  await t.throwsAsync(pool.apply(holdAt, [gate, 1], options), { is: reason });
  await t.throwsAsync(pool.map((x: number) => holdAt(gate, x), [1], options), { is: reason });
  t.is(await pool.apply(square, [3]), 9);
  t.is(Atomics.load(gate, 0), 0);
});

test.serial('crash: an abort after the end changes nothing', async (t) => {
  const pool = makePool(t, 1);
  const controller = new AbortController();
  const result = pool.apply(whereAmI, [], { signal: controller.signal });
  const place = await result;
  controller.abort();
  t.is(await result, place);
  t.is(await pool.apply(whereAmI), place);
});

test.serial('crash: terminate() under load settles everything', async (t) => {
  const pool = new Pool(2);
  const gate = makeGate();
  const settled = Promise.allSettled([
    pool.apply(spin, [gate]),
    pool.apply(never, [gate]),
    ...Array.from({ length: 500 }, (_, x) => pool.apply(square, [x])),
    pool.map(square, Array<number>(1000).fill(1), 1),
    pool.starmap(square, [[1], [2]]),
  ]);
  const iterator = pool.imap(square, [1, 2, 3]);
  const step = iterator.next();
  await passed(gate, 0, 2);
  const [outcomes, next] = await Promise.all([settled, step.then(() => 'a result', (error: unknown) => error), pool.terminate()]);
  t.true(outcomes.every((each) => each.status === 'rejected' && each.reason instanceof CancelledError));
  t.true(next instanceof CancelledError, String(next));
  t.is(pool.stats().workers, 0);
});

test.serial('crash: terminate() while workers start, crash and are replaced', async (t) => {
  for (let round = 0; round < 5; round++) {
    const pool = new Pool(2);
    const doomed = Promise.allSettled([pool.apply(exit, [1]), pool.apply(square, [1]), pool.apply(exit, [2])]);
    if (round > 2) await doomed;
    await pool.terminate();
    t.is((await doomed).length, 3);
    t.is(pool.stats().workers, 0);
  }
});

test.serial('crash: a worker that is killed lets go of the memory it waits at', async (t) => {
  const pool = makePool(t, 1);
  const gate = makeGate();
  const waiting = pool.apply(holdAt, [gate, 1]);
  await passed(gate);
  t.true(waiting.cancel());
  await t.throwsAsync(waiting, { instanceOf: CancelledError });
  signal(gate, RELEASED);
  t.is(pass(gate), 1);
  await hasCapacity(t, pool, 1);
});
