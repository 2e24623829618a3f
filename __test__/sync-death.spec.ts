/** Threads that die with a lock in hand or while they wait: what they held is handed on, and nobody hangs. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { Barrier, BrokenBarrierError, Condition, Event, Lock, Pool, RLock, RwLock, Semaphore, WorkerCrashedError } from '../index.js';
import { runProgram } from './fixtures/pool/run-program.js';
import { until } from './fixtures/pool/until.js';
import { awaitFor, BUSY, DEATHS, dieInside, dieWith, isAbandoned, waitFor } from './fixtures/sync/deaths.js';
import { meet, pass } from './fixtures/sync/tasks.js';
import { untilWaiting, waiters } from './fixtures/sync/waiters.js';

function makePool(t: ExecutionContext, n: number): Pool {
  const pool = new Pool(n);
  t.teardown(() => pool.terminate());
  return pool;
}

/** Kills the worker of a task if it does not die by itself; resolves when it is dead. */
async function kill(t: ExecutionContext, task: { cancel(): boolean } & PromiseLike<unknown>, how: string): Promise<void> {
  if (how.startsWith('killed')) {
    task.cancel();
    await t.throwsAsync(task);
  } else {
    await t.throwsAsync(task, { instanceOf: WorkerCrashedError });
  }
}

for (const how of DEATHS) {
  for (const Kind of [Lock, RLock]) {
    test.serial(`death: the next owner of a ${Kind.name} is told that it is abandoned (${how})`, async (t) => {
      const pool = makePool(t, 2);
      const [lock, held] = [new Kind(), new Semaphore(0)];
      // Nobody waits when the owner dies.
      const [at, now] = [new Event(), new Event()];
      now.set();
      let task = pool.apply(dieWith, [lock, held, now, how]);
      await held.acquire();
      await kill(t, task, how);
      const guard = await lock.acquire();
      t.true(guard.abandoned);
      guard.release();
      t.false((await lock.acquire()).abandoned);
      lock.release();
      // A promise and a blocked thread wait; the first one is told.
      task = pool.apply(dieWith, [lock, held, at, how]);
      await held.acquire();
      const promise = lock.acquire();
      const thread = pool.apply(pass, [lock, 'Sync']);
      await untilWaiting(lock, 2);
      at.set();
      await kill(t, task, how);
      const second = await promise;
      t.true(second.abandoned);
      second.release();
      t.true(await thread);
      t.is(String(lock), `[${Kind.name} unlocked]`);
    });
  }

  test.serial(`death: a blocked thread inherits the lock of a dead one (${how})`, async (t) => {
    const pool = makePool(t, 2);
    const [lock, held] = [new Lock(), new Semaphore(0)];
    const at = new Event();
    const task = pool.apply(dieWith, [lock, held, at, how]);
    await held.acquire();
    const heir = pool.apply((other: Lock) => [other.acquireSync(), other.release(), other.acquireSync()].map(isAbandoned), [lock]);
    await untilWaiting(lock, 1);
    at.set();
    await kill(t, task, how);
    t.deepEqual(await heir, [true, undefined, false], 'only the first owner is told');
  });

  test.serial(`death: readers and writers of an RwLock (${how})`, async (t) => {
    const pool = makePool(t, 2);
    const [lock, held] = [new RwLock(), new Semaphore(0)];
    const at = new Event();
    const writer = pool.apply(dieInside, [lock, true, held, at, how]);
    await held.acquire();
    const reader = lock.acquireRead();
    await untilWaiting(lock, 1);
    at.set();
    await kill(t, writer, how);
    const guard = await reader;
    t.true(guard.abandoned);
    guard.release();
    const dying = [1, 2].map(() => pool.apply(dieInside, [lock, false, held, at, how]));
    await held.acquire();
    await held.acquire();
    const next = lock.acquireWrite();
    for (const task of dying) await kill(t, task, how);
    const write = await next;
    t.false(write.abandoned, 'what is only read is not half done');
    write.release();
    t.is(String(lock), '[RwLock readers=0]');
  });
}

test.serial('death: a writer that dies while nobody waits leaves the mark to the next one, reader or writer', async (t) => {
  const pool = makePool(t, 1);
  const [lock, held, now] = [new RwLock(), new Semaphore(0), new Event()];
  now.set();
  const next = [
    () => lock.acquireReadNowait(),
    () => lock.acquireReadSync(),
    () => lock.acquireRead(),
    () => lock.acquireWriteNowait(),
    () => lock.acquireWriteSync(),
    () => lock.acquireWrite(),
  ];
  for (const acquire of next) {
    const writer = pool.apply(dieInside, [lock, true, held, now, 'exit']);
    await held.acquire();
    await kill(t, writer, 'exit');
    await until(() => !lock.writing, 'its thread is gone');
    const guard = await acquire();
    t.true(guard !== false && guard.abandoned);
    if (guard !== false) guard.release();
    t.false((await lock.acquireWrite()).abandoned);
    lock.releaseWrite();
  }
});

for (const [name, make] of Object.entries(BUSY)) {
  test.serial(`death: those that die while they wait for a ${name} leave its queue`, async (t) => {
    const pool = makePool(t, 2);
    const object = make();
    const tasks = [waitFor, awaitFor].map((wait) => pool.apply(wait as (object: unknown) => unknown, [object]));
    await untilWaiting(object, 2);
    for (const task of tasks) await kill(t, task, 'killed waiting');
    await untilWaiting(object, 0);
    if (object instanceof Lock || object instanceof RLock) object.release();
    if (object instanceof RwLock) object.releaseWrite();
    if (object instanceof Condition) t.false(object.lock.locked());
    if (object instanceof Barrier) t.true(object.broken);
    if (object instanceof Lock) t.true(await pool.apply(pass, [object, 'Sync']));
  });
}

test.serial('death: a party that dies inside breaks the barrier for the others', async (t) => {
  const pool = makePool(t, 2);
  const barrier = new Barrier(3);
  const dying = pool.apply(waitFor as (object: unknown) => unknown, [barrier]);
  await untilWaiting(barrier, 1);
  const thread = pool.apply(meet, [barrier, 1, 'Sync']);
  await untilWaiting(barrier, 2);
  await kill(t, dying, 'killed waiting');
  t.deepEqual(await thread, ['BrokenBarrierError']);
  await t.throwsAsync(barrier.wait(), { instanceOf: BrokenBarrierError });
  const acting = new Barrier(2, () => process.exit(3));
  const mine = acting.wait();
  const last = pool.apply(async (other: Barrier) => {
    await other.wait();
  }, [acting]);
  await t.throwsAsync(last, { instanceOf: WorkerCrashedError });
  await t.throwsAsync(mine, { instanceOf: BrokenBarrierError });
});

test.serial('death: a thread that dies while a condition has its lock leaves that to the others', async (t) => {
  const pool = makePool(t, 1);
  const condition = new Condition();
  const dying = pool.apply(waitFor as (object: unknown) => unknown, [condition]);
  await untilWaiting(condition, 1);
  const guard = condition.acquireSync();
  condition.notify();
  t.is(waiters(condition.lock), 1);
  // Notified, it waits for the lock when it is killed.
  await kill(t, dying, 'killed waiting');
  await untilWaiting(condition.lock, 0);
  guard.release();
  t.false(condition.lock.locked());
});

/** Kinds of blocked waits, see `blocked-thread.mjs`, and for what somebody is blocked in each. */
const BLOCKED = {
  Lock: 'Lock',
  'RLock of another thread': 'RLock',
  Semaphore: 'Semaphore',
  BoundedSemaphore: 'BoundedSemaphore',
  Event: 'Event',
  Condition: 'Condition',
  Barrier: 'Barrier',
  RwLock: 'RwLock',
  'RwLock to write': 'RwLock',
  'Queue to get': 'Queue',
  'Queue to get many': 'Queue',
  'Queue to put': 'Queue',
  'Queue to put many': 'Queue',
  'Queue to be done': 'Queue',
  'Pipe to receive': 'Queue',
  'Pipe to receive bytes': 'Queue',
  'Pipe to send': 'Queue',
  Thread: 'Thread',
  Pool: 'Event',
  'one of several': 'Queue',
};
const ROUNDS = 9;

/** Milliseconds that it took to end threads which were blocked, in order. A report says that one is. */
async function ends(kind: string, object: string): Promise<number[]> {
  const file = fileURLToPath(new URL('fixtures/sync/blocked-thread.mjs', import.meta.url));
  const env = { ...process.env, POLYCORE_DEBUG: '1', POLYCORE_DEBUG_AFTER: '1' };
  const child = spawn(process.execPath, [file, kind, String(ROUNDS)], { env, stdio: 'pipe' });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (new RegExp(`^polycore: .* for ${object} `).test(line)) child.stdin.write('\n');
  });
  const took: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) took.push(Number(line));
  return took.sort((one, other) => one - other);
}

for (const [kind, object] of Object.entries(BLOCKED)) {
  test.serial(`death: a blocked Sync call ends within 50 ms of terminate() (${kind})`, async (t) => {
    const took = await ends(kind, object);
    t.is(took.length, ROUNDS);
    // The median: a single one may be at the mercy of what else the machine does.
    t.true((took[ROUNDS >> 1] as number) < 50, took.map((ms) => ms.toFixed(1)).join(', '));
  });
}

for (const kind of Object.keys(BUSY)) {
  const ends = [['Sync', 'exit', 5], ['await', 'exit', 5]] as const;
  const others = [['Sync', 'throw', 1], ['Sync', 'terminate', 0], ['await', 'throw', 1], ['await', 'terminate', 0]] as const;
  test.serial(`exit: a program ends at once though eight workers wait for a ${kind}`, async (t) => {
    for (const [form, end, code] of kind === 'Lock' ? [...ends, ...others] : ends) {
      const ending = await runProgram('../sync/blocked-thread.mjs', [kind, form, end]);
      t.is(ending.code, code, `${form} ${end}: ${ending.stderr}`);
      t.is(ending.stdout, end === 'terminate' ? 'blocked\ntrue\n' : 'blocked\n');
    }
  });
}
