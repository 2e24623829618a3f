/**
 * gpu.js in CPU mode: the kernels in its form, a function that returns one element of the result (gpu-kernels.ts). Its results are floats of 32
 * bits. In this mode it runs in one thread.
 */
import { GPU } from 'gpu.js';
import { GPU_KERNELS, type GpuRun } from './gpu-kernels.js';
import type { JitPeer } from './order.js';

const gpu = new GPU({ mode: 'cpu' });
const made = new Map<string, GpuRun>();
let results: readonly Float32Array[] = [];

export const peer: JitPeer = {
  tolerance: () => 1e-6,

  run({ name, args, count }) {
    let kernel = made.get(name);
    if (kernel === undefined) {
      const make = GPU_KERNELS[name];
      if (make === undefined) throw new Error(`no ${name} here`);
      made.set(name, (kernel = make(gpu, args, count)));
    }
    const start = performance.now();
    const result = kernel(args);
    const spent = performance.now() - start;
    results = result;
    return spent;
  },

  collect(written) {
    let [row, at] = [0, 0];
    for (const array of written) {
      for (let i = 0; i < array.length; i++, at++) {
        while (at >= (results[row]?.length ?? Infinity)) [row, at] = [row + 1, 0];
        array[i] = results[row]?.[at] ?? Number.NaN;
      }
    }
  },
};
