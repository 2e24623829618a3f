/** piscina: workers over the same shared memory, each told a range of the iterations, several ranges for each worker. */
import { Piscina } from 'piscina';
import type { JitPeer, Task } from './order.js';

let pool: Piscina | undefined;

/** Ranges for each worker: enough to even out, few enough not to cost. */
const RANGES = 8;

/** The range a worker is told. */
export interface Range {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly args: Task['args'];
}

async function run({ name, count, args }: Task, threads: number): Promise<number> {
  const start = performance.now();
  const filename = new URL('./workers/piscina.js', import.meta.url).href;
  pool ??= new Piscina({ filename, minThreads: threads, maxThreads: threads });
  const length = Math.ceil(count / (threads * RANGES));
  const ranges: Promise<unknown>[] = [];
  for (let from = 0; from < count; from += length) {
    const range: Range = { name, from, to: Math.min(from + length, count), args };
    ranges.push(pool.run(range));
  }
  await Promise.all(ranges);
  return performance.now() - start;
}

export const peer: JitPeer = { run, close: () => pool?.destroy() };
