/** Node's own `worker_threads` messages: what every pool for Node is built on. Big buffers are copied and transferred, the fastest way. */
import { Worker } from 'node:worker_threads';
import { expect, KIBIBYTE, MEBIBYTE, perSecond, type SyncPeer, triangle, warmUp, type Work } from './order.js';

async function send({ count }: Work, post: (worker: Worker, index: number) => void, sum: (count: number) => number): Promise<number> {
  const worker = new Worker(new URL('./workers/receiver.js', import.meta.url));
  const next = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
  await next();
  let rate = 0;
  for (const length of [warmUp(count), count]) {
    const answer = next();
    const start = performance.now();
    worker.postMessage({ expect: length });
    for (let i = 0; i < length; i++) post(worker, i);
    const result = await answer;
    rate = perSecond(length, start);
    expect('messages', result, sum(length));
  }
  await worker.terminate();
  return rate;
}

const kibibyte = new Uint8Array(KIBIBYTE).fill(3);
const mebibyte = new Uint8Array(MEBIBYTE).fill(3);

export const peer: SyncPeer = {
  'queue-int': (work) => send(work, (worker, i) => worker.postMessage(i), triangle),
  'queue-1k': (work) => send(work, (worker) => worker.postMessage(kibibyte), (count) => 3 * count),
  'queue-1m': (work) =>
    send(work, (worker) => {
      const copy = mebibyte.slice();
      worker.postMessage(copy, [copy.buffer]);
    }, (count) => 3 * count),
};
