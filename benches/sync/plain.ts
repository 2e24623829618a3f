/** No library at all: what the engine and the machine give. `queue-1m` is memcpy, `value-add` is `Atomics.add`. */
import { Worker } from 'node:worker_threads';
import { expect, MEBIBYTE, perSecond, type SyncPeer, warmUp } from './order.js';
import { sumArray } from './sum.js';

export const peer: SyncPeer = {
  'array-index': ({ count }) => sumArray(new Float64Array(1 << 20), count),

  'queue-1m'({ count }) {
    const [from, to] = [Buffer.alloc(MEBIBYTE, 3), Buffer.alloc(MEBIBYTE)];
    let rate = 0;
    for (const length of [warmUp(count), count]) {
      const start = performance.now();
      for (let i = 0; i < length; i++) from.copy(to);
      rate = perSecond(length, start);
    }
    expect('memcpy', to[MEBIBYTE - 1], 3);
    return rate;
  },

  async 'value-add'({ count }) {
    const counter = new Int32Array(new SharedArrayBuffer(8));
    const workers = [1, 2].map(() => new Worker(new URL('./workers/adder.js', import.meta.url), { workerData: { counter, counts: [warmUp(count), count] } }));
    const next = (): Promise<unknown> => Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    await next();
    let rate = 0;
    for (const length of [warmUp(count), count]) {
      const done = next();
      const start = performance.now();
      for (const worker of workers) worker.postMessage('go');
      await done;
      rate = perSecond(2 * length, start);
    }
    await Promise.all(workers.map((worker) => worker.terminate()));
    expect('value-add', counter[0], 2 * (count + warmUp(count)));
    return rate;
  },
};
