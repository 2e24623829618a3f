/** The event loops of workers: what tasks start there works, while they run and when the worker is idle or busy. */

import test from 'ava';
import { createServer } from 'node:net';
import { BroadcastChannel } from 'node:worker_threads';
import { Pool } from '../index.js';
import {
  awaitGate,
  leavePromises,
  noteSpan,
  say,
  serve,
  stop,
  tick,
  useChildProcess,
  useFiles,
  useSockets,
  useThreadPool,
  useTimers,
} from './fixtures/pool/async-tasks.js';
import { hasCapacity } from './fixtures/pool/capacity.js';
import { type Gate, makeGate, passed, RELEASED, signal } from './fixtures/pool/gate.js';
import { holdAt, square } from './fixtures/pool/tasks.js';

let pool: Pool;

test.before(() => {
  pool = new Pool(1);
});

test.after.always(() => pool.terminate());

test.serial('async: timers, ticks and immediates run in a task', async (t) => {
  for (let round = 0; round < 2; round++) {
    const order = await pool.apply(useTimers);
    // A tick or a microtask comes first, depending on which of the two the task itself runs in.
    t.deepEqual([order[0], ...order.slice(1, 3).sort(), ...order.slice(3)], ['start', 'microtask', 'tick', 'timeout', 'interval']);
  }
});

test.serial('async: files, threads of Node and child processes can be used in a task', async (t) => {
  t.is(await pool.apply(useFiles, ['some text']), 'some text');
  t.is(await pool.apply(useThreadPool), await useThreadPool());
  t.is(await pool.apply(useChildProcess), process.version);
});

test.serial('async: sockets can be used in a task', async (t) => {
  t.is(await pool.apply(useSockets, ['hello']), 'hello');
});

test.serial('async: a task can talk to a server in the main thread', async (t) => {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  t.is(await pool.apply(say, [port, 'from a worker']), 'from a worker');
});

test.serial('async: a server that a task started answers while its worker is idle, and between tasks', async (t) => {
  const port = await pool.apply(serve);
  t.is(await say(port, 'idle'), 'idle');
  for (let x = 0; x < 10; x++) {
    const [answer, result] = await Promise.all([say(port, `number ${x}`), pool.apply(square, [x])]);
    t.is(answer, `number ${x}`);
    t.is(result, x * x);
  }
  const results = pool.map(square, Array<number>(20_000).fill(2), 1);
  t.is(await say(port, 'busy'), 'busy');
  t.is((await results).length, 20_000);
  await pool.apply(stop);
  await t.throwsAsync(say(port, 'stopped'), { code: 'ECONNREFUSED' });
});

test.serial('async: a timer that a task started goes on while its worker is idle', async (t) => {
  const gate = makeGate();
  await pool.apply(tick, [gate]);
  const ticks = await passed(gate, 0, 5);
  t.is(await pool.apply(square, [3]), 9);
  await passed(gate, 0, ticks + 5);
  await pool.apply(stop);
  const after = Atomics.load(gate, 0);
  await pool.apply(useTimers);
  t.is(Atomics.load(gate, 0), after);
});

test.serial('async: a timer goes on while async tasks and short tasks keep its worker busy', async (t) => {
  const gate = makeGate();
  await pool.apply(tick, [gate]);
  const waiting = makeGate();
  const busy = pool.apply(awaitGate, [waiting]);
  await passed(waiting);
  await passed(gate, 0, Atomics.load(gate, 0) + 5);
  signal(waiting, RELEASED);
  t.is(await busy, 'passed');
  const before = Atomics.load(gate, 0);
  while (Atomics.load(gate, 0) < before + 5) await Promise.all(Array.from({ length: 100 }, () => pool.apply(square, [2])));
  await pool.apply(stop);
  t.pass();
});

test.serial('async: promises that a synchronous task leaves behind are carried on', async (t) => {
  const gate = makeGate();
  await pool.apply(leavePromises, [gate]);
  t.is(await passed(gate), 1);
});

test.serial('async: messages reach an idle worker', async (t) => {
  const name = `polycore-test-${process.pid}`;
  const gate = makeGate();
  await pool.apply(
    (to: string, at: Gate) => {
      const channel = new BroadcastChannel(to);
      channel.onmessage = () => {
        signal(at);
        channel.close();
      };
    },
    [name, gate],
  );
  const channel = new BroadcastChannel(name);
  t.teardown(() => channel.close());
  channel.postMessage('hello');
  t.is(await passed(gate), 1);
  t.is(await pool.apply(square, [3]), 9);
});

test.serial('async: a worker runs one async task at a time', async (t) => {
  const log: Gate = new Int32Array(new SharedArrayBuffer(4 * 11));
  await Promise.all([1, 2, 3, 4, 5].map((id) => pool.apply(noteSpan, [log, 0, id])));
  t.deepEqual([...log.subarray(1)], [1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
});

test.serial('async: the items of a chunk run one after the other', async (t) => {
  const log: Gate = new Int32Array(new SharedArrayBuffer(4 * 11));
  await pool.map((id: number) => noteSpan(log, 0, id), [1, 2, 3, 4, 5], 5);
  t.deepEqual([...log.subarray(1)], [1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
});

test.serial('async: a chunk may mix values and promises', async (t) => {
  const half = (x: number): number | Promise<number> => (x % 2 === 0 ? x : Promise.resolve(-x));
  t.deepEqual(await pool.map(half, [0, 1, 2, 3, 4], 5), [0, -1, 2, -3, 4]);
  const thenable = await pool.apply(() => ({ then: (resolve: (value: number) => void) => resolve(5) }));
  t.is(thenable as unknown, 5);
});

test.serial('async: the main thread stays responsive while tasks run', async (t) => {
  const gate = makeGate();
  const held = pool.apply(holdAt, [gate, 'held']);
  await passed(gate);
  let turns = 0;
  while (turns < 50) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  t.false(held.ready());
  signal(gate, RELEASED);
  t.is(await held, 'held');
});

test.serial('async: a worker with a past is as good as a fresh one', async (t) => {
  await hasCapacity(t, pool, 1);
  t.deepEqual(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
});

test.serial('async: an initializer may leave a timer running', async (t) => {
  const ticking = new Pool(1, { initializer: () => void setInterval(() => {}, 1000) });
  t.teardown(() => ticking.terminate());
  t.deepEqual(await ticking.map(square, [1, 2, 3]), [1, 4, 9]);
});
