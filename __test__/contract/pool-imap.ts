/** The rows of the contract about `imap` and `imapUnordered`; `pool-imap.spec.ts` has the rest. */

import type { TestFn } from 'ava';
import { TimeoutError } from '../../index.js';
import { drain } from '../fixtures/pool/drain.js';
import { flags, raise, raised } from '../fixtures/pool/flag.js';
import { hold, square } from '../fixtures/pool/tasks.js';
import { until } from '../fixtures/pool/until.js';
import { type MakePool, sharedPool } from './pool.js';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Yields 0, 1, 2 … and throws instead of yielding `bad`. */
function* failingAt(bad: number): Generator<number> {
  for (let x = 0; ; x++) {
    if (x === bad) throw new RangeError(`input ${bad}`);
    yield x;
  }
}

/** Values up to the error, and the error. */
async function upToError(items: AsyncIterator<number>): Promise<{ values: number[]; error: unknown }> {
  const values: number[] = [];
  try {
    for (;;) {
      const { value, done } = await items.next();
      if (done === true) return { values, error: undefined };
      values.push(value);
    }
  } catch (error) {
    return { values, error };
  }
}

export function poolImapContract(test: TestFn, makePool: MakePool): void {
  const shared = sharedPool(test, makePool);

  test.serial('pool: imap() yields in order and then is done (PO11)', async (t) => {
    const items = shared().imap(square, range(1000), 100);
    for (const x of range(1000)) t.deepEqual(await items.next(), { value: x * x, done: false });
    t.like(await items.next(), { done: true });
    t.like(await items.next(), { done: true });
  });

  test.serial('pool: imap() yields the chunks before an error of its input, then the error (PO13)', async (t) => {
    for (const [chunksize, whole] of [[1, 7], [2, 6], [4, 4]] as const) {
      const { values, error } = await upToError(shared().imap(square, failingAt(7), chunksize));
      t.deepEqual(values, range(whole).map(square), `chunksize ${chunksize}`);
      t.true(error instanceof RangeError);
      t.is((error as Error).message, 'input 7');
    }
    const { values, error } = await upToError(shared().imap(square, failingAt(0)));
    t.deepEqual(values, []);
    t.is((error as Error).message, 'input 0');
  });

  test.serial('pool: imapUnordered() yields each result once (PO14)', async (t) => {
    const results = await drain(shared().imapUnordered(square, range(1000), 53));
    t.deepEqual(results.sort((a, b) => a - b), range(1000).map(square));
    t.deepEqual((await drain(shared().imapUnordered(square, range(10)))).sort((a, b) => a - b), range(10).map(square));
  });

  test.serial('pool: imapUnordered() yields an error of its input at some point (PO14)', async (t) => {
    for (const bad of [0, 7]) {
      const { values, error } = await upToError(shared().imapUnordered(square, failingAt(bad)));
      t.is((error as Error).message, `input ${bad}`);
      // CPython may lose some of them.
      t.deepEqual(values.sort((a, b) => a - b), range(bad).map(square));
    }
  });

  test.serial('pool: imapUnordered() yields first what is ready first (PO14)', async (t) => {
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const items = shared().imapUnordered((x: number) => (x === 0 ? hold(started, release, x) : x), [0, 1], 1);
    t.deepEqual(await items.next(), { value: 1, done: false });
    raise(release);
    t.deepEqual(await items.next(), { value: 0, done: false });
  });

  test.serial('pool: a next() of imap() that times out takes nothing: the item comes later (AR06)', async (t) => {
    const flag = flags(t);
    const [started, release] = [flag('started'), flag('release')];
    const items = shared().imap((x: number) => hold(started, release, x), [5, 6], 1);
    await t.throwsAsync(items.next({ timeout: 10 }), { instanceOf: TimeoutError });
    await until(() => raised(started) === 2, 'both tasks run');
    raise(release);
    t.deepEqual(await items.next({ timeout: 20_000 }), { value: 5, done: false });
    t.deepEqual(await items.next(), { value: 6, done: false });
    t.like(await items.next(), { done: true });
  });
}
