/** From the constructor to the last worker's end. */

import { inspect } from 'node:util';
import type { TestFn } from 'ava';
import { BrokenPoolError, CancelledError, cpuCount, PicklingError } from '../../index.js';
import { flags, raise, raised } from '../fixtures/pool/flag.js';
import { failToInitialize, getState, setState, setStateLater } from '../fixtures/pool/initializers.js';
import { hold, square, whereAmI } from '../fixtures/pool/tasks.js';
import { until } from '../fixtures/pool/until.js';
import type { MakePool } from './pool.js';

const NOT_RUNNING = { instanceOf: RangeError, message: /Pool not running/ };

export function poolLifecycleContract(test: TestFn, makePool: MakePool): void {
  test.serial('pool: the number of workers must be a positive integer (PO04)', (t) => {
    for (const processes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      t.throws(() => makePool(processes), { instanceOf: RangeError }, `${processes}`);
    }
    t.throws(() => makePool('2' as never), { instanceOf: TypeError });
  });

  test.serial('pool: maxTasksPerChild must be a positive integer (PO26)', (t) => {
    for (const maxTasksPerChild of [0, -1, 0.5]) {
      t.throws(() => makePool(1, { maxTasksPerChild }), { instanceOf: RangeError }, `${maxTasksPerChild}`);
    }
    t.throws(() => makePool(1, { maxTasksPerChild: '12' as never }), { instanceOf: TypeError });
  });

  test.serial('pool: the other options are checked too', (t) => {
    t.throws(() => makePool(1, { initializer: 'setState' as never }), { instanceOf: TypeError });
    t.throws(() => makePool(1, { maxQueue: -1 }), { instanceOf: RangeError });
    t.throws(() => makePool(1, { idleTimeout: -1 }), { instanceOf: RangeError });
    t.throws(() => makePool(1, { idleTimeout: Number.NaN }), { instanceOf: RangeError });
    for (const initargs of [5, 'ab', {}, null]) t.throws(() => makePool(1, { initargs: initargs as never }), { instanceOf: TypeError });
    for (const name of [5, null]) t.throws(() => makePool(1, { name: name as never }), { instanceOf: TypeError });
    for (const limits of [5, null]) t.throws(() => makePool(1, { resourceLimits: limits as never }), { instanceOf: TypeError });
  });

  test.serial('pool: an initializer or its arguments that cannot travel are refused at once, with their place', (t) => {
    const message = /^options\.initargs\[1\]\.socket: /;
    t.throws(() => makePool(1, { initializer: setState, initargs: [1, { socket: process.stdout }] }), { instanceOf: PicklingError, message });
    t.throws(() => makePool(1, { initializer: setState.bind(null) }), { instanceOf: PicklingError, message: /^options\.initializer: / });
  });

  test.serial('pool: without a limit is Infinity, too', async (t) => {
    await using pool = makePool(1, { maxQueue: Number.POSITIVE_INFINITY, idleTimeout: Number.POSITIVE_INFINITY });
    t.deepEqual(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
  });

  test.serial('pool: its size is cpuCount() unless given, and it has a name', async (t) => {
    const [plain, named] = [makePool(), makePool(1, { name: 'hashing' })];
    t.is(plain.size, cpuCount());
    t.regex(plain.name, /^Pool-\d+$/);
    t.is(named.size, 1);
    t.is(named.name, 'hashing');
    t.is(String(named), '[Pool hashing of 1]');
    t.is(inspect(named), String(named));
    await Promise.all([plain.terminate(), named.terminate()]);
  });

  test.serial('pool: the end of an `await using` block terminates it (PO16)', async (t) => {
    const outer: { pool?: ReturnType<MakePool> } = {};
    {
      await using pool = makePool(2);
      outer.pool = pool;
      t.deepEqual(await pool.mapAsync(square, [1, 2, 3]).get(), [1, 4, 9]);
    }
    await t.throwsAsync(outer.pool.mapAsync(square, [1]), NOT_RUNNING);
    await outer.pool.join();
    t.is(outer.pool.stats().workers, 0);
  });

  test.serial('pool: a terminated one refuses work, and may be ended again (PO17)', async (t) => {
    const pool = makePool(1);
    t.is(await pool.apply(square, [2]), 4);
    await pool.terminate();
    await t.throwsAsync(pool.apply(square, [2]), NOT_RUNNING);
    await t.throwsAsync(pool.map(square, [2]), NOT_RUNNING);
    await t.throwsAsync(pool.starmap(square, [[2]]), NOT_RUNNING);
    t.throws(() => pool.imap(square, [2]), NOT_RUNNING);
    await t.throwsAsync(pool.broadcast(square, [2]), NOT_RUNNING);
    t.throws(() => pool.applySync(square, [2]), NOT_RUNNING);
    t.throws(() => pool.mapSync(square, [2]), NOT_RUNNING);
    await pool.terminate();
    pool.close();
    await pool.join();
    await pool[Symbol.asyncDispose]();
  });

  test.serial('pool: terminate() rejects what is queued and what runs with CancelledError', async (t) => {
    const pool = makePool(1);
    const flag = flags(t);
    const [started, release, second] = [flag('started'), flag('release'), flag('second')];
    const running = pool.apply(hold, [started, release, 1]);
    const queued = pool.map((x: number) => hold(second, release, x), [1, 2], 1);
    await until(() => raised(started) === 1, 'the task runs');
    const ended = Promise.all([
      t.throwsAsync(running, { instanceOf: CancelledError }),
      t.throwsAsync(queued, { instanceOf: CancelledError }),
    ]);
    await pool.terminate();
    await ended;
    t.is(raised(second), 0);
  });

  test.serial('pool: close() lets queued tasks finish and refuses new ones; join() waits for the workers (PO34)', async (t) => {
    const pool = makePool(1);
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const results = [1, 2, 3, 4, 5].map((x) => pool.apply(hold, [started, release, x]));
    await t.throwsAsync(pool.join(), { instanceOf: RangeError });
    t.throws(() => pool.joinSync(), { instanceOf: RangeError });
    pool.close();
    await t.throwsAsync(pool.apply(square, [1]), NOT_RUNNING);
    await t.throwsAsync(pool.map(square, [1]), NOT_RUNNING);
    t.throws(() => pool.applySync(square, [1]), NOT_RUNNING);
    raise(release);
    await pool.join();
    t.true(results.every((result) => result.ready()));
    t.deepEqual(await Promise.all(results), [1, 2, 3, 4, 5]);
    t.is(raised(started), 5);
    t.is(pool.stats().workers, 0);
    pool.close();
    await pool.join();
  });

  test.serial('pool: joinSync() blocks until queued tasks and workers are done (PO34)', (t) => {
    const pool = makePool(2);
    const results = [1, 2, 3].map((x) => pool.apply(square, [x]));
    pool.close();
    pool.joinSync();
    t.deepEqual(results.map((result) => result.getSync()), [1, 4, 9]);
    t.is(pool.stats().workers, 0);
  });

  test.serial('pool: a map that is under way is done to its end when it is closed, however many chunks are left (PO34)', async (t) => {
    const items = Array.from({ length: 10_000 }, (_, x) => x);
    for (const [length, options] of [[10_000, {}], [100, { maxQueue: 3 }]] as const) {
      const pool = makePool(2, options);
      const result = pool.map(square, items.slice(0, length), 1);
      pool.close();
      await t.throwsAsync(pool.map(square, [1]), NOT_RUNNING);
      await pool.join();
      t.true(result.ready());
      t.deepEqual(await result, items.slice(0, length).map(square));
      t.is(pool.stats().workers, 0);
    }
  });

  test.serial('pool: an idle one closes and joins at once', async (t) => {
    const pool = makePool(2);
    pool.close();
    await pool.join();
    t.is(pool.stats().workers, 0);
  });

  test.serial('pool: all results come when it is closed at once and each task needs a new worker (PO25)', async (t) => {
    const pool = makePool(3, { maxTasksPerChild: 1 });
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const results = [0, 1, 2, 3, 4, 5].map((x) => pool.apply(hold, [started, release, x]));
    pool.close();
    raise(release);
    await pool.join();
    t.deepEqual(await Promise.all(results), [0, 1, 2, 3, 4, 5]);
  });

  test.serial('pool: a worker is replaced after maxTasksPerChild tasks', async (t) => {
    const pool = makePool(1, { maxTasksPerChild: 2 });
    t.teardown(() => pool.terminate());
    const places: string[] = [];
    for (let i = 0; i < 6; i++) places.push(await pool.apply(whereAmI));
    t.is(places[0], places[1]);
    t.is(places[2], places[3]);
    t.is(new Set(places).size, 3, places.join());
  });

  test.serial('pool: the initializer runs once in each worker, before its first task', async (t) => {
    for (const initializer of [setState, setStateLater]) {
      const flag = flags(t)('initialized');
      const pool = makePool(2, { initializer, initargs: [flag, 4, 5] });
      t.teardown(() => pool.terminate());
      t.deepEqual(await pool.map(getState, [1, 2, 3, 4], 1), Array(4).fill([4, 5]));
      t.deepEqual(await pool.broadcast(getState), Array(2).fill([4, 5]));
      t.is(raised(flag), 2);
    }
  });

  test.serial('pool: an initializer that fails breaks it: pending and later tasks reject with the cause', async (t) => {
    const pool = makePool(2, { initializer: failToInitialize });
    t.teardown(() => pool.terminate());
    const pending = [pool.apply(square, [1]), pool.map(square, [1, 2])];
    for (const result of pending) {
      const error = await t.throwsAsync<BrokenPoolError>(result, { instanceOf: BrokenPoolError });
      t.true(error.cause instanceof TypeError);
      t.is((error.cause as Error).message, 'no connection');
    }
    await t.throwsAsync(pool.apply(square, [1]), { instanceOf: BrokenPoolError });
    t.throws(() => pool.applySync(square, [1]), { instanceOf: BrokenPoolError });
    await pool.terminate();
    await pool.join();
  });

  test.serial('pool: resize() starts and ends workers, and does not interrupt tasks', async (t) => {
    const pool = makePool(1);
    t.teardown(() => pool.terminate());
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    pool.resize(3);
    t.is(pool.size, 3);
    const held = [1, 2, 3].map((x) => pool.apply(hold, [started, release, x]));
    await until(() => raised(started) === 3, 'three tasks run at once');
    pool.resize(1);
    t.is(pool.size, 1);
    raise(release);
    t.deepEqual(await Promise.all(held), [1, 2, 3]);
    await until(() => pool.stats().workers === 1, 'one worker is left');
    t.is((await pool.broadcast(whereAmI)).length, 1);
    for (const size of [0, -1, 1.5]) t.throws(() => pool.resize(size), { instanceOf: RangeError }, `${size}`);
    t.is(await pool.apply(square, [3]), 9);
  });

  test.serial('pool: idle workers leave after idleTimeout and come back for work', async (t) => {
    const pool = makePool(2, { idleTimeout: 50 });
    t.teardown(() => pool.terminate());
    const before = await pool.apply(whereAmI);
    await until(() => pool.stats().workers === 0, 'the workers have left');
    const after = await pool.apply(whereAmI);
    t.not(after, before);
    t.deepEqual(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
  });

  test.serial('pool: several live side by side', async (t) => {
    const pools = [makePool(1), makePool(1), makePool(1)];
    t.teardown(() => Promise.all(pools.map((pool) => pool.terminate())).then(() => undefined));
    const places = await Promise.all(pools.map((pool) => pool.apply(whereAmI)));
    t.is(new Set(places).size, 3);
    await pools[1]?.terminate();
    t.is(await pools[0]?.apply(square, [3]), 9);
    t.is(pools[2]?.applySync(square, [3]), 9);
  });
}
