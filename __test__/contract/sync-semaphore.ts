/** `Semaphore` and `BoundedSemaphore`. */

import type { TestFn } from 'ava';
import { BoundedSemaphore, Semaphore } from '../../index.js';
import { acquire, addOnes, FORMS, keep, pass, release, tryToKeep } from '../fixtures/sync/tasks.js';
import { untilWaiting, waiters } from '../fixtures/sync/waiters.js';
import { until } from '../fixtures/pool/until.js';
import { crowd, everyone, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';

const KINDS = [['semaphore', Semaphore], ['bounded semaphore', BoundedSemaphore]] as const;

export function semaphoreContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const [name, Kind] of KINDS) {
    test.serial(`${name}: S01 the value is an integer >= 0`, (t) => {
      for (const value of [-1, 0.5, Number.NaN, 2 ** 30]) t.throws(() => new Kind(value), { instanceOf: RangeError }, `${value}`);
      t.throws(() => new Kind('1' as never), { instanceOf: TypeError });
      t.is(new Kind(0).value, 0);
      t.is(new Kind(7).value, 7);
    });

    for (const form of FORMS) {
      test.serial(`${name}: S02 its value is 1 by default, so a second acquire waits for a release (${form})`, async (t) => {
        const semaphore = new Kind();
        t.is(semaphore.value, 1);
        const guard = semaphore.acquireNowait();
        const second = threads().apply(pass, [semaphore, form]);
        await untilWaiting(semaphore, 1);
        if (guard !== false) guard.release();
        t.true(await second);
        t.is(semaphore.value, 1);
      });

      test.serial(`${name}: a timeout is false, in time, and leaves no ghost (${form})`, async (t) => {
        const semaphore = new Kind(1);
        semaphore.acquireSync();
        const took = await timed(async () => t.false(await threads().apply(keep, [semaphore, form, { timeout: 50 }])));
        t.true(isAbout(took, 50), `${took}`);
        t.is(waiters(semaphore), 0);
        semaphore.release();
        t.is(semaphore.value, 1);
        t.truthy(semaphore.acquireNowait());
      });
    }

    test.serial(`${name}: S04 five threads that try twice get exactly the permits there are`, async (t) => {
      const semaphore = new Kind(4);
      semaphore.acquireSync();
      const got = await Promise.all(everyone(() => threads().apply(tryToKeep, [semaphore, 2])));
      t.is(got.reduce((sum, n) => sum + n, 0), 3);
      t.is(semaphore.value, 0);
    });

    test.serial(`${name}: with one permit it excludes`, async (t) => {
      const semaphore = new Kind(1);
      const numbers = new Int32Array(new SharedArrayBuffer(4));
      await Promise.all([1, 2].map(() => threads().apply(addOnes, [semaphore, numbers, 2000, 'Sync'])));
      t.is(numbers[0], 4000);
    });

    test.serial(`${name}: AS02 AS03 AS05 the permit of an aborted wait goes to the next, also in the moment of its grant`, async (t) => {
      const semaphore = new Kind(1);
      const reason = new Error('enough');
      for (const inTheMoment of [false, true]) {
        const guard = semaphore.acquireSync();
        const control = new AbortController();
        const [first, second] = [semaphore.acquire({ signal: control.signal }), semaphore.acquire()];
        await untilWaiting(semaphore, 2);
        if (inTheMoment) guard.release();
        control.abort(reason);
        if (!inTheMoment) guard.release();
        t.is(await t.throwsAsync(first), reason);
        (await second).release();
        t.is(semaphore.value, 1);
        t.is(waiters(semaphore), 0);
      }
    });

    test.serial(`${name}: a permit returned while waits time out is never lost`, async (t) => {
      const semaphore = new Kind(1);
      const busy = everyone((i) => threads().apply(passOften, [semaphore, 300, i % 2]));
      const counts = await Promise.all(busy);
      t.true(counts.every((count) => count > 0), `${counts}`);
      t.is(semaphore.value, 1);
      t.is(waiters(semaphore), 0);
    });

    test.serial(`${name}: withLock() and guards return the permit once`, async (t) => {
      const semaphore = new Kind(2);
      t.is(await semaphore.withLock(async () => semaphore.value), 1);
      t.is(semaphore.withLockSync(() => semaphore.value), 1);
      const guard = await semaphore.acquire();
      guard.release();
      t.throws(() => guard.release(), { code: 'ERR_POLYCORE_RUNTIME' });
      guard[Symbol.dispose]();
      t.is(semaphore.value, 2);
    });
  }

  for (const many of [false, true]) {
    const id = many ? 'S08 release(n)' : 'S07 n releases';
    test.serial(`semaphore: ${id} let exactly as many go on, phase by phase`, async (t) => {
      const [semaphore, got] = [new Semaphore(7), new Semaphore(0)];
      const tasks = Array.from({ length: 14 }, () => takeOne(semaphore, got));
      await until(() => got.value === 7, 'seven have a permit');
      let expected = 7;
      for (const n of [6, 1]) {
        if (many) semaphore.release(n);
        else for (let i = 0; i < n; i++) semaphore.release();
        expected += n;
        await until(() => got.value === expected, `${expected} have a permit`);
        await untilWaiting(semaphore, 14 - expected);
      }
      t.is(got.value, 14);
      await Promise.all(tasks);
      t.false(semaphore.acquireNowait());
    });
  }

  test.serial('semaphore: S08 release(n) of another thread lets n threads and promises go on', async (t) => {
    const semaphore = new Semaphore(0);
    let done = 0;
    const count = (): void => void done++;
    const waits = [
      ...[1, 2].map(() => threads().apply(keep, [semaphore, 'Sync']).then(count)),
      ...[1, 2].map(() => semaphore.acquire().then(count)),
      ...[1, 2].map(() => threads().apply(keep, [semaphore, 'await']).then(count)),
    ];
    await untilWaiting(semaphore, 6);
    await threads().apply(releaseMany, [semaphore, 4]);
    await until(() => done === 4, 'four went on');
    await untilWaiting(semaphore, 2);
    await threads().apply(releaseMany, [semaphore, 2]);
    await Promise.all(waits);
    t.is(done, 6);
    t.is(semaphore.value, 0);
  });

  test.serial('semaphore: S10 release() without acquire adds a permit', async (t) => {
    const semaphore = new Semaphore(1);
    semaphore.release();
    t.is(semaphore.value, 2);
    t.is(await threads().apply(release, [semaphore]), undefined);
    t.is(semaphore.value, 3);
  });

  test.serial('semaphore: ML03 its value follows every acquire and release', async (t) => {
    const semaphore = new Semaphore(2);
    const seen: number[] = [semaphore.value];
    for (const form of FORMS) {
      t.truthy(await acquire(semaphore, form));
      seen.push(semaphore.value);
    }
    t.false(semaphore.acquireNowait());
    for (let i = 0; i < 4; i++) {
      semaphore.release();
      seen.push(semaphore.value);
    }
    t.deepEqual(seen, [2, 1, 0, 1, 2, 3, 4]);
  });

  test.serial('semaphore: release(n) takes an integer >= 1, and no more than fit', (t) => {
    const semaphore = new Semaphore(1);
    for (const n of [0, -1, 0.5, Number.NaN]) t.throws(() => semaphore.release(n), { instanceOf: RangeError }, `${n}`);
    t.throws(() => semaphore.release('1' as never), { instanceOf: TypeError });
    t.throws(() => semaphore.release(2 ** 30 - 1), { instanceOf: RangeError });
    t.is(semaphore.value, 1);
    semaphore.release(2 ** 30 - 2);
    t.is(semaphore.value, 2 ** 30 - 1);
  });

  test.serial('semaphore: S11 its text has its value', (t) => {
    const semaphore = new Semaphore(3);
    semaphore.acquireSync();
    t.is(String(semaphore), '[Semaphore value=2]');
    semaphore.release(2);
    t.is(String(semaphore), '[Semaphore value=4]');
    t.is(String(new BoundedSemaphore(3)), '[BoundedSemaphore value=3]');
  });

  test.serial('bounded semaphore: B02 one release too many is a RangeError, in every thread', async (t) => {
    const semaphore = new BoundedSemaphore();
    semaphore.acquireSync();
    semaphore.release();
    t.throws(() => semaphore.release(), { instanceOf: RangeError });
    t.is(await threads().apply(release, [semaphore as never]), 'RangeError');
    t.is(semaphore.value, 1);
  });

  test.serial('bounded semaphore: B03 for every limit', async (t) => {
    for (let limit = 1; limit <= 9; limit++) {
      const semaphore = new BoundedSemaphore(limit);
      const taken = await Promise.all(everyone(() => threads().apply(tryToKeep, [semaphore, limit])));
      t.is(taken.reduce((sum, n) => sum + n, 0), limit);
      t.throws(() => semaphore.release(limit + 1), { instanceOf: RangeError });
      for (let i = 0; i < limit; i++) semaphore.release();
      t.throws(() => semaphore.release(), { instanceOf: RangeError });
      t.is(semaphore.value, limit);
    }
  });

  test.serial('bounded semaphore: a release that does not fit is refused while others wait, too', async (t) => {
    const semaphore = new BoundedSemaphore(2);
    semaphore.acquireSync();
    semaphore.acquireSync();
    const wait = semaphore.acquire();
    await untilWaiting(semaphore, 1);
    t.throws(() => semaphore.release(3), { instanceOf: RangeError });
    semaphore.release(2);
    await wait;
    t.is(semaphore.value, 1);
  });

  test.serial('semaphore: 10,000 promises are served in the order in which they asked', async (t) => {
    const semaphore = new Semaphore(0);
    const order: number[] = [];
    const waits = Array.from({ length: 10_000 }, (_, i) => semaphore.acquire().then(() => order.push(i)));
    await untilWaiting(semaphore, 10_000);
    await Promise.all([1, 2].map(() => threads().apply(releaseOneByOne, [semaphore, 2500])));
    await threads().apply(releaseMany, [semaphore, 5000]);
    await Promise.all(waits);
    t.is(order.length, 10_000);
    t.true(order.every((n, i) => n === i));
    t.is(semaphore.value, 0);
  });
}

async function takeOne(semaphore: Semaphore, got: Semaphore): Promise<void> {
  await semaphore.acquire();
  got.release();
}

/** Returns permits in one go. */
export function releaseMany(semaphore: Semaphore, n: number): void {
  semaphore.release(n);
}

/** Returns permits one by one. */
export function releaseOneByOne(semaphore: Semaphore, n: number): void {
  for (let i = 0; i < n; i++) semaphore.release();
}

/** Takes a permit and returns it, with timeouts that often are too short; how often it had one. */
export function passOften(semaphore: Semaphore | BoundedSemaphore, times: number, timeout: number): number {
  let count = 0;
  for (let i = 0; i < times; i++) {
    const guard = semaphore.acquireSync({ timeout: timeout + (i % 2) * 0.05 });
    if (guard === false) continue;
    count++;
    guard.release();
  }
  return count;
}
