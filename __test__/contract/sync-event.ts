/** `Event`. */

import type { TestFn } from 'ava';
import { Event } from '../../index.js';
import { FORMS, wait, waitTwice } from '../fixtures/sync/tasks.js';
import { untilWaiting, waiters } from '../fixtures/sync/waiters.js';
import { crowd, everyone, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';

export function eventContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  test.serial('event: E01 set() and clear() may be repeated', (t) => {
    const event = new Event();
    const seen = [event.isSet()];
    for (const step of [event.set, event.set, event.clear, event.clear]) {
      step.call(event);
      seen.push(event.isSet());
    }
    t.deepEqual(seen, [false, true, true, false, false]);
  });

  for (const form of FORMS) {
    test.serial(`event: E02 set() ends five waits, a second one returns at once, and it works again after clear() (${form})`, async (t) => {
      const event = new Event();
      for (let round = 0; round < 2; round++) {
        const tasks = everyone(() => threads().apply(waitTwice, [event, form]));
        await untilWaiting(event, 5);
        event.set();
        t.deepEqual(await Promise.all(tasks), everyone(() => [true, true]));
        event.clear();
      }
    });

    test.serial(`event: E04 set() followed by clear() at once loses none of five waits (${form})`, async (t) => {
      const event = new Event();
      for (let round = 0; round < 20; round++) {
        const tasks = everyone(() => threads().apply(wait, [event, form]));
        await untilWaiting(event, 5);
        event.set();
        event.clear();
        t.deepEqual(await Promise.all(tasks), everyone(() => true));
        t.false(event.isSet());
      }
    });

    test.serial(`event: a wait that times out is false, in time, and leaves no ghost (${form})`, async (t) => {
      const event = new Event();
      const took = await timed(async () => t.false(await threads().apply(wait, [event, form, { timeout: 50 }])));
      t.true(isAbout(took, 50), `${took}`);
      t.false(await wait(event, form, { timeout: 0 }));
      t.is(waiters(event), 0);
      event.set();
      t.true(await wait(event, form, { timeout: 0 }));
    });
  }

  for (const form of FORMS) {
    test.serial(`event: ML05 waits before, while and after it is set (${form})`, async (t) => {
      const event = new Event();
      t.false(await wait(event, form, { timeout: 0 }));
      t.false(await wait(event, form, { timeout: 20 }));
      event.set();
      t.true(event.isSet());
      for (const options of [{}, { timeout: 0 }, { timeout: 60_000 }]) t.true(await wait(event, form, options));
      event.clear();
      t.false(event.isSet());
      t.false(await wait(event, form, { timeout: 0 }));
      const setter = threads().apply((other: Event) => other.set(), [event]);
      t.true(await wait(event, form));
      await setter;
    });
  }

  test.serial('event: E05 its text says whether it is set', (t) => {
    const event = new Event();
    t.is(String(event), '[Event unset]');
    event.set();
    t.is(String(event), '[Event set]');
  });

  test.serial('event: AE01 AE02 a wait resumes once, whatever happens to the flag in one go', async (t) => {
    const event = new Event();
    let resumed = 0;
    const waits = [1, 2, 3].map(() => event.wait().then(() => resumed++));
    event.set();
    event.clear();
    event.set();
    event.set();
    await Promise.all(waits);
    t.is(resumed, 3);
  });

  test.serial('event: an aborted wait rejects with the reason; the others go on', async (t) => {
    const event = new Event();
    const control = new AbortController();
    const [aborted, other] = [event.wait({ signal: control.signal }), event.wait()];
    await untilWaiting(event, 2);
    const reason = new Error('enough');
    control.abort(reason);
    t.is(await t.throwsAsync(aborted), reason);
    t.is(waiters(event), 1);
    event.set();
    t.true(await other);
    t.is(await t.throwsAsync(event.wait({ signal: control.signal })), reason);
    await t.throwsAsync(event.wait({ timeout: -1 }), { instanceOf: RangeError });
    t.throws(() => event.waitSync({ timeout: Number.NaN }), { instanceOf: RangeError });
  });

  test.serial('event: what another thread sets ends waits here, blocked or not', async (t) => {
    const event = new Event();
    const wait = event.wait();
    const setter = threads().apply((other: Event) => other.set(), [event]);
    t.true(await wait);
    await setter;
    event.clear();
    const again = threads().apply((other: Event) => other.set(), [event]);
    t.true(event.waitSync());
    await again;
  });
}
