/**
 * The script a function comes from: address, text, lines, and what its top level declares (crates/closure).
 */

import { readFileSync } from 'node:fs';
import { binding } from '../native/binding.js';
import { analyze } from './analysis.js';
import { type Inspection, type Place, type Scope, type ScriptText, scriptText, scriptUrl } from './inspector.js';
import { type Factory, factoryOf, isRebuilt } from './rebuild.js';

/** A top-level name bound to a module or a part of it. */
export interface ModuleImport {
  readonly local: string;
  readonly specifier: string;
  readonly path: readonly string[];
  readonly kind: 'import' | 'require' | 'interop';
}

/** An export the script declares; `span` (start, end) for a default export without a name. */
export interface ModuleExport {
  readonly name: string;
  readonly local?: string;
  readonly span: readonly number[];
}

interface ModuleReport {
  readonly error?: string;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  readonly unstable: readonly string[];
  readonly strict: readonly number[];
  readonly namedExpressions: readonly number[];
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

/** One script of this isolate. */
export class Script {
  /** `file:///…`, `node:…`, `data:…`, or empty (eval, `new Function`). */
  readonly url: string;
  readonly isModule: boolean;
  readonly source: string;
  /** Set if the script is the surroundings that `rebuild` made for a function that travelled here. */
  readonly factory: Factory | undefined;
  /** All exports are initialized and never assigned: their values, looked up once. */
  settled: ReadonlyMap<unknown, string> | undefined;
  #lines: number[] | undefined;
  #report: ModuleReport | undefined;
  #imports: Map<string, ModuleImport> | undefined;
  #unstable: Set<string> | undefined;

  constructor({ url, isModule, source }: ScriptText) {
    this.factory = factoryOf(source);
    this.url = this.factory?.url ?? url;
    this.isModule = isModule;
    this.source = source;
  }

  /** True for Node's own scripts. */
  get isInternal(): boolean {
    return this.url.startsWith('node:');
  }

  /** The script is a file, hence can be loaded somewhere else. */
  get isFile(): boolean {
    return this.url.startsWith('file:');
  }

  /** A nameless default export is a function, so that its text tells it. */
  isFunction({ span: [start = 0, end = 0] }: ModuleExport): boolean {
    return analyze(this.source.slice(start, end)).error === undefined;
  }

  get exports(): readonly ModuleExport[] {
    return this.#analyzed().exports;
  }

  /** The module a top-level name stands for. */
  importOf(local: string): ModuleImport | undefined {
    this.#imports ??= new Map(this.#analyzed().imports.map((item) => [item.local, item]));
    return this.#imports.get(local);
  }

  /** Some variable of that name is assigned after its declaration. */
  isUnstable(name: string): boolean {
    this.#unstable ??= new Set(this.#analyzed().unstable);
    return this.#unstable.has(name) || this.#analyzed().error !== undefined;
  }

  /** Code at this offset is strict. */
  isStrict(offset: number): boolean {
    if (this.isModule) return true;
    if (this.factory?.strict === true) return true;
    const { strict } = this.#analyzed();
    for (let index = 0; index < strict.length; index += 2) {
      if (strict[index]! <= offset && offset < strict[index + 1]!) return true;
    }
    return false;
  }

  /** A function expression with a name of its own (not a declaration) starts there. */
  isNamedExpression(start: number): boolean {
    return this.#analyzed().namedExpressions.includes(start);
  }

  /** Where the text of a function begins in the source, -1 if it is not found. */
  startOf(text: string, place: Place): number {
    const offset = this.#offset(place);
    const start = this.source.lastIndexOf(text, offset);
    return start >= 0 && start + text.length >= offset ? start : -1;
  }

  /** Line and column, from 0, of an offset; for rebuilt code those of the original. */
  position(offset: number): { line: number; column: number } {
    const lines = this.#lineStarts();
    let low = 0;
    for (let high = lines.length; low + 1 < high; ) {
      const middle = (low + high) >> 1;
      if (lines[middle]! <= offset) low = middle;
      else high = middle;
    }
    const column = offset - lines[low]!;
    if (this.factory === undefined) return { line: low, column };
    return { line: this.factory.line + low, column: low === 0 ? this.factory.column + column : column };
  }

  #offset({ line, column }: Place): number {
    const { factory } = this;
    const row = factory === undefined ? line : line - factory.line;
    const shift = factory !== undefined && row === 0 ? factory.column : 0;
    return (this.#lineStarts()[row] ?? 0) + column - shift;
  }

  #lineStarts(): number[] {
    if (this.#lines === undefined) {
      this.#lines = [0];
      for (const end of this.source.matchAll(LINE_END)) this.#lines.push(end.index + end[0].length);
    }
    return this.#lines;
  }

  #analyzed(): ModuleReport {
    this.#report ??= binding.analyzeModule(this.source, this.isModule) as ModuleReport;
    return this.#report;
  }
}

const scripts = new Map<string, Script>();

/** The script a function comes from. @param text the function's own text. */
export function scriptOf({ place, scopes }: Inspection & { readonly place: Place }, text: string): Script {
  const { scriptId } = place;
  let script = scripts.get(scriptId);
  if (script === undefined) {
    script = onDisk(place, scopes, text) ?? new Script(scriptText(scriptId));
    scripts.set(scriptId, script);
  }
  return script;
}

/**
 * The script as its file has it. Right only if no loader has changed the text; it has not if the function is found there
 * at the very place where V8 has it. Saves asking the debugger.
 */
function onDisk(place: Place, scopes: readonly Scope[], text: string): Script | undefined {
  const url = scriptUrl(place.scriptId);
  if (url?.startsWith('node:')) return new Script({ url, isModule: false, source: '' });
  if (url === undefined || isRebuilt(url) || !/^file:.*\.[cm]?js$/.test(url)) return undefined;
  try {
    const source = readFileSync(new URL(url), 'utf8');
    const isModule = scopes.some(({ description }) => description === 'Module');
    const script = new Script({ url, isModule, source });
    return script.startOf(text, place) >= 0 ? script : undefined;
  } catch {
    return undefined;
  }
}
