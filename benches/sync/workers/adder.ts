/** A thread of plain.ts: adds 1 atomically, as often as it is told. */
import { parentPort, workerData } from 'node:worker_threads';

const { counter, counts } = workerData as { counter: Int32Array; counts: number[] };
parentPort?.on('message', () => {
  const count = counts.shift() ?? 0;
  for (let i = 0; i < count; i++) Atomics.add(counter, 0, 1);
  parentPort?.postMessage('done');
});
parentPort?.postMessage('ready');
