/**
 * A function by value: its source text and the captured variables it reads, with the values they have now.
 *
 * Names come from the parser (`analysis.ts`), values from the scopes the inspector shows, innermost first; a name that is
 * in no scope is a global and stays free. Everything that cannot mean the same elsewhere is refused here, with the place.
 */

import { PicklingError } from '../errors.js';
import { type FreeVariable, type FunctionReport, type SourceProblem, analyze, isNative, textOf } from './analysis.js';
import { isConstructor } from './constructor.js';
import { frameIn } from './frame.js';
import { type Scope } from './inspector.js';
import { type Origin, originOf } from './origin.js';
import type { Form, Plan } from './rebuild.js';
import { type Found } from './reference.js';
import type { Script } from './script.js';

/** One captured variable. */
export interface Capture {
  readonly name: string;
  readonly value: unknown;
  readonly origin: Origin;
  /** Wanted before the function is made. */
  readonly early: boolean;
  /** The variable can never get another value. */
  readonly constant: boolean;
  /** Where it is used first, in the function's text. */
  readonly at: number;
}

/** A function taken apart. */
export interface Portrait {
  readonly fn: Function;
  readonly label: string;
  readonly report: FunctionReport;
  readonly plan: Omit<Plan, 'early' | 'late'>;
  readonly early: readonly Capture[];
  readonly late: readonly Capture[];
  /** Its prototype has more than its text shows. */
  readonly constructs: boolean;
  /** Renders the place of an offset of the text. */
  readonly frame: (at: number) => string;
}

/** Name under which `import.meta` travels; as long as what it replaces, so that columns stay. */
const META = '$importMeta';
/** Name under which the base of a class travels. */
const BASE = '$base';

const PROBLEMS: Record<SourceProblem['kind'], (isArrow: boolean) => string> = {
  this: (isArrow) =>
    isArrow
      ? 'it reads `this` of the code around it. Pass what it needs as an argument'
      : 'it reads `this`, and a method travels without its object. Pass the object as an argument',
  super: () => 'it reads `super`, and a method travels without its object. Pass the object as an argument',
  arguments: () => 'it reads `arguments` of the function around it. Copy them to a variable first',
  'new.target': () => 'it reads `new.target` of the function around it. Copy it to a variable first',
  '#name': () => 'it reads a private name of the class around it. Use a public member',
};

/** Takes a function apart. @throws {PicklingError} naming what keeps it from travelling, with a code frame. */
export function portrait(fn: Function, { inspection, script }: Found): Portrait {
  const text = textOf(fn);
  const label = labelOf(fn);
  if (isNative(text) || inspection === undefined || inspection.place === null) throw native(fn, label);
  if (script?.isInternal === true) throw native(fn, label);
  const report = analyze(text);
  const start = script === undefined ? -1 : script.startOf(text, inspection.place);
  const position = script !== undefined && start >= 0 ? script.position(start) : inspection.place;
  const file = script === undefined || script.url === '' ? '<anonymous>' : script.url;
  const frame = (at: number): string => frameIn(script, text, start, at, { file, ...position });
  if (report.error !== undefined) throw refused(label, `its source cannot be read (${report.error})`, frame(0));
  const [problem] = report.problems;
  if (problem !== undefined) {
    throw refused(label, PROBLEMS[problem.kind](report.form === 'arrow'), frame(problem.at));
  }
  const captures = capturesOf(fn, report, { scopes: inspection.scopes, script, start, label, frame });
  return {
    fn,
    label,
    report,
    plan: {
      text: portable(text, report),
      form: formOf(report),
      ownName: report.form === 'function' ? (report.ownName ?? '') : '',
      url: script?.url ?? '',
      line: position.line,
      column: position.column,
      strict: report.strict || (script?.isStrict(Math.max(0, start)) ?? false),
      dynamicImport: report.dynamicImport,
    },
    early: captures.filter(({ early }) => early),
    late: captures.filter(({ early }) => !early),
    constructs: report.form === 'function' && isConstructor(fn),
    frame,
  };
}

/** `function sum`, `class Job`, or `an anonymous function`. */
export function labelOf(fn: Function): string {
  const name = Object.getOwnPropertyDescriptor(fn, 'name')?.value as unknown;
  const kind = textOf(fn).startsWith('class') ? 'class' : 'function';
  if (typeof name === 'string' && name.startsWith('bound ')) return name === 'bound ' ? 'a bound function' : `"${name}"`;
  if (typeof name === 'string' && name !== '') return `${kind} ${name}`;
  return kind === 'class' ? 'an anonymous class' : 'an anonymous function';
}

interface Surroundings {
  readonly scopes: readonly Scope[];
  readonly script: Script | undefined;
  readonly start: number;
  readonly label: string;
  readonly frame: (at: number) => string;
}

function capturesOf(fn: Function, report: FunctionReport, around: Surroundings): Capture[] {
  const captures: Capture[] = [];
  const top = topOf(around.scopes);
  for (const free of report.free) {
    const index = around.scopes.findIndex(({ object }) => object !== globalThis && hasVariable(object, free.name));
    if (index < 0) {
      if (free.eager) requireGlobal(free, around);
      continue;
    }
    if (free.writtenAt >= 0) {
      const reason = `it assigns the captured variable "${free.name}", and the assignment would be lost. Return the new value`;
      throw refused(around.label, reason, around.frame(free.writtenAt));
    }
    const capture = captureOf(free, around.scopes[index]!, index === top, around);
    if (capture !== undefined) captures.push(capture);
  }
  if (report.metas.length > 0) {
    const origin: Origin = { kind: 'meta', url: around.script?.url ?? '' };
    captures.push({ name: META, value: undefined, origin, early: true, constant: true, at: report.metas[0]! });
  }
  if (report.heritage.length > 0) {
    const base = Object.getPrototypeOf(fn) as unknown;
    const at = report.heritage[0]!;
    captures.push({ name: BASE, value: base, origin: { kind: 'value' }, early: true, constant: true, at });
  }
  const own = ownName(fn, report, around);
  if (own !== undefined) captures.push(own);
  return captures;
}

/** V8 keeps the variables closures read; what only the definition of a class reads (computed keys) may be gone. */
function requireGlobal(free: FreeVariable, { label, frame }: Surroundings): void {
  if (free.name in globalThis) return;
  const reason = `its definition reads "${free.name}", which the engine has not kept. Export the class`;
  throw refused(label, reason, frame(free.at));
}

function captureOf(free: FreeVariable, scope: Scope, isTop: boolean, { script }: Surroundings): Capture | undefined {
  let value: unknown;
  try {
    value = scope.object[free.name];
  } catch {
    return undefined; // Declared further down and not initialized yet: left free, a ReferenceError at the call, as here.
  }
  const origin = originOf(free.name, value, isTop, script);
  const isPrimitive = (typeof value !== 'object' || value === null) && typeof value !== 'function';
  const early = free.eager || origin.kind !== 'value' || isPrimitive;
  const settled = origin.kind !== 'value' || (value !== undefined && script?.isUnstable(free.name) === false);
  return { name: free.name, value, origin, early, constant: settled, at: free.at };
}

/**
 * A declared function whose variable has been given another value (`fib = memoize(fib)`) calls that one. A function
 * expression's name is its own and nothing else.
 */
function ownName(fn: Function, report: FunctionReport, { scopes, script, start }: Surroundings): Capture | undefined {
  const { ownName: name, form } = report;
  if (name === undefined || form !== 'function' || !report.ownNameUsed || report.ownNameWritten) return undefined;
  const scope = scopes.find(({ object }) => object !== globalThis && hasVariable(object, name));
  if (scope === undefined) return undefined;
  const value = scope.object[name];
  if (value === fn || value === undefined || start < 0 || script?.isNamedExpression(start) !== false) return undefined;
  return { name, value, origin: { kind: 'value' }, early: false, constant: false, at: 0 };
}

/** Index of the scope with the top level of a module. */
function topOf(scopes: readonly Scope[]): number {
  for (let index = scopes.length - 1; index >= 0; index -= 1) {
    const { description, object } = scopes[index]!;
    if (object !== globalThis && description !== 'Global' && description !== 'Script') return index;
  }
  return -1;
}

/** An object of a `with` statement may inherit its variables; all other scopes are bare. */
function hasVariable(object: object, name: string): boolean {
  return Object.getPrototypeOf(object) === null ? Object.hasOwn(object, name) : name in object;
}

function formOf({ form, ownName: name }: FunctionReport): Form {
  if (form === 'function' && name !== undefined) return 'declaration';
  return form === 'method' || form === 'getter' || form === 'setter' ? form : 'expression';
}

/** The text as it can be evaluated anywhere: `import.meta` is a variable, a computed key is a plain one. */
function portable(text: string, { metas, key, replaceKey, heritage }: FunctionReport): string {
  let out = text;
  for (let index = 0; index < metas.length; index += 2) out = fill(out, metas[index]!, metas[index + 1]!, META);
  if (heritage.length > 0) out = fill(out, heritage[0]!, heritage[1]!, ` ${BASE} `);
  return replaceKey ? fill(out, key[0]!, key[1]!, 'f') : out;
}

/** Replaces a part without moving what follows. */
function fill(text: string, start: number, end: number, replacement: string): string {
  const lines = text.slice(start, end).split('\n').length - 1;
  const padding = `${'\n'.repeat(lines)}${' '.repeat(Math.max(0, end - start - lines - replacement.length))}`;
  return `${text.slice(0, start)}${replacement}${padding}${text.slice(end)}`;
}

/** The error for a function that cannot travel. */
export function refused(label: string, reason: string, frame: string): PicklingError {
  return new PicklingError(`Cannot send ${label} to another thread: ${reason}.\n\n${frame}\n`);
}

function native(fn: Function, label: string): PicklingError {
  const bound = fn.name.startsWith('bound ');
  const what = bound ? 'it is a bound function' : 'it is native code that is neither a global nor an export of a Node module';
  const hint = bound ? 'Send an arrow that calls the function' : 'Export a function that calls it';
  return new PicklingError(`Cannot send ${label} to another thread: ${what}. ${hint}.`);
}
