/**
 * What the source text of a function says (crates/closure), remembered by text.
 */

import { binding } from '../native/binding.js';

/** A name a function uses but does not declare; offsets are UTF-16 units of the function's text. */
export interface FreeVariable {
  readonly name: string;
  readonly at: number;
  /** First assignment, -1 if there is none. */
  readonly writtenAt: number;
  /** Needed to evaluate a class text. */
  readonly eager: boolean;
}

/** Something of the surroundings a function uses that cannot travel. */
export interface SourceProblem {
  readonly kind: 'this' | 'super' | 'arguments' | 'new.target' | '#name';
  readonly at: number;
}

export interface FunctionReport {
  /** Why the text is no function, else absent. */
  readonly error?: string;
  readonly form: 'arrow' | 'function' | 'class' | 'method' | 'getter' | 'setter';
  readonly key: readonly number[];
  readonly replaceKey: boolean;
  /** Start and end of what a class extends, or empty. */
  readonly heritage: readonly number[];
  readonly ownName?: string;
  readonly ownNameUsed: boolean;
  readonly ownNameWritten: boolean;
  readonly free: readonly FreeVariable[];
  readonly problems: readonly SourceProblem[];
  /** Start and end of each `import.meta`, flat. */
  readonly metas: readonly number[];
  readonly dynamicImport: boolean;
  readonly privateMembers: boolean;
  readonly staticFields: readonly string[];
  readonly strict: boolean;
}

/** Texts remembered; beyond that the oldest is forgotten. */
const LIMIT = 4096;
const reports = new Map<string, FunctionReport>();

/** The report of a function's text. */
export function analyze(text: string): FunctionReport {
  const known = reports.get(text);
  if (known !== undefined) return known;
  const report = binding.analyzeFunction(text) as FunctionReport;
  if (reports.size >= LIMIT) forgetOldest();
  reports.set(text, report);
  return report;
}

function forgetOldest(): void {
  for (const text of reports.keys()) {
    reports.delete(text);
    return;
  }
}

/** No function of a script can end so: it is not JavaScript. */
const NATIVE = /\{\s*\[native code\]\s*\}$/;

/** The text of a function, as JavaScript gives it. */
export function textOf(fn: Function): string {
  return Function.prototype.toString.call(fn);
}

/** True for functions of the engine, bound functions and proxies: there is no source. */
export function isNative(text: string): boolean {
  return text.length < 512 && NATIVE.test(text);
}

/**
 * True if instances of the class have `#private` members, declared by it or by a class it extends: such an instance cannot
 * be rebuilt from its properties. `base` and what that extends do not count.
 */
export function hasPrivateState(ctor: Function, base?: unknown): boolean {
  for (let level: unknown = ctor; typeof level === 'function' && level !== base; level = Object.getPrototypeOf(level)) {
    const text = textOf(level);
    if (text.startsWith('class') && text.includes('#') && analyze(text).privateMembers) return true;
  }
  return false;
}
