/**
 * Compiled forms of one function: made at first use for each combination of argument types, kept, and dropped with it.
 */

import { CompileError } from '../errors.js';
import { binding } from '../native/binding.js';
import { type Captured, type Program, programOf } from './captured.js';
import { isTypedArray, numberOf, type TypedArray } from './elements.js';
import { probe } from './probe.js';

/** How compiled code is called; see `Entry` in crates/jit. */
export type EntryKind = 'call' | 'map' | `for${number}` | 'reduce';

/** A variable of the function and the kind of register it is held in. */
export interface VariableReport {
  readonly name: string;
  readonly heldAs: string;
  readonly line: number;
  readonly unit: number;
}

interface ErrorReport {
  readonly name: string;
  readonly unit: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly hint: string;
}

/** What `jitCompile` returns. */
export interface KernelReport {
  readonly error?: ErrorReport;
  readonly kernel: number;
  readonly result: 'nothing' | 'number' | 'boolean' | 'bigint' | 'biguint' | 'tuple';
  readonly length: number;
  readonly output: number;
  readonly writes: readonly boolean[];
  readonly variables: readonly VariableReport[];
  readonly checked: number;
  readonly unchecked: number;
  readonly hoisted: number;
  readonly lanes: number;
  readonly scalarBecause: string;
  readonly inexact: readonly string[];
  readonly random: boolean;
}

/** A kernel ready to run: `arrays` are passed after the arguments. */
export interface Kernel extends KernelReport {
  readonly entry: EntryKind;
  readonly params: readonly string[];
  readonly arrays: readonly TypedArray[];
  readonly program: Program;
}

/** What is asked of the compiler besides the function. */
export interface KernelWish {
  readonly entry: EntryKind;
  /** The arguments: arrays, numbers, booleans, bigints. */
  readonly values: readonly unknown[];
  /** Number of the type of a map's output, or -1. */
  readonly output?: number;
  /** Leaves out the proof that iterations do not write to the same element. */
  readonly unsafe?: boolean;
}

const dropped = new FinalizationRegistry<number>((kernel) => binding.jitDrop(kernel));

/** All compiled forms of a function. */
export class Compiler {
  readonly #fn: Function;
  readonly #kernels = new Map<string, Kernel>();
  readonly #unwrap: (value: Function) => Function;
  readonly #vectorize: boolean;
  #program: Program | undefined;

  constructor(fn: Function, unwrap: (value: Function) => Function, vectorize: boolean) {
    this.#fn = fn;
    this.#unwrap = unwrap;
    this.#vectorize = vectorize;
  }

  /** Forms made so far. */
  get kernels(): readonly Kernel[] {
    return [...this.#kernels.values()];
  }

  /** The form for these arguments. @throws {CompileError} when the function is outside of the subset. */
  kernel({ entry, values, output = -1, unsafe = false }: KernelWish): Kernel {
    const program = this.#captured();
    const params = values.map(paramOf);
    const arrays = [...values.filter(isTypedArray), ...program.arrays];
    const same = aliases(arrays);
    // Constants of a program that can change are part of the key.
    const constants = program.constant ? '' : JSON.stringify(program.units.map(({ values: captured }) => captured), replacer);
    const captured = program.arrays.map(numberOf).join();
    const key = [entry, params.join(), output, unsafe, same.join(), captured, constants].join('|');
    const known = this.#kernels.get(key);
    if (known !== undefined) return program.constant ? known : { ...known, arrays: program.arrays, program };
    const kernel = this.#compile(program, { entry, params, output, unsafe, same });
    this.#kernels.set(key, kernel);
    return kernel;
  }

  #captured(): Program {
    if (this.#program?.constant === true) return this.#program;
    this.#program = programOf(this.#fn, this.#unwrap);
    return this.#program;
  }

  #compile(
    program: Program,
    wish: { entry: EntryKind; params: readonly string[]; output: number; unsafe: boolean; same: readonly number[] },
  ): Kernel {
    probe(program.units.flatMap(({ text, values }) => [text, JSON.stringify(values)]));
    const report = binding.jitCompile({
      units: program.units,
      entry: wish.entry,
      params: wish.params,
      captured: program.arrays.map(numberOf),
      same: wish.same,
      output: wish.output,
      uncheckedRaces: wish.unsafe,
      vectorize: this.#vectorize,
    }) as KernelReport;
    if (report.error !== undefined && report.error !== null) throw compileError(report.error, program);
    const kernel: Kernel = { ...report, entry: wish.entry, params: wish.params, arrays: program.arrays, program };
    dropped.register(this, report.kernel);
    return kernel;
  }
}

/** Not all numbers survive JSON. */
function replacer(key: string, value: unknown): unknown {
  return key === 'number' && (Object.is(value, -0) || !Number.isFinite(value)) ? String(Object.is(value, -0) ? '-0' : value) : value;
}

function compileError({ name, unit, at, line, column, reason, hint }: ErrorReport, program: Program): CompileError {
  const frame = program.frame(unit, at);
  const advice = hint === '' ? '' : `\n\nHint: ${hint}.`;
  return new CompileError(`Cannot compile: ${reason}.\n\n${frame}${advice}\n`, { kind: name, line, column, reason, hint, frame });
}

/** Sizes for which there are compiled forms of their own: products of numbers that are known to be small are exact. */
const SIZES = [8, 12, 16, 20, 24, 31];

/** The bits of a size that holds the numbers below `n`. */
export function bitsFor(n: number): number {
  return SIZES.find((bits) => n <= 2 ** bits) ?? 53;
}

/** The type that a value is compiled for. */
function paramOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      if ((value | 0) !== value || Object.is(value, -0)) return 'number';
      if (value === 0) return 'zero';
      return value > 0 ? `natural${bitsFor(value + 1)}` : 'integer';
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return value > 0x7fff_ffff_ffff_ffffn ? 'biguint' : 'bigint';
    default:
      if (isTypedArray(value)) return `array${numberOf(value)}`;
      throw new TypeError(`Expected arguments to be typed arrays, numbers or booleans, got ${describe(value)}`);
  }
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value === 'object' ? (value.constructor?.name ?? 'an object') : typeof value;
}

/** For each array the first one that is the same memory. @throws {RangeError} when two overlap in another way. */
function aliases(arrays: readonly TypedArray[]): number[] {
  return arrays.map((array, index) => {
    for (let other = 0; other < index; other++) {
      const before = arrays[other] as TypedArray;
      if (before.buffer !== array.buffer || before.length === 0 || array.length === 0) continue;
      const [a, b] = [before.byteOffset, array.byteOffset];
      if (a === b && before.length === array.length && numberOf(before) === numberOf(array)) return other;
      if (a < b + array.byteLength && b < a + before.byteLength) {
        throw new RangeError('Expected arrays that do not overlap: two arguments are different views of the same memory');
      }
    }
    return index;
  });
}

/** Captures of a program, for tests. */
export type { Captured };
