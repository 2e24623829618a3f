/** `Barrier`. */

import type { TestFn } from 'ava';
import { Barrier, BrokenBarrierError } from '../../index.js';
import { type Form, FORMS, meet } from '../fixtures/sync/tasks.js';
import { untilWaiting, waiters } from '../fixtures/sync/waiters.js';
import { CROWD, crowd, everyone, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';

const BROKEN = { instanceOf: BrokenBarrierError, code: 'ERR_POLYCORE_BROKEN_BARRIER' };

export function barrierContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  test.serial('barrier: its arguments are checked', (t) => {
    for (const parties of [0, -1, 1.5, Number.NaN, 2 ** 24]) {
      t.throws(() => new Barrier(parties), { instanceOf: RangeError }, `${parties}`);
    }
    t.throws(() => new Barrier('2' as never), { instanceOf: TypeError });
    t.throws(() => new Barrier(2, 'action' as never), { instanceOf: TypeError });
    t.throws(() => new Barrier(2, undefined, -1), { instanceOf: RangeError });
    const barrier = new Barrier(3);
    t.deepEqual([barrier.parties, barrier.nWaiting, barrier.broken], [3, 0, false]);
    t.is(String(barrier), '[Barrier of 3]');
  });

  for (const form of FORMS) {
    test.serial(`barrier: BA02 each party gets another number, at every meeting (${form})`, async (t) => {
      const barrier = new Barrier(CROWD);
      const rounds = 50;
      const numbers = await Promise.all(everyone(() => threads().apply(meet, [barrier, rounds, form])));
      for (let round = 0; round < rounds; round++) {
        t.deepEqual(numbers.map((own) => own[round]).sort(), [0, 1, 2, 3, 4]);
      }
      t.is(barrier.nWaiting, 0);
    });

    test.serial(`barrier: BA03 the action runs once for each meeting, before anybody goes on (${form})`, async (t) => {
      const numbers = new Int32Array(new SharedArrayBuffer(4));
      const barrier = new Barrier(CROWD, () => {
        Atomics.add(numbers, 0, 1);
      });
      const looked = new Barrier(CROWD);
      const seen = await Promise.all(everyone(() => threads().apply(meetAndLook, [barrier, looked, numbers, 20, form])));
      for (const own of seen) t.deepEqual(own, Array.from({ length: 20 }, (_, i) => i + 1));
      t.is(numbers[0], 20);
    });

    test.serial(`barrier: BA05 reset() breaks the waits there are; then it works again for all (${form})`, async (t) => {
      const barrier = new Barrier(CROWD);
      const early = [1, 2, 3, 4].map(() => threads().apply(meet, [barrier, 1, form]));
      await untilWaiting(barrier, 4);
      t.is(barrier.nWaiting, 4);
      barrier.reset();
      t.deepEqual(await Promise.all(early), Array(4).fill(['BrokenBarrierError']));
      t.false(barrier.broken);
      const again = await Promise.all(everyone(() => threads().apply(meet, [barrier, 1, form])));
      t.deepEqual(again.flat().sort(), [0, 1, 2, 3, 4]);
    });

    test.serial(`barrier: BA06 abort() breaks it for those who wait and who come, until reset() (${form})`, async (t) => {
      const barrier = new Barrier(CROWD);
      const early = [1, 2].map(() => threads().apply(meet, [barrier, 2, form]));
      await untilWaiting(barrier, 2);
      barrier.abort();
      t.deepEqual((await Promise.all(early)).flat(), Array(4).fill('BrokenBarrierError'));
      t.true(barrier.broken);
      t.is(String(barrier), '[Barrier broken]');
      await t.throwsAsync(barrier.wait(), BROKEN);
      t.throws(() => barrier.waitSync(), BROKEN);
      barrier.reset();
      t.false(barrier.broken);
      const again = await Promise.all(everyone(() => threads().apply(meet, [barrier, 1, form])));
      t.deepEqual(again.flat().sort(), [0, 1, 2, 3, 4]);
    });

    test.serial(`barrier: BA08 a timeout breaks it for all (${form})`, async (t) => {
      const barrier = new Barrier(3, undefined, 60);
      const patient = threads().apply(meet, [barrier, 1, form, { timeout: 10_000 }]);
      await untilWaiting(barrier, 1);
      const took = await timed(async () => {
        t.deepEqual(await threads().apply(meet, [barrier, 1, form]), ['BrokenBarrierError']);
      });
      t.true(isAbout(took, 60), `${took}`);
      t.deepEqual(await patient, ['BrokenBarrierError']);
      t.true(barrier.broken);
      t.is(waiters(barrier), 0);
    });
  }

  test.serial('barrier: BA09 one party goes on at once', async (t) => {
    const barrier = new Barrier(1);
    t.deepEqual([await barrier.wait(), await barrier.wait(), barrier.waitSync()], [0, 0, 0]);
  });

  test.serial('barrier: BA11 the error of the action reaches the last party and breaks it for the others', async (t) => {
    const barrier = new Barrier(2, () => {
      throw new TypeError('no');
    });
    for (const form of FORMS) {
      const other = threads().apply(meet, [barrier, 1, form]);
      await untilWaiting(barrier, 1);
      if (form === 'await') await t.throwsAsync(barrier.wait(), { instanceOf: TypeError, message: 'no' });
      else t.throws(() => barrier.waitSync(), { instanceOf: TypeError, message: 'no' });
      t.deepEqual(await other, ['BrokenBarrierError']);
      t.true(barrier.broken);
      barrier.reset();
    }
  });

  test.serial('barrier: an asynchronous action is awaited, and refused where the last party blocks', async (t) => {
    const numbers = new Int32Array(new SharedArrayBuffer(4));
    const barrier = new Barrier(2, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      Atomics.add(numbers, 0, 1);
    });
    const other = threads().apply(meetAndLook, [barrier, new Barrier(1), numbers, 1, 'Sync']);
    await untilWaiting(barrier, 1);
    const mine = barrier.wait();
    const late = threads().apply(meet, [barrier, 1, 'Sync']);
    t.is(await mine, 1);
    t.deepEqual(await other, [1]);
    // Who came while the action ran belongs to the next meeting.
    await untilWaiting(barrier, 1);
    t.throws(() => barrier.waitSync(), { instanceOf: TypeError });
    t.deepEqual(await late, ['BrokenBarrierError']);
  });

  test.serial('barrier: parties that come while the action runs wait for the next meeting, promises too', async (t) => {
    let finish = (): void => {};
    const barrier = new Barrier(2, () => new Promise<void>((resolve) => (finish = resolve)));
    const first = [barrier.wait(), barrier.wait()];
    const next = [barrier.wait(), barrier.wait()];
    await untilWaiting(barrier, 3);
    t.is(barrier.nWaiting, 0);
    finish();
    t.deepEqual((await Promise.all(first)).sort(), [0, 1]);
    await untilWaiting(barrier, 1);
    finish();
    t.deepEqual((await Promise.all(next)).sort(), [0, 1]);
  });

  test.serial('barrier: BA12 a wait that is aborted leaves without breaking it', async (t) => {
    const barrier = new Barrier(3);
    const control = new AbortController();
    const [aborted, other] = [barrier.wait({ signal: control.signal }), barrier.wait()];
    await untilWaiting(barrier, 2);
    control.abort(new Error('enough'));
    await t.throwsAsync(aborted, { message: 'enough' });
    t.is(barrier.nWaiting, 1);
    t.false(barrier.broken);
    const rest = [1, 2].map(() => threads().apply(meet, [barrier, 1, 'Sync']));
    const numbers = [await other, ...(await Promise.all(rest)).flat()];
    t.deepEqual(numbers.sort(), [0, 1, 2]);
  });

  test.serial('barrier: the timeout of the constructor travels with it', async (t) => {
    const barrier = new Barrier(2, undefined, 30);
    t.deepEqual(await threads().apply(meet, [barrier, 1, 'await']), ['BrokenBarrierError']);
  });
}

/** Passes the barrier `times` times; the first of the numbers after each, until all have looked at it. */
export async function meetAndLook(
  barrier: Barrier,
  looked: Barrier,
  numbers: Int32Array<SharedArrayBuffer>,
  times: number,
  form: Form,
): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < times; i++) {
    await meet(barrier, 1, form);
    seen.push(Atomics.load(numbers, 0));
    await meet(looked, 1, form);
  }
  return seen;
}
