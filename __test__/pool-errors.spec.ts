/** Errors that depend on threads as workers, or that the contract has no row for. */

import test from 'ava';
import { Full, jit, NotSupported, PicklingError, Pool, ref, TimeoutError } from '../index.js';
import { hasCapacity } from './fixtures/pool/capacity.js';
import { explode, Parcel, sendBomb } from './fixtures/pool/crashes.js';
import { runProgram } from './fixtures/pool/run-program.js';
import { identity, square, whereAmI } from './fixtures/pool/tasks.js';

let pool: Pool;

test.before(() => {
  pool = new Pool(2);
});

test.after.always(() => pool.terminate());

test.serial('pool: when the system refuses the 4th of 5 workers, the constructor throws and the others are ended (PO28)', async (t) => {
  const { code, stdout, stderr } = await runProgram('failing-start.ts');
  t.is(stderr, '');
  t.is(stdout, 'Error: EAGAIN: no more threads, 3 started, 0 left\n');
  t.is(code, 0);
});

test.serial('pool: the process backend is announced, not silently replaced', (t) => {
  t.throws(() => new Pool(1, { backend: 'process' }), { instanceOf: NotSupported, code: 'ERR_POLYCORE_NOT_SUPPORTED' });
  t.throws(() => new Pool(1, { backend: 'fibre' as never }), { instanceOf: RangeError });
});

test.serial('pool: an argument that cannot be rebuilt in the worker fails its task only', async (t) => {
  const before = new Set(await pool.broadcast(whereAmI));
  await t.throwsAsync(pool.apply(identity<unknown>, [new Parcel(explode)]), { instanceOf: RangeError, message: 'cannot be rebuilt' });
  await t.throwsAsync(pool.map(identity<unknown>, [1, new Parcel(explode), 3], 1), { instanceOf: RangeError });
  t.throws(() => pool.applySync(identity<unknown>, [new Parcel(explode)]), { instanceOf: RangeError });
  t.deepEqual(new Set(await pool.broadcast(whereAmI)), before);
});

test.serial('pool: a result that cannot be rebuilt in the main thread rejects', async (t) => {
  await t.throwsAsync(pool.apply(sendBomb), { instanceOf: RangeError, message: 'cannot be rebuilt in main' });
  t.throws(() => pool.applySync(sendBomb), { instanceOf: RangeError, message: 'cannot be rebuilt in main' });
  t.deepEqual(await pool.map(square, [1, 2]), [1, 4]);
});

test.serial('pool: a module that is not there is a PicklingError that names it', async (t) => {
  const missing = ref(new URL('fixtures/pool/missing.js', import.meta.url), 'nothing');
  await t.throwsAsync(pool.apply(missing), { instanceOf: PicklingError, message: /missing\.js/ });
  const nameless = ref(new URL('fixtures/pool/tasks.ts', import.meta.url), 'nothing');
  await t.throwsAsync(pool.apply(nameless), { instanceOf: PicklingError, message: /nothing/ });
  await hasCapacity(t, pool, 2);
});

test.serial('pool: its errors have codes that never change', async (t) => {
  const slow = new Pool(1, { maxQueue: 1 });
  t.teardown(() => slow.terminate());
  const endless = slow.apply(() => {
    for (;;);
  });
  await t.throwsAsync(slow.apply(square, [1]), { instanceOf: Full, code: 'ERR_POLYCORE_FULL' });
  await t.throwsAsync(endless.get({ timeout: 1 }), { instanceOf: TimeoutError, code: 'ERR_POLYCORE_TIMEOUT' });
  endless.cancel();
  await t.throwsAsync(endless, { code: 'ERR_POLYCORE_CANCELLED' });
  await t.throwsAsync(pool.apply(Math.max.bind(null)), { code: 'ERR_POLYCORE_PICKLING' });
});

test.serial('pool: what is wrong with the arguments is said in words', async (t) => {
  t.throws(() => new Pool(0), { message: /Expected `n` to be an integer >= 1, got 0/ });
  for (const options of [5, 'two', null]) t.throws(() => new Pool(1, options as never), { message: /Expected `options` to be an object, got/ });
  t.throws(() => new Pool(1, { maxTasksPerChild: 0.5 }), { message: /Expected `maxTasksPerChild` to be an integer >= 1, got 0\.5/ });
  await t.throwsAsync(pool.apply('square' as never), { message: /Expected `fn` to be a function, got "square"/ });
  await t.throwsAsync(pool.map(square, 5 as never), { message: /iterable/ });
});

test.serial('pool: wrong options reject', async (t) => {
  await t.throwsAsync(pool.apply(square, [1], { timeout: -1 }), { instanceOf: RangeError });
  await t.throwsAsync(pool.apply(square, [1], { timeout: Number.NaN }), { instanceOf: RangeError });
  await t.throwsAsync(pool.apply(square, [1], { timeout: '1' as never }), { instanceOf: TypeError });
  await t.throwsAsync(pool.apply(square, [1], { priority: 'high' as never }), { instanceOf: TypeError });
  await t.throwsAsync(pool.apply(square, [1], { callback: 1 as never }), { instanceOf: TypeError });
  await t.throwsAsync(pool.map(square, [1], { signal: {} as never }), { instanceOf: TypeError });
  await t.throwsAsync(pool.apply(square, 5 as never), { instanceOf: TypeError });
  for (const args of [5, 'ab', {}]) {
    await t.throwsAsync(pool.broadcast(square, args as never), { instanceOf: TypeError, message: /^Expected `args` to be an array, got/ });
  }
  const wrong = [{ callback: 1 }, { errorCallback: 1 }, { onProgress: 1 }, { transfer: 1 }, { chunksize: '1' }, { priority: 1n }, { timeout: '1' }];
  const double = jit((x: number) => x * 2);
  for (const options of wrong as never[]) {
    await t.throwsAsync(pool.map(square, [1], options), { instanceOf: TypeError });
    t.throws(() => pool.mapSync(square, [1], options), { instanceOf: TypeError });
    await t.throwsAsync(pool.map(double, new Float64Array(1), options), { instanceOf: TypeError });
    t.throws(() => pool.mapSync(double, new Float64Array(1), options), { instanceOf: TypeError });
  }
});

test.serial('pool: errorCallback hears of work that is refused, too, and may itself fail', async (t) => {
  const heard: unknown[] = [];
  const options = { timeout: -1, errorCallback: (error: unknown) => void heard.push(error) };
  const double = jit((x: number) => x * 2);
  const refused = [
    pool.apply(square, [1], options),
    pool.map(square, [1], options),
    pool.starmap(square, [[1]], options),
    pool.map(double, new Float64Array(1), options),
  ];
  for (const [index, result] of refused.entries()) {
    t.is(await t.throwsAsync(result as Promise<unknown>, { instanceOf: RangeError }), heard[index] as RangeError);
  }
  t.is(heard.length, refused.length);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  t.teardown(() => {
    for (const listener of others) process.on('uncaughtException', listener);
  });
  const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
  const failing = pool.apply(square, [1], { timeout: -1, errorCallback: () => { throw new Error('the callback failed'); } });
  await t.throwsAsync(failing, { instanceOf: RangeError });
  t.is(String(await uncaught), 'Error: the callback failed');
});

test.serial('pool: what starmap() cannot spread is named', async (t) => {
  const message = 'Expected the items of starmap() to be lists of arguments, got number';
  const error = await t.throwsAsync(pool.starmap(square, [[1], 2] as never, 1), { instanceOf: TypeError, message });
  t.is((error as Error & { index: number }).index, 1);
  await t.throwsAsync(pool.starmap(square, [null] as never), { instanceOf: TypeError, message: /got null$/ });
  await t.throwsAsync(pool.starmap(jit((x: number) => x), 5 as never), { instanceOf: TypeError, message: /iterable/ });
});
