/** Threads that end in the middle of things: what was not in their hands is not lost, and nobody waits for them. */

import test from 'ava';
import { CancelledError, Connection, EOFError, Pipe, Pool, Queue } from '../index.js';
import { makeGate, pass, passed, REPORTED, signal } from './fixtures/pool/gate.js';
import { until } from './fixtures/pool/until.js';
import { untilWaiting, waiters } from './fixtures/sync/waiters.js';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Gets items and marks each as got, until it is killed. */
function consume(queue: Queue<number>, marks: Int32Array): void {
  for (;;) Atomics.add(marks, queue.getSync(), 1);
}

/** The same with promises, several of which wait at a time. */
async function consumeLater(queue: Queue<number>, marks: Int32Array): Promise<void> {
  await Promise.all(
    [0, 1, 2].map(async () => {
      for (;;) Atomics.add(marks, await queue.get(), 1);
    }),
  );
}

/** Puts the numbers from its word of `next` on, and counts in it how many are in the queue. */
function produce(queue: Queue<[number, number]>, next: Int32Array, producer: number): void {
  for (;;) {
    queue.putSync([producer, Atomics.load(next, producer)]);
    Atomics.add(next, producer, 1);
  }
}

test('queue: consumers that are killed 40 times in the middle of traffic lose at most the item in their hands', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  const queue = new Queue<number>(16);
  const kills = 40;
  const items = 20_000;
  const marks = new Int32Array(new SharedArrayBuffer(items * 4));
  const got = (): number => marks.reduce((sum, n) => sum + n, 0);
  const putting = queue.putMany(range(items));
  let isOver = false;
  void putting.then(() => (isOver = true));
  for (let kill = 0; kill < kills && !isOver; kill++) {
    const before = got();
    const workers = [pool.apply(consume, [queue, marks]), pool.apply(consumeLater, [queue, marks])];
    await until(() => isOver || got() > before + 50, 'both are at work');
    const victim = workers[kill % 2];
    victim?.cancel();
    await victim?.wait();
    workers[(kill + 1) % 2]?.cancel();
    await workers[(kill + 1) % 2]?.wait();
  }
  const rest = pool.apply(consume, [queue, marks]);
  await putting;
  await until(() => queue.empty() && waiters(queue) === 1, 'everything has been got');
  rest.cancel();
  t.true(marks.every((n) => n <= 1), 'nothing came twice');
  const lost = items - got();
  // One of a thread that blocks, and one of each promise that had been told and had not gone on yet.
  t.true(lost <= kills * 4, `${lost} lost`);
});

test('queue: producers that are killed leave each item whole, once and in order', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  const queue = new Queue<[number, number]>(8);
  const next = new Int32Array(new SharedArrayBuffer(8));
  const got: [number, number][] = [];
  for (let kill = 0; kill < 20; kill++) {
    const workers = [0, 1].map((producer) => pool.apply(produce, [queue, next, producer]));
    const enough = got.length + 100;
    while (got.length < enough) got.push(...(await queue.getMany()));
    for (const worker of workers) worker.cancel();
    await Promise.all(workers.map((worker) => worker.wait()));
  }
  while (!queue.empty()) got.push(...queue.getManySync());
  for (const producer of [0, 1]) {
    const numbers = got.filter(([from]) => from === producer).map(([, n]) => n);
    // A producer that dies between the put and the count puts that number again.
    t.true(numbers.every((n, i) => i === 0 || n === (numbers[i - 1] as number) + 1 || n === numbers[i - 1]));
    t.true(new Set(numbers).size >= (next[producer] as number));
  }
  t.is(waiters(queue), 0);
});

test('queue: items that were handed to a thread which never saw them are got by others, in order', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const queue = new Queue<unknown>();
  const gate = makeGate();
  const victim = pool.apply((there: Queue<unknown>, word: typeof gate) => {
    for (let i = 0; i < 5; i++) void there.get();
    signal(word);
    for (;;);
  }, [queue, gate]);
  await passed(gate, REPORTED, 1);
  t.is(waiters(queue), 5);
  const items = [1, 'two', { three: Buffer.alloc(10_000, 3) }, [4], 5];
  queue.putManySync([...items, 6]);
  t.deepEqual([waiters(queue), queue.qsize()], [0, 1], 'it has five of them');
  victim.cancel();
  await t.throwsAsync(victim);
  await until(() => queue.qsize() === 6, 'they are back');
  t.deepEqual(queue.getManySync(), [...items, 6]);
});

test('queue: a thread that is killed while it waits leaves no waiter, whether blocked or not', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  const empty = new Queue<number>();
  const full = new Queue<number>(1);
  full.putNowait(0);
  full.putNowait.call(empty, 1);
  empty.getNowait();
  const victims = [
    pool.apply((there: Queue<number>) => there.getSync(), [empty]),
    pool.apply(async (there: Queue<number>) => {
      await Promise.all([there.put(1), there.put(2), there.join()]);
    }, [full]),
  ];
  await untilWaiting(empty, 1);
  await untilWaiting(full, 3);
  for (const victim of victims) victim.cancel();
  await Promise.all(victims.map((victim) => victim.wait()));
  await untilWaiting(empty, 0);
  await untilWaiting(full, 0);
  t.deepEqual([full.getNowait(), full.empty()], [0, true], 'what it wanted to put has gone with it');
  empty.putNowait(3);
  t.is(empty.getNowait(), 3);
});

test('queue: a thread that is blocked in any kind of wait leaves no waiter when it is cancelled', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const [empty, full] = [new Queue<number>(), new Queue<number>(1)];
  const [here, there] = Pipe();
  full.putNowait(1);
  const waits = [
    () => pool.apply((queue: Queue<number>) => queue.getSync(), [empty]),
    () => pool.apply((queue: Queue<number>) => queue.getManySync(), [empty]),
    () => pool.apply((queue: Queue<number>) => queue.putSync(2), [full]),
    () => pool.apply((queue: Queue<number>) => queue.joinSync(), [full]),
  ];
  for (const wait of waits) {
    const result = wait();
    await until(() => waiters(empty) + waiters(full) === 1, 'it is blocked');
    result.cancel();
    await t.throwsAsync(result, { instanceOf: CancelledError }, String(wait));
    await until(() => waiters(empty) + waiters(full) === 0, 'it has ended');
  }
  const receiver = pool.apply((end: Connection) => end.recvSync(), [there]);
  receiver.cancel();
  await receiver.wait();
  here.close();
});

test('pipe: a thread that is killed with an end gives EOFError, one that never used it does not', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  for (let round = 0; round < 20; round++) {
    const gate = makeGate();
    const [here, there] = Pipe<number>();
    const victim = pool.apply((end: Connection<number>, word: typeof gate) => {
      end.sendSync(1);
      pass(word);
      end.recvSync();
    }, [there, gate]);
    t.is(await here.recv(), 1);
    signal(gate, 1);
    const end = t.throwsAsync(here.recv(), { instanceOf: EOFError });
    victim.cancel();
    await end;
    here.close();
    there.close();
  }
});
