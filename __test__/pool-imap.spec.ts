/** `imap` and `imapUnordered` beyond the contract: back-pressure, async inputs, ending early, the Sync forms. */

import test from 'ava';
import { CancelledError, Pool, RuntimeError, TimeoutError } from '../index.js';
import { hasCapacity } from './fixtures/pool/capacity.js';
import { drain } from './fixtures/pool/drain.js';
import { throwAt } from './fixtures/pool/failures.js';
import { collectGarbage } from './fixtures/pool/garbage.js';
import { type Gate, makeGate, passed, RELEASED, signal } from './fixtures/pool/gate.js';
import { runProgram } from './fixtures/pool/run-program.js';
import { counted, countedAsync } from './fixtures/pool/streams.js';
import { holdAt, square, squareLater } from './fixtures/pool/tasks.js';
import { until } from './fixtures/pool/until.js';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const squares = (length: number): number[] => range(length).map(square);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let pool: Pool;

test.before(() => {
  pool = new Pool(2);
});

test.after.always(() => pool.terminate());

for (const method of ['imap', 'imapUnordered'] as const) {
  const run = (...args: Parameters<typeof pool.imap<number, number>>): ReturnType<typeof pool.imap<number, number>> => pool[method](...args);

  test.serial(`imap: ${method}() takes an async iterable`, async (t) => {
    const results = await drain(run(square, countedAsync(100), 7));
    t.deepEqual(results.sort((a, b) => a - b), squares(100));
  });

  test.serial(`imap: ${method}() takes async iterables of any kind, whose steps may be promises of others, or none`, async (t) => {
    for (const wrap of [(step: object) => step, (step: object) => ({ then: (resolve: (value: object) => void) => resolve(step) })]) {
      let n = 0;
      const next = (): unknown => wrap(n < 5 ? { value: n++, done: false } : { value: undefined, done: true });
      const input = { [Symbol.asyncIterator]: () => ({ next }) } as AsyncIterable<number>;
      const results = await drain(run(square, input, 2));
      t.deepEqual(results.sort((a, b) => a - b), squares(5));
    }
  });

  test.serial(`imap: ${method}() reads no more input than buffersize chunks ahead of its reader`, async (t) => {
    for (const input of [counted(), countedAsync()]) {
      const results = run(square, input, { chunksize: 3, buffersize: 2 });
      await results.next();
      await until(() => pool.stats().running === 0 && pool.stats().queued === 0, 'nothing is under way');
      for (let i = 0; i < 20; i++) await turn();
      t.true(input.taken >= 6 && input.taken <= 9, `${input.taken} were taken`);
      for (let i = 0; i < 8; i++) await results.next();
      await until(() => pool.stats().running === 0 && pool.stats().queued === 0, 'nothing is under way');
      for (let i = 0; i < 20; i++) await turn();
      t.true(input.taken <= 15, `${input.taken} were taken`);
      await results.return();
    }
  });

  test.serial(`imap: ${method}() begins before anything is read`, async (t) => {
    const gate = makeGate();
    const results = run((x: number) => holdAt(gate, x), [7]);
    await passed(gate, 0, 1);
    signal(gate, RELEASED);
    t.deepEqual(await drain(results), [7]);
  });

  test.serial(`imap: ${method}() has room for two chunks for each worker unless told otherwise`, async (t) => {
    const input = counted();
    const results = run(square, input);
    await results.next();
    await until(() => pool.stats().running === 0 && pool.stats().queued === 0, 'nothing is under way');
    for (let i = 0; i < 20; i++) await turn();
    t.true(input.taken >= 4 && input.taken <= 5, `${input.taken} were taken`);
    await results.return();
  });

  test.serial(`imap: ${method}() over an endless input can be left by break, which ends the input`, async (t) => {
    for (const input of [counted(), countedAsync()]) {
      const seen: number[] = [];
      for await (const x of run(square, input)) {
        seen.push(x);
        if (seen.length === 10) break;
      }
      t.is(new Set(seen).size, 10);
      await until(() => input.returned, 'the input is told');
    }
    await hasCapacity(t, pool, 2);
  });

  test.serial(`imap: the iterator of ${method}() is done after return()`, async (t) => {
    const results = run(square, counted());
    await results.next();
    t.like(await results.return(), { done: true });
    t.like(await results.next(), { done: true });
    t.like(await results.return(), { done: true });
  });

  test.serial(`imap: next() calls of ${method}() may overlap`, async (t) => {
    const results = run(square, range(6), { buffersize: 2 });
    const steps = await Promise.all(Array.from({ length: 8 }, () => results.next()));
    const values = steps.filter(({ done }) => done !== true).map(({ value }) => value as number);
    t.deepEqual(values.sort((a, b) => a - b), squares(6));
    t.is(steps.filter(({ done }) => done === true).length, 2);
  });

  test.serial(`imap: ${method}() awaits async tasks`, async (t) => {
    const results = await drain(pool[method](squareLater, range(30), 4));
    t.deepEqual(results.sort((a, b) => a - b), squares(30));
  });

  test.serial(`imap: an error of a task of ${method}() comes with its index, and the next results after it`, async (t) => {
    const results = pool[method]((x: number) => throwAt(x === 2 ? 2 : 9, x), range(5), { chunksize: 1 });
    const seen: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      seen.push(
        await results.next().then(
          ({ value }) => value,
          (error: Error & { index?: number }) => `${error.message} at ${error.index}`,
        ),
      );
    }
    t.like(await results.next(), { done: true });
    if (method === 'imapUnordered') seen.sort();
    t.deepEqual(seen, method === 'imap' ? [0, 1, 'bad 2 at 2', 3, 4] : [0, 1, 3, 4, 'bad 2 at 2']);
  });

  test.serial(`imap: an aborted signal ends ${method}() with its reason`, async (t) => {
    const gate = makeGate();
    const controller = new AbortController();
    const reason = new Error('enough');
    const input = counted();
    const results = pool[method]((x: number) => holdAt(gate, x), input, { signal: controller.signal, buffersize: 2 });
    const step = results.next();
    await passed(gate, 0, 2);
    controller.abort(reason);
    await t.throwsAsync(step, { is: reason });
    t.like(await results.next(), { done: true });
    t.true(input.returned);
    await hasCapacity(t, pool, 2);
    t.is(Atomics.load(gate, RELEASED), 0);
    t.throws(() => pool[method](square, [1], { signal: controller.signal }), { is: reason });
  });

  test.serial(`imap: a timeout ends ${method}()`, async (t) => {
    const gate = makeGate();
    const start = performance.now();
    const results = pool[method]((x: number) => holdAt(gate, x), counted(), { timeout: 300 });
    await t.throwsAsync(results.next(), { instanceOf: TimeoutError });
    const took = performance.now() - start;
    t.true(took >= 0.6 * 300 && took < 10 * 300, `${took} ms`);
    await hasCapacity(t, pool, 2);
  });

  test.serial(`imap: a timeout ends ${method}Sync(), be its results there or not`, async (t) => {
    const sync = method === 'imap' ? pool.imapSync.bind(pool) : pool.imapUnorderedSync.bind(pool);
    const gate = makeGate();
    const input = counted();
    for (const fn of [(x: number) => holdAt(gate, x), square]) {
      const start = performance.now();
      const results = sync(fn, input, { timeout: 200 });
      t.throws(() => { for (const _ of results); }, { instanceOf: TimeoutError, message: /did not end within 200 ms/ });
      const took = performance.now() - start;
      t.true(took >= 0.6 * 200 && took < 10 * 200, `${took} ms`);
      t.deepEqual(results.next(), { done: true, value: undefined });
    }
    t.true(input.returned);
    await hasCapacity(t, pool, 2);
  });

  test.serial(`imap: options of ${method}() are checked`, (t) => {
    for (const options of [0, -1, 1.5, { chunksize: 0 }, { buffersize: 0 }, { timeout: -1 }]) {
      t.throws(() => run(square, [1], options), { instanceOf: RangeError }, JSON.stringify(options));
    }
    t.throws(() => run(5 as never, [1]), { instanceOf: TypeError });
    t.throws(() => run(square, 5 as never), { instanceOf: TypeError });
  });

  test.serial(`imap: ${method}Sync() blocks for each result`, (t) => {
    const sync = method === 'imap' ? pool.imapSync(square, range(50), 7) : pool.imapUnorderedSync(square, range(50), 7);
    t.deepEqual([...sync].sort((a, b) => a - b), squares(50));
  });

  test.serial(`imap: ${method}Sync() has back-pressure, and break ends the input`, async (t) => {
    const input = counted();
    const options = { buffersize: 3 };
    const seen: number[] = [];
    for (const x of method === 'imap' ? pool.imapSync(square, input, options) : pool.imapUnorderedSync(square, input, options)) {
      seen.push(x);
      t.true(input.taken <= seen.length + 3, `${input.taken} were taken for ${seen.length}`);
      if (seen.length === 10) break;
    }
    t.is(new Set(seen).size, 10);
    t.true(input.returned);
    await hasCapacity(t, pool, 2);
  });

  test.serial(`imap: ${method}Sync() throws errors of tasks and of the input`, (t) => {
    const sync = method === 'imap' ? pool.imapSync.bind(pool) : pool.imapUnorderedSync.bind(pool);
    t.throws(() => [...sync((x: number) => throwAt(4, x), range(5))], { instanceOf: RangeError, message: 'bad 4' });
    function* failing(): Generator<number> {
      yield 1;
      throw new RangeError('input');
    }
    t.throws(() => [...sync(square, failing())], { instanceOf: RangeError, message: 'input' });
  });

  test.serial(`imap: ${method}Sync() goes on after an error of a task, and gives that of the input last`, (t) => {
    function* failing(): Generator<number> {
      yield* range(5);
      throw new RangeError('input');
    }
    const sync = method === 'imap' ? pool.imapSync.bind(pool) : pool.imapUnorderedSync.bind(pool);
    const results = sync((x: number) => (x === 2 ? throwAt(2, x) : x), failing());
    const seen = range(6).map(() => {
      try {
        return results.next().value;
      } catch (error) {
        return (error as Error).message;
      }
    });
    t.is(seen.at(-1), 'input');
    if (method === 'imapUnordered') seen.sort();
    t.deepEqual(seen, method === 'imap' ? [0, 1, 'bad 2', 3, 4, 'input'] : [0, 1, 3, 4, 'bad 2', 'input']);
    t.deepEqual(results.next(), { done: true, value: undefined });
  });

  test.serial(`imap: a next() of ${method}Sync() that times out takes nothing (AR06)`, async (t) => {
    const gate = makeGate();
    const sync = method === 'imap' ? pool.imapSync.bind(pool) : pool.imapUnorderedSync.bind(pool);
    using results = sync((x: number) => holdAt(gate, x), [7]);
    await passed(gate, 0, 1);
    t.throws(() => results.next({ timeout: 10 }), { instanceOf: TimeoutError });
    t.throws(() => results.next({ timeout: 0 }), { instanceOf: TimeoutError });
    t.throws(() => results.next({ timeout: -1 }), { instanceOf: RangeError });
    signal(gate, RELEASED);
    t.deepEqual(results.next({ timeout: 60_000 }), { done: false, value: 7 });
    t.deepEqual(results.next(), { done: true, value: undefined });
  });

  test.serial(`imap: ${method}Sync() gives an iterator like any other`, (t) => {
    const sync = method === 'imap' ? pool.imapSync.bind(pool) : pool.imapUnorderedSync.bind(pool);
    const results = sync(square, range(3));
    t.is(results[Symbol.iterator](), results);
    const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
    t.true(Object.prototype.isPrototypeOf.call(prototype, results));
    t.deepEqual(results.return(), { done: true, value: undefined });
    t.deepEqual([...results], []);
  });
}

test.serial('imap: the Sync forms refuse an async iterable, for which they would block for ever', async (t) => {
  // In a process of its own, because it would block this one.
  const { code, stdout } = await runProgram('programs.ts', ['sync-async-input']);
  t.is(stdout, 'TypeError\nTypeError\n');
  t.is(code, 0);
});

test.serial('imap: what is queued when the iterator is left never runs', async (t) => {
  const single = new Pool(1);
  t.teardown(() => single.terminate());
  const gate = makeGate();
  const results = single.imap((x: number) => holdAt(gate, x), range(5), { buffersize: 3 });
  void results.next();
  await passed(gate);
  await results.return();
  signal(gate, RELEASED);
  t.is(await single.apply(square, [3]), 9);
  t.is(Atomics.load(gate, 0), 1);
});

test.serial('imap: a slow item does not hold up the tasks behind it, only their order', async (t) => {
  const gate: Gate = makeGate();
  const results = pool.imap((x: number) => (x === 0 ? holdAt(gate, x) : signal(gate) && x), [0, 1, 2], 1);
  const first = results.next();
  await passed(gate, 0, 3);
  signal(gate, RELEASED);
  t.deepEqual(await first, { value: 0, done: false });
  t.deepEqual(await drain(results), [1, 2]);
});

test.serial('imap: `await using` leaves it like break', async (t) => {
  const input = counted();
  {
    await using results = pool.imap(square, input);
    t.deepEqual(await results.next(), { value: 0, done: false });
  }
  t.true(input.returned);
});

test.serial('imap: an error of an async input comes after the results before it', async (t) => {
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    yield 2;
    throw new RangeError('input');
  }
  const results = pool.imap(square, failing());
  t.deepEqual(await results.next(), { value: 1, done: false });
  t.deepEqual(await results.next(), { value: 4, done: false });
  await t.throwsAsync(results.next(), { instanceOf: RangeError, message: 'input' });
  t.like(await results.next(), { done: true });
});

test.serial('imap: terminate() rejects a read with CancelledError', async (t) => {
  const doomed = new Pool(1);
  const gate = makeGate();
  const results = doomed.imap((x: number) => holdAt(gate, x), counted());
  const step = t.throwsAsync(results.next(), { instanceOf: CancelledError });
  await passed(gate);
  await doomed.terminate();
  await step;
  t.throws(() => doomed.imap(square, [1]), { instanceOf: RangeError });
});

test.serial('imap: close() lets an iteration read the rest of its input', async (t) => {
  for (const input of [range(100), countedAsync(100)]) {
    const closing = new Pool(1);
    const results = closing.imap(square, input, { buffersize: 2 });
    const first = await results.next();
    closing.close();
    t.throws(() => closing.imap(square, [1]), { message: /not running/ });
    t.deepEqual([first.value, ...(await drain(results))], squares(100));
    await closing.join();
    t.is(closing.stats().workers, 0);
  }
});

test.serial('imap: join() waits for the work, not for the reader', async (t) => {
  for (const input of [range(100), countedAsync(100)]) {
    const closing = new Pool(1);
    const results = closing.imap(square, input, { buffersize: 2 });
    closing.close();
    await closing.join();
    t.deepEqual(await drain(results), squares(100));
  }
  const blocking = new Pool(1);
  const results = blocking.imapSync(square, range(100), { buffersize: 2 });
  blocking.close();
  blocking.joinSync();
  t.deepEqual([...results], squares(100));
});

test.serial('imap: joinSync() refuses to wait for an asynchronous input, which would stand still', async (t) => {
  const closing = new Pool(1);
  const results = closing.imap(square, countedAsync(10));
  closing.close();
  t.throws(() => closing.joinSync(), { instanceOf: RuntimeError, message: /await join\(\)/ });
  t.deepEqual(await drain(results), squares(10));
  closing.joinSync();
});

test.serial('imap: one that was left because of an error is ended when its pool is joined', async (t) => {
  const closing = new Pool(1);
  const input = counted();
  await t.throwsAsync(drain(closing.imap((x: number) => throwAt(3, x), input, { buffersize: 2 })), { message: 'bad 3' });
  closing.close();
  await closing.join();
  t.true(input.returned);
  t.true(input.taken < 20, `${input.taken}`);
});

test.serial('imap: one whose reader has gone on after an error is done when its pool is joined', async (t) => {
  const closing = new Pool(1);
  const results = closing.imap((x: number) => (x === 0 ? throwAt(0, x) : x), range(20), { buffersize: 2 });
  await t.throwsAsync(results.next(), { message: 'bad 0' });
  t.is((await results.next()).value, 1);
  closing.close();
  await closing.join();
  t.deepEqual(await drain(results), range(20).slice(2));
});

test.serial('imap: one that nobody can read any more does not keep a closed pool', async (t) => {
  const closing = new Pool(1);
  await closing.imap(square, counted(), { buffersize: 2 }).next();
  closing.close();
  for (let round = 0; round < 100 && closing.stats().workers > 0; round++) await collectGarbage();
  t.is(closing.stats().workers, 0);
});

test.serial('imap: close() lets an iteration end that has all of its input', async (t) => {
  const closing = new Pool(1);
  const results = closing.imap(square, range(3), { buffersize: 5 });
  const first = await results.next();
  closing.close();
  t.deepEqual([first.value, ...(await drain(results))], [0, 1, 4]);
  await closing.join();
});

test.serial('imap: ten thousand items go through', async (t) => {
  t.deepEqual(await drain(pool.imap(square, counted(10_000), 50)), squares(10_000));
});
