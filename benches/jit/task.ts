/** Kernels with their data: made once per size, brought back to the beginning before each run, compared with JavaScript's result afterwards. */
import { KERNELS } from '../../examples/kernels/index.js';
import { makeLoop } from './loop.js';
import type { Argument, Kernel, Task } from './order.js';

type Elements = Exclude<Argument, number>;

/** A task that knows what should come out. */
export class CheckedTask implements Task {
  readonly name: string;
  readonly size: number;
  readonly count: number;
  readonly kernel: Kernel;
  readonly args: readonly Argument[];
  readonly #initial: readonly Argument[];
  #expected: readonly Argument[] | undefined;

  /** @throws {Error} when there is no such kernel. */
  constructor(name: string, size: number) {
    const found = KERNELS.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no kernel ${name}`);
    this.name = name;
    this.size = size;
    this.count = found.count(size);
    this.kernel = found.kernel as Kernel;
    this.args = found.data(size) as Argument[];
    this.#initial = this.args.map(copy);
  }

  /** The arrays that the kernel writes. */
  get written(): readonly Elements[] {
    const expected = this.#result();
    return this.args.filter((arg, index): arg is Elements => typeof arg !== 'number' && expected[index] !== this.#initial[index]);
  }

  /** The data as it was before the first run. */
  reset(): void {
    for (const [index, arg] of this.args.entries()) {
      if (typeof arg !== 'number') arg.set(this.#initial[index] as Elements);
    }
  }

  /** @throws {Error} when a result differs from JavaScript's by more than the tolerance: 0 is bit by bit, else relative. */
  check(tolerance: number): void {
    for (const [index, expected] of this.#result().entries()) {
      if (!same(this.args[index], expected) && !(tolerance > 0 && near(this.args[index], expected, tolerance))) {
        throw new Error(`wrong result of ${this.name}, argument ${index + 1}`);
      }
    }
  }

  #result(): readonly Argument[] {
    if (this.#expected === undefined) {
      const args = this.#initial.map(copy);
      makeLoop(args.length)(this.kernel, 0, this.count, args);
      // What was only read need not be kept twice.
      this.#expected = args.map((arg, index) => (same(arg, this.#initial[index]) ? (this.#initial[index] as Argument) : arg));
    }
    return this.#expected;
  }
}

function copy(arg: Argument): Argument {
  return typeof arg === 'number' ? arg : arg.slice();
}

function same(one: Argument | undefined, other: Argument | undefined): boolean {
  if (typeof one === 'number' || typeof other === 'number' || one === undefined || other === undefined) return one === other;
  return Buffer.compare(bytes(one), bytes(other)) === 0;
}

function near(one: Argument | undefined, other: Argument | undefined, tolerance: number): boolean {
  if (typeof one === 'number' || typeof other === 'number' || one === undefined || other === undefined) return one === other;
  return one.every((value, index) => {
    const wanted = other[index] ?? Number.NaN;
    return value === wanted || Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
  });
}

/** The memory of an array. */
export function bytes({ buffer, byteOffset, byteLength }: Elements): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
