/** Kernels without end: what stops them, how soon no thread is in them any more, and that JavaScript goes on meanwhile. */

import { Worker } from 'node:worker_threads';
import test from 'ava';
import {
  CancelledError, cpuCount, jit, parallelFor, parallelForSync, parallelReduce, parallelReduceSync, Pool, SharedArray, TimeoutError,
} from '../index.js';
import { freed, lateness, median, until } from './fixtures/jit/stopping.js';

/** Milliseconds within which a kernel has to be out of all threads. */
const SOON = 50;
/** Measured that often; the median counts. */
const ROUNDS = 9;
/** More iterations than there are threads. */
const MANY = 256;

interface Endless {
  cancel(): boolean;
  ready(): boolean;
  then: Promise<unknown>['then'];
}

const started = SharedArray('i', MANY, { lock: false });
const input = SharedArray('d', MANY * 4096, { lock: false });
const pool = new Pool(cpuCount());
test.after.always(() => pool.terminate());

const spin = (i: number, started: Int32Array): void => {
  started[i] = 1;
  while (true) started[i]!++;
};
/** Threads of a map or a reduction all write to one element: a race that does no harm. */
const spinMap = jit(() => {
  while (true) started[0] = 1;
  return 0;
});
const spinReduce = (a: number, b: number): number => {
  while (true) started[0] = 1;
  return a + b;
};

/** Starts endless work and resolves when a native thread is in it. */
async function running<T>(start: () => T): Promise<{ work: T }> {
  started.fill(0);
  const work = start();
  await until(() => started[0] !== 0);
  return { work };
}

type Start = (options: { timeout?: number; signal?: AbortSignal }) => Endless;

const awaited: Record<string, Start> = {
  parallelFor: (options) => parallelFor(MANY, spin, started, options),
  'pool.map': (options) => pool.map(spinMap, input, options),
  parallelReduce: (options) => parallelReduce(input, spinReduce, 0, options),
};

async function stopsSoon(start: Start, stop: (work: Endless) => void, options: () => { signal?: AbortSignal } = () => ({})): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { work } = await running(() => start(options()));
    const begin = performance.now();
    stop(work);
    await work.then(undefined, () => undefined);
    await freed();
    times.push(performance.now() - begin);
  }
  return median(times);
}

for (const [form, start] of Object.entries(awaited)) {
  test.serial(`${form}: cancel() stops a kernel without end`, async (t) => {
    const time = await stopsSoon(start, (work) => work.cancel());
    t.true(time < SOON, `${time} ms`);
    const work = start({});
    work.cancel();
    await t.throwsAsync(Promise.resolve(work), { instanceOf: CancelledError });
  });

  test.serial(`${form}: an aborted signal stops a kernel without end`, async (t) => {
    let controller = new AbortController();
    const next = (): { signal: AbortSignal } => ({ signal: (controller = new AbortController()).signal });
    const time = await stopsSoon(start, () => controller.abort(new Error('enough')), next);
    t.true(time < SOON, `${time} ms`);
    const work = start(next());
    controller.abort(new Error('enough'));
    await t.throwsAsync(Promise.resolve(work), { message: 'enough' });
  });

  test.serial(`${form}: a timeout stops a kernel without end`, async (t) => {
    const time = await lateness(t, ROUNDS, start);
    t.true(time < SOON, `${time} ms`);
  });

  test.serial(`${form}: the event loop turns while a kernel without end runs`, async (t) => {
    const { work } = await running(() => start({}));
    let turns = 0;
    await until(() => ++turns > 1000);
    t.false(work.ready());
    work.cancel();
    await t.throwsAsync(Promise.resolve(work), { instanceOf: CancelledError });
  });
}

test.serial('pool.terminate() stops a kernel without end', async (t) => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const own = new Pool(cpuCount());
    await own.apply(() => 0);
    const { work } = await running(() => own.map(spinMap, input));
    const begin = performance.now();
    const ended = own.terminate();
    await t.throwsAsync(work, { instanceOf: CancelledError });
    await freed();
    times.push(performance.now() - begin);
    await ended;
  }
  t.true(median(times) < SOON, `${median(times)} ms`);
});

const blocking: Record<string, () => unknown> = {
  parallelForSync: () => parallelForSync(MANY, spin, started, { timeout: 20 }),
  'pool.mapSync': () => pool.mapSync(spinMap, input, { timeout: 20 }),
  parallelReduceSync: () => parallelReduceSync(input, spinReduce, 0, { timeout: 20 }),
};
for (const [form, start] of Object.entries(blocking)) {
  test.serial(`${form}: a timeout stops a kernel without end`, async (t) => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begin = performance.now();
      t.throws(start, { instanceOf: TimeoutError });
      await freed();
      times.push(performance.now() - begin - 20);
    }
    t.true(median(times) < SOON, `${median(times)} ms`);
  });
}

// Node ends the workers of a worker first, so how soon depends on those.
for (const form of ['parallelFor', 'parallelForSync', 'map', 'mapSync']) {
  test.serial(`a worker that is terminated takes its ${form} without end with it`, async (t) => {
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker(new URL('fixtures/jit/spinning.mjs', import.meta.url), { workerData: { form, flags } });
    await until(() => flags[0] !== 0);
    const ended = worker.terminate();
    await freed();
    t.is(await ended, 1);
  });
}

test.serial('a function is compiled while the event loop turns', async (t) => {
  const f = jit((i: number, out: Float64Array) => {
    out[i] = Math.sqrt(i);
  });
  const work = parallelFor(1, f, new Float64Array(1));
  t.is(f.explain().kernels.length, 0);
  await work;
  t.is(f.explain().kernels.length, 1);
});

test.serial('work that is cancelled before its function is compiled never runs', async (t) => {
  const out = SharedArray('d', 4);
  const work = parallelFor(4, jit((i: number, out: Float64Array) => {
    out[i] = 1;
  }), out);
  t.true(work.cancel());
  await t.throwsAsync(work, { instanceOf: CancelledError });
  await freed();
  t.deepEqual([...out], [0, 0, 0, 0]);
});

test.serial('two calls at once share one compilation', async (t) => {
  const f = jit((i: number, out: Float64Array) => {
    out[i] = i + 0.25;
  });
  const outs = [SharedArray('d', 3), SharedArray('d', 3)];
  await Promise.all(outs.map((out) => parallelFor(3, f, out)));
  t.deepEqual(outs.map((out) => [...out]), [[0.25, 1.25, 2.25], [0.25, 1.25, 2.25]]);
  t.is(f.explain().kernels.length, 1);
});
