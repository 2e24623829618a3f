/** V8: the kernel as JavaScript in this thread. */
import { makeLoop } from './loop.js';
import { timeSort } from './numbers.js';
import type { JitPeer } from './order.js';

const loops = new Map<string, ReturnType<typeof makeLoop>>();

export const peer: JitPeer = {
  run({ name, kernel, count, args }) {
    let loop = loops.get(name);
    if (loop === undefined) loops.set(name, (loop = makeLoop(args.length)));
    const start = performance.now();
    loop(kernel, 0, count, args);
    return performance.now() - start;
  },
  measures: { sort: ({ size }) => timeSort(size, (array) => array.sort()) },
};
