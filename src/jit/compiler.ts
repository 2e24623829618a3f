/**
 * Compiled forms of one function: made at first use for each combination of argument types, kept, and dropped with it.
 */

import { CompileError } from '../errors.js';
import { arrayOf, isMemory, type Memory, type Shape, shapeOf } from './arguments.js';
import { type Captured, type Knowledge, type Program, programOf } from './captured.js';
import { code, codeLater, type CodeRequest, exact } from './code-cache.js';
import { numberOf, type TypedArray } from './elements.js';

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
  /** The code lives as long as this. */
  readonly report: KernelReport;
  readonly entry: EntryKind;
  readonly params: readonly string[];
  /** Of the arrays among the arguments, then of the captured ones. */
  readonly shapes: readonly Shape[];
  readonly arrays: readonly Memory[];
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

/** What is asked of the addon, and the name that its answer has among the forms of this function. */
interface Plan {
  readonly key: string;
  readonly program: Program;
  readonly entry: EntryKind;
  readonly params: readonly string[];
  readonly shapes: readonly Shape[];
  readonly request: CodeRequest;
}

/** Uses after which finding out whether captured variables can change costs less than reading them anew each time. */
const PATIENCE = 64;

/** All compiled forms of a function. */
export class Compiler {
  readonly #fn: Function;
  readonly #kernels = new Map<string, Kernel>();
  readonly #knowledge: Knowledge;
  readonly #vectorize: boolean;
  #program: Program | undefined;
  #uses = 0;

  constructor(fn: Function, knowledge: Knowledge, vectorize: boolean) {
    this.#fn = fn;
    this.#knowledge = knowledge;
    this.#vectorize = vectorize;
  }

  /** Forms made so far. */
  get kernels(): readonly Kernel[] {
    return [...this.#kernels.values()];
  }

  /** The form for these arguments, made on this thread if need be. @throws {CompileError} when the function is outside of the subset. */
  kernel(wish: KernelWish): Kernel {
    const plan = this.#plan(wish);
    return this.#known(plan) ?? this.#keep(plan, code(plan.request));
  }

  /** As `kernel`, but made on a native thread. A form that is there already is used at once. */
  kernelLater(wish: KernelWish, use: (kernel: Kernel) => void, failed: (error: unknown) => void): void {
    const plan = this.#plan(wish);
    const known = this.#known(plan);
    if (known !== undefined) return use(known);
    codeLater(
      plan.request,
      (report) => {
        try {
          use(this.#known(plan) ?? this.#keep(plan, report));
        } catch (error) {
          failed(error);
        }
      },
      failed,
    );
  }

  #known({ key, program }: Plan): Kernel | undefined {
    const known = this.#kernels.get(key);
    return known === undefined || program.constant ? known : { ...known, arrays: program.arrays, program };
  }

  #plan({ entry, values, output = -1, unsafe = false }: KernelWish): Plan {
    const program = this.#captured();
    const params = values.map(paramOf);
    const memory = [...values.filter(isMemory), ...program.arrays];
    const same = aliases(memory.map(arrayOf));
    const shapes = memory.map(shapeOf);
    // Constants of a program that can change are part of the key.
    const constants = program.constant ? '' : JSON.stringify(program.units.map(({ values: captured }) => captured), exact);
    const captured = program.arrays.map((array) => numberOf(arrayOf(array)));
    const key = [entry, params.join(), output, unsafe, same.join(), captured.join(), shapes.join(), constants].join('|');
    const request = {
      units: program.units,
      entry,
      params,
      captured,
      same,
      shapes,
      output,
      uncheckedRaces: unsafe,
      vectorize: this.#vectorize,
    };
    return { key, program, entry, params, shapes, request };
  }

  #captured(): Program {
    if (this.#program?.constant === true) return this.#program;
    this.#program = programOf(this.#fn, this.#knowledge, this.#uses++ >= PATIENCE);
    return this.#program;
  }

  #keep({ key, program, entry, params, shapes }: Plan, report: KernelReport): Kernel {
    if (report.error !== undefined && report.error !== null) throw compileError(report.error, program);
    const kernel: Kernel = { ...report, report, entry, params, shapes, arrays: program.arrays, program };
    this.#kernels.set(key, kernel);
    return kernel;
  }
}

/** See `Compiler`. */
export function makeCompiler(fn: Function, knowledge: Knowledge, vectorize: boolean): Compiler {
  return new Compiler(fn, knowledge, vectorize);
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
      if (isMemory(value)) return `array${numberOf(arrayOf(value))}`;
      throw new TypeError(`Expected arguments to be typed arrays, Values, numbers or booleans, got ${describe(value)}`);
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
