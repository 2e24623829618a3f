/** `AsyncResult`: waiting for a result, asking about it, cancelling it. */

import type { TestFn } from 'ava';
import { CancelledError, TimeoutError } from '../../index.js';
import { throwAt } from '../fixtures/pool/failures.js';
import { flags, raise, raised } from '../fixtures/pool/flag.js';
import { burn, hold, square } from '../fixtures/pool/tasks.js';
import { until } from '../fixtures/pool/until.js';
import { type MakePool, sharedPool } from './pool.js';

export function asyncResultContract(test: TestFn, makePool: MakePool): void {
  const shared = sharedPool(test, makePool);

  test.serial('asyncResult: get() gives the value after the time of the task (AR01)', async (t) => {
    const pool = shared();
    await pool.broadcast(square, [1]);
    const start = performance.now();
    t.true((await pool.apply(burn, [200]).get()) > 0);
    const took = performance.now() - start;
    t.true(took >= 0.6 * 200 && took < 10 * 200, `${took} ms`);
  });

  test.serial('asyncResult: successful() needs a result (AR03)', async (t) => {
    const pool = shared();
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const result = pool.apply(hold, [started, release, 1]);
    t.false(result.ready());
    t.throws(() => result.successful(), { instanceOf: RangeError });
    raise(release);
    await result;
    t.true(result.ready());
    t.true(result.successful());
    const failed = pool.apply(throwAt, [0, 0]);
    t.true(await failed.wait());
    t.true(failed.ready());
    t.false(failed.successful());
  });

  test.serial('asyncResult: wait() with a timeout gives false and no error (AR04)', async (t) => {
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const result = shared().apply(hold, [started, release, 1]);
    const start = performance.now();
    t.false(await result.wait({ timeout: 50 }));
    t.false(result.waitSync({ timeout: 50 }));
    const took = performance.now() - start;
    t.true(took >= 0.6 * 100 && took < 10 * 100, `${took} ms`);
    raise(release);
    t.true(await result.wait({ timeout: 20_000 }));
    t.true(result.waitSync({ timeout: 20_000 }));
    t.is(result.getSync(), 1);
  });

  test.serial('asyncResult: the wait ends without a timer when the result comes', (t) => {
    const pool = shared();
    t.true(pool.apply(square, [3]).waitSync());
    t.is(pool.apply(square, [3]).getSync(), 9);
    t.is(pool.apply(square, [3]).getSync({ timeout: 20_000 }), 9);
    t.throws(() => pool.apply(throwAt, [0, 5]).getSync(), { instanceOf: RangeError, message: 'bad 5' });
  });

  test.serial('asyncResult: get() with a timeout only gives up waiting, the task goes on', async (t) => {
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const result = shared().apply(hold, [started, release, 'late']);
    await t.throwsAsync(result.get({ timeout: 20 }), { instanceOf: TimeoutError });
    t.throws(() => result.getSync({ timeout: 20 }), { instanceOf: TimeoutError });
    t.false(result.ready());
    raise(release);
    t.is(await result.get(), 'late');
    t.is(raised(started), 1);
  });

  test.serial('asyncResult: an aborted signal ends get() and wait() with its reason', async (t) => {
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const result = shared().apply(hold, [started, release, 1]);
    const controller = new AbortController();
    const reason = new Error('enough');
    const [get, wait] = [result.get({ signal: controller.signal }), result.wait({ signal: controller.signal })];
    controller.abort(reason);
    await t.throwsAsync(get, { is: reason });
    await t.throwsAsync(wait, { is: reason });
    await t.throwsAsync(result.get({ signal: AbortSignal.abort(reason) }), { is: reason });
    raise(release);
    t.is(await result, 1);
  });

  test.serial('asyncResult: a timeout must be a number >= 0', async (t) => {
    const result = shared().apply(square, [1]);
    for (const timeout of [-1, Number.NaN]) {
      await t.throwsAsync(result.get({ timeout }), { instanceOf: RangeError });
      await t.throwsAsync(result.wait({ timeout }), { instanceOf: RangeError });
      t.throws(() => result.getSync({ timeout }), { instanceOf: RangeError });
      t.throws(() => result.waitSync({ timeout }), { instanceOf: RangeError });
    }
    await t.throwsAsync(result.get({ timeout: '5' as never }), { instanceOf: TypeError });
    t.is(await result, 1);
  });

  test.serial('asyncResult: it can be awaited as often as one likes, early and late', async (t) => {
    const result = shared().apply(square, [6]);
    t.deepEqual(await Promise.all([result, result.get(), result.then((x) => x + 1)]), [36, 36, 37]);
    t.is(await result, 36);
    t.is(result.getSync(), 36);
    const failed = shared().apply(throwAt, [0, 1]);
    const first = await failed.then(undefined, (error: unknown) => error);
    t.is(await failed.catch((error: unknown) => error), first);
    let ran = 0;
    await t.throwsAsync(failed.finally(() => ran++), { is: first as Error });
    t.is(ran, 1);
  });

  test.serial('asyncResult: an error nobody asks for is no unhandled rejection', async (t) => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    t.teardown(() => process.off('unhandledRejection', listener));
    const result = shared().apply(throwAt, [0, 1]);
    t.true(await result.wait());
    await new Promise((resolve) => setImmediate(resolve));
    t.deepEqual(unhandled, []);
  });

  test.serial('asyncResult: cancel() of a queued task means that it never runs', async (t) => {
    const pool = makePool(1);
    t.teardown(() => pool.terminate());
    const flag = flags(t);
    const [started, release, never] = [flag('started'), flag('release'), flag('never')];
    const running = pool.apply(hold, [started, release, 1]);
    const queued = pool.apply(hold, [never, release, 2]);
    t.false(queued.ready());
    t.true(queued.cancel());
    await t.throwsAsync(queued, { instanceOf: CancelledError });
    t.true(queued.ready());
    t.false(queued.successful());
    t.false(queued.cancel());
    raise(release);
    t.is(await running, 1);
    t.is(await pool.apply(square, [3]), 9);
    t.is(raised(never), 0);
  });

  test.serial('asyncResult: cancel() of a running task ends it, and the pool goes on', async (t) => {
    const pool = makePool(1);
    t.teardown(() => pool.terminate());
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const running = pool.apply(hold, [started, release, 1]);
    await until(() => raised(started) === 1, 'the task runs');
    t.true(running.cancel());
    await t.throwsAsync(running, { instanceOf: CancelledError });
    t.is(await pool.apply(square, [3]), 9);
  });

  test.serial('asyncResult: cancel() of a map ends all of its chunks', async (t) => {
    const pool = makePool(1);
    t.teardown(() => pool.terminate());
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const result = pool.map((x: number) => hold(started, release, x), [1, 2, 3], 1);
    await until(() => raised(started) === 1, 'the first task runs');
    t.true(result.cancel());
    await t.throwsAsync(result, { instanceOf: CancelledError });
    t.is(await pool.apply(square, [3]), 9);
    t.is(raised(started), 1);
  });

  test.serial('asyncResult: cancel() comes too late for a result', async (t) => {
    const result = shared().apply(square, [4]);
    await result;
    t.false(result.cancel());
    t.is(await result, 16);
    t.true(result.successful());
  });
}
