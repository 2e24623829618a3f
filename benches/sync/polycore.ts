/** polycore: two threads that block in the `…Sync` forms, as Python's do. */
import { Array as SharedArray, Lock, Pipe, Queue, Semaphore, Thread, Value } from 'polycore';
import { expect, KIBIBYTE, MEBIBYTE, perSecond, type SyncPeer, triangle, warmUp, type Work } from './order.js';
import { sumArray } from './sum.js';
import * as work from './workers/threads.js';

/** `count` items to another thread, after a few that do not count; items per second. */
async function queue<T>(
  target: (queue: Queue<T>, answers: Queue<number>, counts: readonly number[]) => void,
  { count }: Work,
  item: (index: number) => T,
  sum: (count: number) => number,
  maxsize: number,
): Promise<number> {
  const [items, answers] = [new Queue<T>(maxsize), new Queue<number>()];
  const counts = [warmUp(count), count];
  const thread = new Thread({ target, args: [items, answers, counts] });
  thread.start();
  answers.getSync();
  let rate = 0;
  for (const length of counts) {
    const start = performance.now();
    for (let i = 0; i < length; i++) items.putSync(item(i));
    const answer = answers.getSync();
    rate = perSecond(length, start);
    expect('queue', answer, sum(length));
  }
  await thread.join();
  return rate;
}

/** Two threads that do the same `count` times each, begun together; operations per second of both. */
async function both<S>(target: (shared: S, said: Queue<number>, go: Queue<number>, counts: readonly number[]) => void, shared: S, count: number): Promise<number> {
  const counts = [warmUp(count), count];
  const threads = [1, 2].map(() => {
    const [said, go] = [new Queue<number>(), new Queue<number>()];
    return { said, go, thread: new Thread({ target, args: [shared, said, go, counts] }) };
  });
  for (const { thread } of threads) thread.start();
  let rate = 0;
  for (const length of counts) {
    for (const { said } of threads) said.getSync();
    const start = performance.now();
    for (const { go } of threads) go.putSync(1);
    for (const { said } of threads) said.getSync();
    rate = perSecond(2 * length, start);
  }
  for (const { thread } of threads) await thread.join();
  return rate;
}

const kibibyte = Buffer.alloc(KIBIBYTE, 3);
const mebibyte = Buffer.alloc(MEBIBYTE, 3);

export const peer: SyncPeer = {
  'queue-int': (order) => queue(work.sumNumbers, order, (i) => i, triangle, 0),
  'queue-1k': (order) => queue(work.sumBuffers, order, () => kibibyte, (count) => 3 * count, 0),
  'queue-1m': (order) => queue(work.sumBuffers, order, () => mebibyte, (count) => 3 * count, 8),

  async 'pipe-pingpong'({ count }) {
    const [here, there] = Pipe();
    const thread = new Thread({ target: work.echoAll, args: [there, warmUp(count) + count] });
    thread.start();
    let took = 0;
    for (const length of [warmUp(count), count]) {
      const start = performance.now();
      for (let i = 0; i < length; i++) {
        here.sendSync(i);
        if (here.recvSync() !== i) throw new Error('wrong result of pipe-pingpong');
      }
      took = ((performance.now() - start) / length) * 1000;
    }
    await thread.join();
    return took;
  },

  lock({ count }) {
    const lock = new Lock();
    let took = 0;
    for (const length of [warmUp(count), count]) {
      const start = performance.now();
      for (let i = 0; i < length; i++) {
        lock.acquireSync();
        lock.release();
      }
      took = ((performance.now() - start) / length) * 1e6;
    }
    return took;
  },

  'lock-contended': ({ count }) => both(work.lockAndUnlock, new Lock(), count),

  async 'value-locked'({ count }) {
    const value = new Value('i', 0);
    const rate = await both(work.addLocked, value, count);
    expect('value-locked', value.value, 2 * (count + warmUp(count)));
    return rate;
  },

  async 'value-add'({ count }) {
    const value = new Value('i', 0);
    const rate = await both(work.addAtomically, value, count);
    expect('value-add', value.value, 2 * (count + warmUp(count)));
    return rate;
  },

  'array-index': ({ count }) => sumArray(new SharedArray('d', 1 << 20), count),

  async 'semaphore-waiters'({ count }) {
    const semaphore = new Semaphore(0);
    const served: number[] = [];
    const start = performance.now();
    const waits = Array.from({ length: count }, async (_, i) => {
      await semaphore.acquire();
      served.push(i);
    });
    for (let i = 0; i < count; i++) semaphore.release();
    await Promise.all(waits);
    const took = ((performance.now() - start) / count) * 1000;
    served.forEach((who, i) => expect('semaphore-waiters', who, i));
    return took;
  },
};
