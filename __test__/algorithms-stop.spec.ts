/** Algorithms without end, and long ones: what stops them, and how soon no native thread is in them any more. */

import { Worker } from 'node:worker_threads';
import test from 'ava';
import {
  CancelledError, filter, filterSync, histogram, matmul, matmulSync, scan, scanSync, SharedArray, sort, sortSync, TimeoutError,
} from '../index.js';
import { generator, sharedCopyOf } from './fixtures/algorithms/arrays.js';
import { freed, lateness, median, until } from './fixtures/jit/stopping.js';

/** Milliseconds within which an algorithm has to be out of all threads. */
const SOON = 50;
/** Measured that often; the median counts. */
const ROUNDS = 9;

interface Work {
  cancel(): boolean;
  ready(): boolean;
  then: Promise<unknown>['then'];
}

interface Options {
  timeout?: number;
  signal?: AbortSignal;
}

const flags = SharedArray('i', 1, { lock: false });
const input = SharedArray('d', 100_000, { lock: false });
const endless = (): number => {
  while (true) flags[0] = 1;
  return 0;
};

const awaited: Record<string, (options: Options) => Work> = {
  sort: (options) => sort(input, endless, options),
  scan: (options) => scan(input, endless, 0, options),
  filter: (options) => filter(input, endless, options),
};

for (const [name, start] of Object.entries(awaited)) {
  test.serial(`${name}: cancel() and an aborted signal stop a function without end`, async (t) => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      flags[0] = 0;
      const controller = new AbortController();
      const work = start({ signal: controller.signal });
      await until(() => flags[0] !== 0);
      const begin = performance.now();
      if (round % 2 === 0) work.cancel();
      else controller.abort(new Error('enough'));
      await t.throwsAsync(Promise.resolve(work), round % 2 === 0 ? { instanceOf: CancelledError } : { message: 'enough' });
      await freed();
      times.push(performance.now() - begin);
    }
    t.true(median(times) < SOON, `${median(times)} ms`);
  });

  test.serial(`${name}: a timeout stops a function without end`, async (t) => {
    const time = await lateness(t, ROUNDS, start);
    t.true(time < SOON, `${time} ms`);
  });
}

const next = generator(1);
const long = sharedCopyOf(Float64Array.from({ length: 4_000_000 }, () => next()));
const unsorted = SharedArray('d', long.length, { lock: false });
const longOnes: Record<string, (options: Options) => Work> = {
  sort: (options) => {
    unsorted.set(long);
    return sort(unsorted, options);
  },
  matmul: (options) => matmul(long, long, { m: 2000, ...options }),
};

for (const [name, start] of Object.entries(longOnes)) {
  test.serial(`${name}: cancel() stops a long one`, async (t) => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const work = start({});
      for (let turn = 0; turn < round * 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      const begin = performance.now();
      t.true(work.cancel());
      await t.throwsAsync(Promise.resolve(work), { instanceOf: CancelledError });
      await freed();
      times.push(performance.now() - begin);
    }
    t.true(median(times) < SOON, `${median(times)} ms`);
  });
}

test.serial('sort: one that is stopped at any time keeps all elements', (t) => {
  const expected = long.slice().sort();
  let stopped = 0;
  for (let timeout = 0; timeout < 200; timeout += 20) {
    unsorted.set(long);
    try {
      // When a blocking call ends, no thread is in the array any more.
      sortSync(unsorted, { timeout });
    } catch (error) {
      t.true(error instanceof TimeoutError);
      stopped++;
    }
    t.true(Buffer.from(unsorted.slice().sort().buffer).equals(Buffer.from(expected.buffer)), `${timeout} ms`);
  }
  t.true(stopped > 0);
});

const blocking: Record<string, (options: Options) => unknown> = {
  sortSync: (options) => sortSync(input, endless, options),
  scanSync: (options) => scanSync(input, endless, 0, options),
  filterSync: (options) => filterSync(input, endless, options),
  matmulSync: (options) => matmulSync(long, long, { m: 2000, ...options }),
};

for (const [name, start] of Object.entries(blocking)) {
  test.serial(`${name}: a timeout stops it`, async (t) => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begin = performance.now();
      t.throws(() => start({ timeout: 20 }), { instanceOf: TimeoutError, message: `${name.replace('Sync', '')} did not end within 20 ms` });
      await freed();
      times.push(performance.now() - begin - 20);
    }
    t.true(median(times) < SOON, `${median(times)} ms`);
  });
}

for (const form of ['sort', 'sortSync', 'scan', 'scanSync', 'filter', 'filterSync']) {
  test.serial(`a worker that is terminated takes its ${form} without end with it`, async (t) => {
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const shared = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(new URL('fixtures/algorithms/endless.mjs', import.meta.url), { workerData: { form, flags: shared } });
      await until(() => shared[0] !== 0);
      const begin = performance.now();
      const ended = worker.terminate();
      await freed();
      times.push(performance.now() - begin);
      t.is(await ended, 1);
    }
    t.true(median(times) < SOON, `${median(times)} ms`);
  });
}

test.serial('the event loop turns while algorithms run', async (t) => {
  unsorted.set(long);
  const work: Work[] = [sort(unsorted), matmul(long, long, { m: 2000 }), histogram(long), scan(long)];
  let turns = 0;
  await until(() => ++turns > 20);
  t.false(work[1]!.ready());
  await Promise.all(work);
  t.true(unsorted[0]! <= unsorted[1]!);
});

test.serial('an algorithm whose time is over before it begins rejects', async (t) => {
  await t.throwsAsync(matmul(long, long, { m: 2000, timeout: 0 }), { instanceOf: TimeoutError });
  t.throws(() => matmulSync(long, long, { m: 2000, timeout: 0 }), { instanceOf: TimeoutError });
});
