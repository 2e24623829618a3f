/** The diagnostics channels `polycore:task` and `polycore:worker`. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import test, { type ExecutionContext } from 'ava';
import { Pool, type TaskMessage, type WorkerMessage } from '../index.js';
import { exit } from './fixtures/pool/crashes.js';
import { throwAt } from './fixtures/pool/failures.js';
import { makeGate, passed, RELEASED, signal } from './fixtures/pool/gate.js';
import { add, burn, holdAt, square } from './fixtures/pool/tasks.js';
import { until } from './fixtures/pool/until.js';

let count = 0;

/** Everything that is published about a pool of that name until the test ends. */
function listen<M extends { pool: string }>(t: ExecutionContext, channel: string, name: string): M[] {
  const messages: M[] = [];
  const listener = (message: unknown): void => {
    if ((message as M).pool === name) messages.push(message as M);
  };
  subscribe(channel, listener);
  t.teardown(() => unsubscribe(channel, listener));
  return messages;
}

function makePool(t: ExecutionContext, n: number): Pool {
  const pool = new Pool(n, { name: `diagnosed-${++count}` });
  t.teardown(() => pool.terminate());
  return pool;
}

test.serial('diagnostics: polycore:task tells of each task that has ended', async (t) => {
  const pool = makePool(t, 1);
  const messages = listen<TaskMessage>(t, 'polycore:task', pool.name);
  await pool.apply(square, [1]);
  t.is(messages.length, 1);
  t.like(messages[0], { pool: pool.name, worker: 1, operation: 'apply', outcome: 'ok' });
  t.true((messages[0]?.duration ?? -1) >= 0);
  await pool.map(square, [1, 2, 3], 1);
  await pool.starmap(add, [[1, 2], [3, 4]], 2);
  t.deepEqual(messages.slice(1).map(({ operation }) => operation), ['map', 'map', 'map', 'starmap']);
});

test.serial('diagnostics: the duration is that from submission to result, in milliseconds', async (t) => {
  const pool = makePool(t, 1);
  await pool.apply(square, [1]);
  const messages = listen<TaskMessage>(t, 'polycore:task', pool.name);
  await Promise.all([pool.apply(burn, [100]), pool.apply(burn, [100])]);
  const [first, second] = messages.map(({ duration }) => duration);
  t.true(first !== undefined && first >= 60 && first < 1000, `${first} ms`);
  t.true(second !== undefined && second >= 120 && second < 2000, `${second} ms`);
});

test.serial('diagnostics: the outcome is ok, error, crashed or cancelled', async (t) => {
  const pool = makePool(t, 1);
  const messages = listen<TaskMessage>(t, 'polycore:task', pool.name);
  await t.throwsAsync(pool.apply(throwAt, [0, 1]));
  await t.throwsAsync(pool.apply(exit, [3]));
  const gate = makeGate();
  const running = pool.apply(holdAt, [gate, 1]);
  await passed(gate);
  const queued = pool.apply(square, [1]);
  queued.cancel();
  await t.throwsAsync(queued);
  signal(gate, RELEASED);
  await running;
  await until(() => messages.length === 4, 'all tasks are reported');
  t.deepEqual(messages.map(({ outcome }) => outcome).sort(), ['cancelled', 'crashed', 'error', 'ok']);
  t.is(messages.find(({ outcome }) => outcome === 'cancelled')?.worker, null);
});

test.serial('diagnostics: polycore:worker tells of the start and the end of each worker', async (t) => {
  const pool = new Pool(2, { name: 'diagnosed-workers' });
  const messages = listen<WorkerMessage>(t, 'polycore:worker', pool.name);
  await pool.broadcast(square, [1]);
  t.deepEqual(messages.map(({ event, worker }) => `${event} ${worker}`).sort(), ['start 1', 'start 2']);
  t.true(messages.every(({ exitCode }) => exitCode === null));
  pool.close();
  await pool.join();
  const ends = messages.slice(2);
  t.deepEqual(ends.map(({ event, worker }) => `${event} ${worker}`).sort(), ['exit 1', 'exit 2']);
  t.true(ends.every(({ exitCode }) => exitCode === 0));
});

test.serial('diagnostics: polycore:worker tells the exit code of a worker that died, and of its replacement', async (t) => {
  const pool = makePool(t, 1);
  const messages = listen<WorkerMessage>(t, 'polycore:worker', pool.name);
  await t.throwsAsync(pool.apply(exit, [7]));
  await pool.apply(square, [1]);
  await until(() => messages.length >= 3, 'both workers are reported');
  t.deepEqual(
    messages.map(({ worker, event, exitCode }) => `${event} ${worker} ${exitCode}`).sort(),
    ['exit 1 7', 'start 1 null', 'start 2 null'],
  );
});

test.serial('diagnostics: without a subscriber nothing changes', async (t) => {
  const pool = makePool(t, 1);
  const messages = listen<TaskMessage>(t, 'polycore:task', 'another pool');
  t.is(await pool.apply(square, [3]), 9);
  t.deepEqual(messages, []);
});
