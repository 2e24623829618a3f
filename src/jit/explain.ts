/** `f.explain()`: what the compiler has made of a function, for people and for tests. */

import type { Captured, Program } from './captured.js';
import type { Kernel } from './compiler.js';
import type { Jitted } from './function.js';

/** How one variable is held in compiled code. */
export interface VariableExplanation {
  readonly name: string;
  /** `float64 int32 int64 boolean bigint`. */
  readonly type: string;
  /** Line of its declaration in the text of its function, from 1. */
  readonly line: number;
}

/** One compiled form. */
export interface KernelExplanation {
  /**
   * What it was made for: `map`, `for`, `reduce`, `call`; or a loop of an algorithm with the function inside: `sort.block`,
   * `sort.split`, `sort.merge`, `scan.leaf`, `scan.before`, `scan.inclusive`, `scan.exclusive`, `filter.ask`.
   */
  readonly entry: string;
  /** Types of the arguments; those of the loop when it is one of an algorithm. */
  readonly arguments: readonly string[];
  /** Type of the result; `nothing` of a loop body. */
  readonly result: string;
  /** Those of the function, and of functions it calls. */
  readonly variables: readonly VariableExplanation[];
  /** Reads and writes of typed arrays by how their index is checked; with those of the algorithm's loop. */
  readonly boundsChecks: {
    /** Compared at each access. */
    readonly checked: number;
    /** Proven to be in range, or compared a moment before. */
    readonly proven: number;
    /** Compared once before their loop. */
    readonly hoisted: number;
  };
  /** Whether several elements are computed at once, in how many lanes, or why not. */
  readonly vectorized: { readonly lanes: number } | { readonly lanes: 1; readonly reason: string };
  /** What may differ from the result of JavaScript; empty as a rule. */
  readonly exceptions: readonly string[];
}

/** All compiled forms of a function; as a string a readable report. */
export interface Explanation {
  readonly kernels: readonly KernelExplanation[];
  toString(): string;
}

const NAMES = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
];

/** Explains the forms made so far. */
export function explain({ compiler, loops }: Jitted): Explanation {
  const kernels = [
    ...compiler.kernels.map((kernel) => explainKernel(kernel)),
    ...loops.flatMap(({ name, as, jitted }) => jitted.compiler.kernels.map((kernel) => explainLoop(kernel, name, as))),
  ];
  return { kernels, toString: () => kernels.map(render).join('\n\n') };
}

function explainKernel(kernel: Kernel): KernelExplanation {
  const { lanes, scalarBecause, variables, checked, unchecked, hoisted, inexact, random } = kernel;
  return {
    entry: kernel.entry.startsWith('for') ? 'for' : kernel.entry,
    arguments: argumentNames(kernel),
    result: kernel.entry.startsWith('for') ? 'nothing' : kernel.result,
    variables: variables.map(({ name, heldAs, line }) => ({ name, type: heldAs, line })),
    boundsChecks: { checked, proven: unchecked, hoisted },
    vectorized: lanes > 1 ? { lanes } : { lanes: 1, reason: scalarBecause },
    exceptions: [
      ...inexact.map((name) => `Math.${name}: this engine's routine was not found; the last bits may differ`),
      ...(random ? ['Math.random: a generator of its own for each chunk of the range, seeded for each run'] : []),
    ],
  };
}

/** A loop of an algorithm: of its variables, those of the user's functions. */
function explainLoop(kernel: Kernel, name: string, as: string): KernelExplanation {
  const units = unitsBehind(kernel.program, as);
  return {
    ...explainKernel({ ...kernel, variables: kernel.variables.filter(({ unit }) => units.has(unit)) }),
    entry: name,
    vectorized: { lanes: 1, reason: 'the loops of the algorithms go step by step' },
  };
}

/** The texts that the first one reaches through one of its captured names. */
function unitsBehind({ units }: Program, as: string): Set<number> {
  const found = new Set<number>();
  const visit = ({ kind, number = 0, items = [] }: Captured): void => {
    items.forEach(visit);
    if (kind !== 'function' || found.has(number)) return;
    found.add(number);
    units[number]?.values.forEach(visit);
  };
  const at = units[0]?.names.indexOf(as) ?? -1;
  const start = units[0]?.values[at];
  if (start !== undefined) visit(start);
  return found;
}

function argumentNames({ params, shapes }: Kernel): string[] {
  let arrays = 0;
  return params.map((param) => {
    const shape = param.startsWith('array') ? shapes[arrays++] : 0;
    return shape === 1 ? `Value of ${nameOf(param)}` : shape === 2 ? 'Value of boolean' : nameOf(param);
  });
}

function nameOf(param: string): string {
  const number = /^array(\d+)$/.exec(param)?.[1];
  return number === undefined ? param : (NAMES[Number(number)] ?? param);
}

function render(kernel: KernelExplanation): string {
  const { checked, proven, hoisted } = kernel.boundsChecks;
  const lines = [
    `${kernel.entry}(${kernel.arguments.join(', ')}): ${kernel.result}`,
    ...kernel.variables.map(({ name, type, line }) => `  ${name}: ${type} (line ${line})`),
    `  bounds checks: ${checked} in place, ${hoisted} before their loop, ${proven} not needed`,
    'reason' in kernel.vectorized
      ? `  not vectorized: ${kernel.vectorized.reason}`
      : `  vectorized: ${kernel.vectorized.lanes} lanes`,
    ...kernel.exceptions.map((text) => `  exception: ${text}`),
  ];
  return lines.join('\n');
}
