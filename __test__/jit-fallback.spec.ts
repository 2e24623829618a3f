/** `{ fallback: 'js' }`: the workers of one call serve the next, and none is left in the end. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import test, { type ExecutionContext } from 'ava';
import { CancelledError, Event, jit, parallelFor, SharedArray, WorkerCrashedError } from '../index.js';
import { runProgram } from './fixtures/pool/run-program.js';

/** Workers of fallbacks that started and ended while a test ran; `until` resolves when a condition holds. */
class Watch {
  started = 0;
  ended = 0;
  #waiting: (() => void)[] = [];
  readonly #hear = (message: unknown): void => {
    const { pool, event } = message as { pool: string; event: 'start' | 'exit' };
    if (pool !== 'jit-fallback') return;
    if (event === 'start') this.started++;
    else this.ended++;
    for (const look of this.#waiting) look();
  };

  constructor(t: ExecutionContext) {
    subscribe('polycore:worker', this.#hear);
    t.teardown(() => unsubscribe('polycore:worker', this.#hear));
  }

  until(holds: (watch: Watch) => boolean): Promise<void> {
    // Neither the workers nor the subscription keep this process alive.
    const alive = setInterval(() => {}, 2 ** 30);
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds(this)) return;
        clearInterval(alive);
        resolve();
      };
      this.#waiting.push(look);
      look();
    });
  }
}

const write = jit((i: number, out: Int32Array) => {
  out[i] = String(i).length;
}, { fallback: 'js' });

/** A loop without end, and what is set when an iteration of it runs. */
function endless(): { spin: (i: number) => void; begun: Event } {
  const begun = new Event();
  const spin = jit((i: number) => {
    begun.set();
    while (String(i) !== '');
  }, { fallback: 'js' });
  return { spin, begun };
}

test.serial('fallback: workers that nobody has needed for a while end', async (t) => {
  const watch = new Watch(t);
  await parallelFor(20, write, SharedArray('i', 20), { threads: 2 });
  await watch.until(({ started }) => started === 2);
  t.is(watch.ended, 0);
  await watch.until(({ ended }) => ended === 2);
});

test.serial('fallback: calls after one another have the same workers, whatever their number of threads', async (t) => {
  const watch = new Watch(t);
  const out = SharedArray('i', 20);
  for (let round = 0; round < 10; round++) {
    await parallelFor(20, write, out, { threads: 2 });
    t.is(out[13], 2);
  }
  t.true(watch.started <= 2);
  await parallelFor(20, write, out, { threads: 1 });
  await parallelFor(20, write, out, { threads: 1 });
  t.true(watch.started <= 2);
});

test.serial('fallback: calls at the same time do not wait for each other', async (t) => {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const wait = jit((_: number, flags: Int32Array) => {
    while (String(Atomics.load(flags, 0)) !== '1') Atomics.wait(flags, 0, 0);
  }, { fallback: 'js' });
  const wake = jit((_: number, flags: Int32Array) => {
    Atomics.store(flags, 0, Number(String(1)));
    Atomics.notify(flags, 0);
  }, { fallback: 'js' });
  const waiting = parallelFor(1, wait, flags, { threads: 1 });
  await parallelFor(1, wake, flags, { threads: 1 });
  await t.notThrowsAsync(waiting);
});

test.serial('fallback: workers outlive an error, and what comes after a crash or a cancellation has new ones', async (t) => {
  const out = SharedArray('i', 20);
  await parallelFor(20, write, out, { threads: 2 });
  const watch = new Watch(t);
  const failing = jit((i: number) => {
    throw new RangeError(`at ${i}`);
  }, { fallback: 'js' });
  await t.throwsAsync(parallelFor(3, failing, { threads: 2 }), { instanceOf: RangeError, message: 'at 0' });
  await parallelFor(20, write, out, { threads: 2 });
  t.is(watch.ended, 0);

  const dying = jit(() => process.exit(3), { fallback: 'js' });
  await t.throwsAsync(parallelFor(1, dying, { threads: 2 }), { instanceOf: WorkerCrashedError });
  await parallelFor(20, write, out, { threads: 2 });

  const { spin, begun } = endless();
  const stopped = parallelFor(2, spin, { threads: 2 });
  await begun.wait();
  const before = watch.ended;
  t.true(stopped.cancel());
  await t.throwsAsync(stopped, { instanceOf: CancelledError });
  await watch.until(({ ended }) => ended >= before + 2);
  out.fill(0);
  await parallelFor(20, write, out, { threads: 2 });
  t.is(out[13], 2);
});

test.serial('fallback: an aborted signal ends the workers that are at it', async (t) => {
  const watch = new Watch(t);
  const { spin, begun } = endless();
  const controller = new AbortController();
  const stopped = parallelFor(1, spin, { threads: 1, signal: controller.signal });
  await begun.wait();
  controller.abort(new Error('enough'));
  await t.throwsAsync(stopped, { message: 'enough' });
  await watch.until(({ ended }) => ended >= 1);
});

test.serial('fallback: a program ends by itself while its workers wait', async (t) => {
  const { code, stdout, stderr } = await runProgram('../jit/falling-back.ts');
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'true 0\n', stderr: '' });
});
