/** Errors of tasks, of the input and of the output. */

import type { TestFn } from 'ava';
import { PicklingError } from '../../index.js';
import {
  exceed,
  failBackwards,
  failWhenTold,
  QuotaError,
  rejectLater,
  returnUnpicklable,
  throwAt,
  throwChain,
  throwLocal,
  throwValue,
} from '../fixtures/pool/failures.js';
import { flags, raise, raised } from '../fixtures/pool/flag.js';
import { countUnless, square, whereAmI } from '../fixtures/pool/tasks.js';
import { until } from '../fixtures/pool/until.js';
import { type MakePool, sharedPool } from './pool.js';

/** Yields 0, 1, 2 … and throws instead of yielding `bad`. */
function* failingAt(bad: number): Generator<number> {
  for (let x = 0; ; x++) {
    if (x === bad) throw new RangeError(`input ${bad}`);
    yield x;
  }
}

/** What a promise rejects with. */
async function failureOf(promise: PromiseLike<unknown>): Promise<Error & { index?: number }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not reject');
}

export function poolErrorsContract(test: TestFn, makePool: MakePool): void {
  const shared = sharedPool(test, makePool);

  test.serial('pool: map() rejects with the error of its input and the pool goes on (PO07)', async (t) => {
    const pool = shared();
    for (const bad of [0, 3]) {
      for (let round = 0; round < 3; round++) {
        await t.throwsAsync(pool.map(square, failingAt(bad), 1), { instanceOf: RangeError, message: `input ${bad}` });
        t.throws(() => pool.mapSync(square, failingAt(bad), 1), { instanceOf: RangeError, message: `input ${bad}` });
      }
    }
    t.deepEqual(await pool.map(square, [1, 2]), [1, 4]);
  });

  test.serial('pool: an iterable that knows its length may fail too (PO08)', async (t) => {
    const input = {
      length: 10,
      [Symbol.iterator]: (): Iterator<number> => ({
        next: () => {
          throw new RangeError('no items');
        },
      }),
    };
    await t.throwsAsync(shared().map(square, input), { instanceOf: RangeError, message: 'no items' });
  });

  test.serial('pool: map() waits for all items before it rejects, and so do close() and join() (PO10)', async (t) => {
    const flag = flags(t)('go');
    const pool = makePool(2);
    t.teardown(() => pool.terminate());
    const result = pool.map((x: number) => failWhenTold(flag, x), [0, 1], 1);
    const failure = failureOf(result);
    // A marker behind the failed item, run by the same worker: that failure is known by now.
    t.is(await pool.apply(square, [3]), 9);
    t.false(result.ready());
    raise(flag);
    const error = await failure;
    t.true(error instanceof RangeError);
    t.is(error.message.length, 2 ** 20);
    t.is(error.index, 0);
    pool.close();
    await pool.join();
  });

  test.serial('pool: an error of the input is local: no cause, no remote stack (PO19)', async (t) => {
    const error = await failureOf(shared().map(square, failingAt(3), 1));
    t.is(error.cause, undefined);
    t.true(error.stack?.includes('failingAt'), error.stack);
    t.false(error.stack?.includes('[in worker'), error.stack);
  });

  test.serial('pool: the original error arrives, not a wrapper (PO20)', async (t) => {
    const error = await t.throwsAsync(shared().apply(throwAt, [1, 7]), { instanceOf: RangeError, message: 'bad 7' });
    t.is(Object.getPrototypeOf(error), RangeError.prototype);
    t.is(error.cause, undefined);
    t.throws(() => shared().applySync(throwAt, [1, 7]), { instanceOf: RangeError, message: 'bad 7' });
  });

  test.serial('pool: the stack of an error shows where it was thrown and in which worker', async (t) => {
    const { stack } = await failureOf(shared().apply(throwAt, [1, 7]));
    t.true(stack?.startsWith('RangeError: bad 7'), stack);
    t.regex(stack ?? '', /\[in worker \d+\]/);
    t.true(stack?.includes('throwAt'), stack);
    t.true(stack?.includes('failures.ts'), stack);
  });

  test.serial('pool: an error of an async task arrives like any other', async (t) => {
    await t.throwsAsync(shared().apply(rejectLater, ['late']), { instanceOf: TypeError, message: 'late' });
    const error = await failureOf(shared().map(rejectLater, ['a', 'b'], 2));
    t.is(error.message, 'a');
    t.is(error.index, 0);
  });

  test.serial('pool: 20 results that cannot travel are 20 errors, and the workers survive (PO22)', async (t) => {
    const pool = shared();
    const before = new Set(await pool.broadcast(whereAmI));
    for (let i = 0; i < 20; i++) {
      const seen: unknown[] = [];
      const result = pool.applyAsync(returnUnpicklable, [i], {
        callback: () => seen.push('a result'),
        errorCallback: (error) => seen.push(error),
      });
      const error = await t.throwsAsync(result, { instanceOf: PicklingError });
      t.deepEqual(seen, [error]);
      t.regex(error.message, /WeakMap/);
    }
    t.deepEqual(new Set(await pool.broadcast(whereAmI)), before);
  });

  test.serial('pool: an argument that cannot travel is refused, and nothing is left behind', async (t) => {
    const pool = shared();
    const socket = (function* () {})();
    await t.throwsAsync(pool.apply(square, [{ socket }] as never), { instanceOf: PicklingError, message: /args\[0\]\.socket/ });
    await t.throwsAsync(pool.map(square, [1, socket, 3] as never, 1), { instanceOf: PicklingError });
    const landing = Promise.resolve();
    await t.throwsAsync(pool.map(() => landing, [1]), { instanceOf: PicklingError, message: /landing/ });
    t.throws(() => pool.applySync(square, [socket] as never), { instanceOf: PicklingError });
    t.deepEqual(await pool.map(square, [1, 2]), [1, 4]);
    t.like(pool.stats(), { queued: 0, running: 0 });
  });

  test.serial('pool: errorCallback gets the error that get() rejects with (PO23)', async (t) => {
    const seen: unknown[] = [];
    const result = shared().applyAsync(throwAt, [1, 7], {
      callback: () => seen.push('a result'),
      errorCallback: (error) => seen.push(error),
    });
    const error = await t.throwsAsync(result.get({ timeout: 20_000 }), { instanceOf: RangeError, message: 'bad 7' });
    t.is(seen.length, 1);
    t.is(seen[0], error);
    t.throws(() => result.getSync(), { is: error });
  });

  test.serial('pool: of several failing items one is reported, the first in order (PO31)', async (t) => {
    const pool = shared();
    const flag = flags(t)('last');
    const seen: unknown[] = [];
    const result = pool.map((x: number) => failBackwards(flag, 1, x), [0, 1], { chunksize: 1, errorCallback: (e) => seen.push(e) });
    const error = await failureOf(result);
    t.true(error instanceof RangeError);
    t.is(error.message, 'item 0');
    t.is(error.index, 0);
    t.deepEqual(seen, [error]);
  });

  test.serial('pool: the items of a chunk behind a failing one are not run (PO32)', async (t) => {
    const flag = flags(t)('runs');
    const error = await failureOf(shared().map((x: number) => countUnless(flag, 1, x), [0, 1, 2, 3], 4));
    t.is(error.message, 'bad 1');
    t.is(error.index, 1);
    t.is(raised(flag), 2);
  });

  test.serial('pool: error.index counts items, not chunks', async (t) => {
    const pool = shared();
    t.is((await failureOf(pool.map((x: number) => throwAt(7, x), [...Array(10).keys()], 3))).index, 7);
    t.is((await failureOf(pool.starmap(throwAt, [[5, 1], [5, 6]], 1))).index, 1);
    const error = t.throws(() => pool.mapSync((x: number) => throwAt(2, x), [1, 2, 3], 1), { instanceOf: RangeError });
    t.is((error as { index?: number }).index, 1);
  });

  test.serial('pool: an error class that wants two arguments does not wedge anything (PO37)', async (t) => {
    const pool = shared();
    const known = await t.throwsAsync(pool.apply(exceed, [11]).get({ timeout: 20_000 }), { instanceOf: QuotaError });
    t.is(known.message, '11 of 10');
    t.is(known.used, 11);
    t.deepEqual(known.limits, { soft: 5, hard: 10 });
    const unknown = (await failureOf(pool.apply(throwLocal).get({ timeout: 20_000 }))) as Error & { first?: number };
    t.true(unknown instanceof Error);
    t.is(unknown.name, 'SecretError');
    t.is(unknown.message, 'secret 3');
    t.is(unknown.first, 1);
    t.is(await pool.apply(square, [2]), 4);
  });

  test.serial('pool: cause, errors and own properties of an error arrive', async (t) => {
    const error = await t.throwsAsync(shared().apply(throwChain), { instanceOf: AggregateError, message: 'both' });
    t.deepEqual(error.errors.map((each: Error) => [each.constructor, each.message]), [
      [RangeError, 'one'],
      [SyntaxError, 'two'],
    ]);
    const cause = error.cause as TypeError & { code?: string };
    t.true(cause instanceof TypeError);
    t.is(cause.message, 'inner');
    t.is(cause.code, 'ERR_INNER');
  });

  test.serial('pool: whatever is thrown arrives, even if it is no error', async (t) => {
    const pool = shared();
    for (const value of ['text', 5, null, undefined, { code: 7 }]) {
      const outcome = await pool.apply(throwValue, [value]).then(
        () => 'fulfilled',
        (reason: unknown) => ({ reason }),
      );
      t.deepEqual(outcome, { reason: value });
    }
    const frozen = await failureOf(pool.apply(() => { throw Object.freeze(new RangeError('cold')); }));
    t.is(frozen.message, 'cold');
  });

  test.serial('pool: a callback that throws loses no result', async (t) => {
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    t.teardown(() => {
      for (const listener of others) process.on('uncaughtException', listener);
    });
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
    const pool = shared();
    const result = pool.apply(square, [3], {
      callback: () => {
        throw new Error('in the callback');
      },
    });
    t.is(await result, 9);
    t.is(((await uncaught) as Error).message, 'in the callback');
    t.is(await pool.apply(square, [4]), 16);
  });

  test.serial('pool: failures in a crowd leave the other results alone', async (t) => {
    const pool = shared();
    const calls = Array.from({ length: 200 }, (_, x) => pool.apply(throwAt, [x % 2 === 0 ? 1000 : 0, x]));
    const settled = await Promise.allSettled(calls);
    t.true(settled.every(({ status }, x) => status === (x % 2 === 0 ? 'fulfilled' : 'rejected')));
    await until(() => pool.stats().running === 0, 'all is done');
    t.is(pool.stats().queued, 0);
  });
}
