/**
 * The kernels of examples/kernels in the form of gpu.js: a function of the arguments that returns the element at `this.thread`. What it
 * cannot express is left out: `n-body` changes what it reads, step by step.
 */
import type { GPU, IGPUKernelSettings, IKernelFunctionThis } from 'gpu.js';
import type { Argument } from './order.js';

/** Runs the kernel; its rows or results one after the other are the arrays that the JavaScript form writes. */
export type GpuRun = (args: readonly Argument[]) => readonly Float32Array[];

type This = IKernelFunctionThis;
type Numbers = Float64Array | Uint8Array;

/** Loops whose length it does not know end after so many iterations, 1000 by default. */
const MOST_ITERATIONS = 2 ** 31 - 1;

/** A kernel whose result has the size `output`: a number of elements, or width and height. */
function plain(gpu: GPU, kernel: (this: This, ...args: never[]) => number, output: [number] | [number, number]): GpuRun {
  const run = gpu.createKernel(kernel as never, { output, loopMaxIterations: MOST_ITERATIONS } as IGPUKernelSettings) as unknown as (...args: readonly Argument[]) => Float32Array | Float32Array[];
  const parameters = kernel.length;
  return (args) => {
    const result = run(...args.slice(0, parameters));
    return Array.isArray(result) ? result : [result];
  };
}

/** The normal distribution, for `black-scholes`. */
function normal(x: number): number {
  const k = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
  const tail = 0.3989422804014327 * Math.exp(-0.5 * x * x) * series;
  return x < 0 ? tail : 1 - tail;
}

/** The second result of `black-scholes`: what it is called with. */
function price(value: number): number {
  return value;
}

/** By name of the kernel. */
export const GPU_KERNELS: Readonly<Record<string, (gpu: GPU, args: readonly Argument[], count: number) => GpuRun>> = {
  mandelbrot: (gpu, _, count) =>
    plain(gpu, function (this: This, width: number, height: number, limit: number) {
      const cx = ((this.thread.x % width) / width) * 3 - 2;
      const cy = (Math.floor(this.thread.x / width) / height) * 2 - 1;
      let x = 0;
      let y = 0;
      let n = 0;
      while (n < limit && x * x + y * y <= 4) {
        const next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
        n++;
      }
      return n;
    }, [count]),

  'black-scholes': (gpu, _, count) => {
    gpu.addFunction(normal as never);
    const run = gpu.createKernelMap(
      { call: price },
      function (this: This, spot: number[], strike: number[], years: number[], rate: number, volatility: number) {
        const s = spot[this.thread.x]!;
        const k = strike[this.thread.x]!;
        const t = years[this.thread.x]!;
        const root = volatility * Math.sqrt(t);
        const d1 = (Math.log(s / k) + (rate + 0.5 * volatility * volatility) * t) / root;
        const d2 = d1 - root;
        const discounted = k * Math.exp(-rate * t);
        const value = s * normal(d1) - discounted * normal(d2);
        price(value);
        return value + discounted - s;
      },
      { output: [count] },
    ) as unknown as (...args: readonly Argument[]) => { result: Float32Array; call: Float32Array };
    return (args) => {
      const { call, result } = run(...args.slice(0, 5));
      return [call, result];
    };
  },

  'spectral-norm': (gpu, _, count) =>
    plain(gpu, function (this: This, v: Numbers, n: number) {
      let sum = 0;
      for (let j = 0; j < n; j++) {
        sum += v[j]! / (((this.thread.x + j) * (this.thread.x + j + 1)) / 2 + this.thread.x + 1);
      }
      return sum;
    }, [count]),

  'k-means': (gpu, _, count) =>
    plain(gpu, function (this: This, points: Numbers, centres: Numbers, k: number, dimensions: number) {
      let best = 0;
      let least = Infinity;
      for (let c = 0; c < k; c++) {
        let distance = 0;
        for (let d = 0; d < dimensions; d++) {
          const difference = points[this.thread.x * dimensions + d]! - centres[c * dimensions + d]!;
          distance += difference * difference;
        }
        if (distance < least) {
          least = distance;
          best = c;
        }
      }
      return best;
    }, [count]),

  'monte-carlo-pi': (gpu, _, count) =>
    plain(gpu, function (this: This, samples: number) {
      let state = (Math.imul(this.thread.x + 1, 0x9e3779b1) ^ 0x2545f491) | 1;
      let hits = 0;
      for (let s = 0; s < samples; s++) {
        state = state ^ (state << 13);
        state = state ^ (state >>> 17);
        state = state ^ (state << 5);
        const x = (state >>> 0) / 4294967296;
        state = state ^ (state << 13);
        state = state ^ (state >>> 17);
        state = state ^ (state << 5);
        const y = (state >>> 0) / 4294967296;
        if (x * x + y * y < 1) hits++;
      }
      return hits;
    }, [count]),

  convolution: (gpu, [, , width, height]) =>
    plain(gpu, function (this: This, source: Numbers, weights: Numbers, width: number, height: number) {
      const x = this.thread.x;
      const y = this.thread.y;
      let sum = 0;
      if (y === 0 || y === height - 1 || x === 0 || x === width - 1) {
        sum = source[y * width + x]!;
      } else {
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            sum += source[(y + dy) * width + x + dx]! * weights[(dy + 1) * 3 + dx + 1]!;
          }
        }
      }
      return sum;
    }, [Number(width), Number(height)]),

  matmul: (gpu, [, , n]) =>
    plain(gpu, function (this: This, a: Numbers, b: Numbers, n: number) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[this.thread.y * n + k]! * b[k * n + this.thread.x]!;
      return sum;
    }, [Number(n), Number(n)]),

  'floyd-warshall': (gpu, [, , n]) =>
    plain(gpu, function (this: This, distances: Numbers, k: number, n: number) {
      const direct = distances[this.thread.y * n + this.thread.x]!;
      const through = distances[this.thread.y * n + k]! + distances[k * n + this.thread.x]!;
      return through < direct ? through : direct;
    }, [Number(n), Number(n)]),

  life: (gpu, [, width, height]) =>
    plain(gpu, function (this: This, cells: Numbers, width: number, height: number) {
      const x = this.thread.x;
      const y = this.thread.y;
      const above = ((y + height - 1) % height) * width;
      const here = y * width;
      const below = ((y + 1) % height) * width;
      const left = x === 0 ? width - 1 : x - 1;
      const right = x === width - 1 ? 0 : x + 1;
      const neighbours =
        cells[above + left]! +
        cells[above + x]! +
        cells[above + right]! +
        cells[here + left]! +
        cells[here + right]! +
        cells[below + left]! +
        cells[below + x]! +
        cells[below + right]!;
      return neighbours === 3 || (neighbours === 2 && cells[here + x] === 1) ? 1 : 0;
    }, [Number(width), Number(height)]),

  hash: (gpu, _, count) =>
    plain(gpu, function (this: This, table: Numbers, length: number) {
      let h = 0x811c9dc5 | 0;
      for (let j = 0; j < length; j++) {
        h = h ^ table[this.thread.x * length + j]!;
        h = Math.imul(h, 0x01000193);
      }
      h = h ^ (h >>> 16);
      h = Math.imul(h, 0x85ebca6b);
      h = h ^ (h >>> 13);
      h = Math.imul(h, 0xc2b2ae35);
      h = h ^ (h >>> 16);
      return h;
    }, [count]),

  lyapunov: (gpu, _, count) =>
    plain(gpu, function (this: This, from: number, step: number, rounds: number) {
      const r = from + this.thread.x * step;
      let x = 0.5;
      let sum = 0;
      for (let n = 0; n < rounds; n++) {
        x = r * x * (1 - x);
        sum += Math.log(Math.abs(r - 2 * r * x));
      }
      return sum / rounds;
    }, [count]),
};
