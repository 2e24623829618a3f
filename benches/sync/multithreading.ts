/** multithreading: its `Mutex` in the blocking form within one thread, and in the awaited one between two. */
import '../peers/globals.js';
import { initRuntime, move, Mutex, spawn } from 'multithreading';
import { expect, perSecond, type SyncPeer, warmUp } from './order.js';

initRuntime({ maxWorkers: 2 });

async function increments(count: number): Promise<{ rate: number; value: number }> {
  const numbers = new Int32Array(new SharedArrayBuffer(4));
  const mutex = new Mutex(numbers);
  let rate = 0;
  for (const length of [warmUp(count), count]) {
    const start = performance.now();
    const both = [1, 2].map(() =>
      spawn(move(mutex, length), async (shared, times) => {
        for (let i = 0; i < times; i++) {
          const guard = await shared.lock();
          (guard.value as Int32Array)[0] += 1;
          guard.dispose();
        }
      }).join(),
    );
    for (const outcome of await Promise.all(both)) if (!outcome.ok) throw outcome.error;
    rate = perSecond(2 * length, start);
  }
  return { rate, value: numbers[0] as number };
}

export const peer: SyncPeer = {
  async lock({ count }) {
    const mutex = new Mutex(new Int32Array(new SharedArrayBuffer(4)));
    let took = 0;
    for (const length of [warmUp(count), count]) {
      const start = performance.now();
      for (let i = 0; i < length; i++) (await mutex.lock()).dispose();
      took = ((performance.now() - start) / length) * 1e6;
    }
    return took;
  },

  async 'value-locked'({ count }) {
    const { rate, value } = await increments(count);
    expect('value-locked', value, 2 * (count + warmUp(count)));
    return rate;
  },
};
