/**
 * The captured names of a function that is to be compiled, and their values: numbers and booleans become constants of the
 * code, typed arrays arguments, functions further texts.
 */

import { GLOBAL } from '../pickle/builtins.js';
import { builtinOf, frameIn, inspect, isNative, scriptOf, textOf } from '../pickle/inspection.js';
import type { Inspection, Scope } from '../pickle/inspector.js';
import type { Script } from '../pickle/script.js';
import { binding } from '../native/binding.js';
import { isMemory, type Memory } from './arguments.js';

/** A captured value as the compiler takes it; see `JitCapture` of the addon. */
export interface Captured {
  readonly kind:
    | 'number'
    | 'boolean'
    | 'bigint'
    | 'undefined'
    | 'array'
    | 'tuple'
    | 'function'
    | 'global'
    | 'object'
    | 'coverage'
    | 'identity'
    | 'other';
  readonly number?: number;
  readonly text?: string;
  readonly names?: string[];
  readonly items?: Captured[];
}

/** One text and what it captures. */
export interface UnitRequest {
  readonly text: string;
  readonly names: string[];
  readonly values: Captured[];
}

/** A function and all it calls, as texts. */
export interface Program {
  readonly units: readonly UnitRequest[];
  readonly arrays: readonly Memory[];
  /** No captured variable can get another value. */
  readonly constant: boolean;
  /** Renders a place of one of the texts. */
  readonly frame: (unit: number, at: number) => string;
}

/** Longest captured array that becomes a constant; longer ones are passed as copies. */
const TUPLE = 16;
const COVERAGE = /^cov_[a-z0-9]+$/;

/** What is known of functions without asking the engine. */
export interface Knowledge {
  /** The function behind a compiled one. */
  readonly unwrap: (value: Function) => Function;
  /** All that a function captures, which never changes; undefined of functions of the user. */
  readonly capturedBy: (fn: Function) => Readonly<Record<string, unknown>> | undefined;
}

/**
 * Finds the captured values of a function as they are now.
 *
 * Whether captured variables can change is to be seen in their script only, which V8 takes 5 to 50 ms to hand over: unless
 * `decides`, they are taken for changing.
 */
export function programOf(fn: Function, knowledge: Knowledge, decides: boolean): Program {
  const collector = new Collector(knowledge, decides);
  collector.add(fn);
  collector.run();
  return collector;
}

/** Where a text comes from; the engine is asked when it has to be: an inspection takes 0.1 ms. */
class Source {
  readonly text: string;
  readonly #fn: Function;
  #inspection: Inspection | undefined;
  #script: Script | undefined;
  #isKnown = false;

  constructor(fn: Function, text: string) {
    this.#fn = fn;
    this.text = text;
  }

  get #found(): Inspection {
    return (this.#inspection ??= isNative(this.text) ? { place: null, scopes: [] } : inspect(this.#fn));
  }

  get scopes(): readonly Scope[] {
    return this.#found.scopes;
  }

  get script(): Script | undefined {
    const { place, scopes } = this.#found;
    if (!this.#isKnown && place !== null) this.#script = scriptOf({ place, scopes }, this.text);
    this.#isKnown = true;
    return this.#script;
  }

  /** Offset of the text in its script, or -1. */
  get start(): number {
    const { place } = this.#found;
    return place === null ? -1 : (this.script?.startOf(this.text, place) ?? -1);
  }
}

class Collector implements Program {
  readonly units: UnitRequest[] = [];
  readonly arrays: Memory[] = [];
  constant = true;
  readonly #knowledge: Knowledge;
  readonly #decides: boolean;
  readonly #functions: Function[] = [];
  readonly #sources: Source[] = [];

  constructor(knowledge: Knowledge, decides: boolean) {
    this.#knowledge = knowledge;
    this.#decides = decides;
  }

  frame = (unit: number, at: number): string => {
    const source = this.#sources[unit];
    if (source === undefined) return '';
    const { script, start, text } = source;
    const place = script !== undefined && start >= 0 ? script.position(start) : { line: 0, column: 0 };
    return frameIn(script, text, start, at, { file: script?.url || '<anonymous>', ...place });
  };

  /** Index of the unit of a function; it is filled by `run`. */
  add(fn: Function): number {
    const known = this.#functions.indexOf(fn);
    return known >= 0 ? known : this.#functions.push(fn) - 1;
  }

  run(): void {
    for (let index = 0; index < this.#functions.length; index++) this.#unit(this.#functions[index] as Function);
  }

  #unit(fn: Function): void {
    const text = textOf(fn);
    const source = new Source(fn, text);
    this.#sources.push(source);
    const names: string[] = [];
    const values: Captured[] = [];
    const roots: Members = isNative(text) ? new Map() : rootsOf(text);
    const declared = this.#knowledge.capturedBy(fn);
    // A bundler may have given the variables other names; then the engine is asked after all.
    const captured = declared !== undefined && Object.keys(declared).every((name) => roots.has(name)) ? declared : undefined;
    for (const [name, members] of roots) {
      if (captured !== undefined) {
        if (!Object.hasOwn(captured, name)) continue;
        names.push(name);
        values.push(this.#value(captured[name], members, name));
        continue;
      }
      const scope = source.scopes.find(({ object }) => object !== globalThis && hasVariable(object, name));
      if (scope === undefined) continue;
      names.push(name);
      values.push(this.#variable(name, members, scope, source));
    }
    this.units.push({ text, names, values });
  }

  #variable(name: string, members: Members, { object }: Scope, source: Source): Captured {
    if (COVERAGE.test(name)) return { kind: 'coverage' };
    let value: unknown;
    try {
      value = object[name];
    } catch {
      this.constant = false;
      return { kind: 'other', text: `\`${name}\`, which has no value yet,` };
    }
    if (name === '__name' && typeof value === 'function') return { kind: 'identity' };
    if (this.constant && (value === undefined || !this.#decides || source.script?.isUnstable(name) !== false)) this.constant = false;
    return this.#value(value, members, name);
  }

  #value(value: unknown, members: Members, path: string): Captured {
    switch (typeof value) {
      case 'number':
        return { kind: 'number', number: value };
      case 'boolean':
        return { kind: 'boolean', number: value ? 1 : 0 };
      case 'bigint':
        return { kind: 'bigint', text: String(value) };
      case 'undefined':
        return { kind: 'undefined' };
      case 'function':
        return this.#function(this.#knowledge.unwrap(value), members, path);
      case 'object':
        return value === null ? { kind: 'other', text: `\`${path}\`, which is null,` } : this.#object(value, members, path);
      default:
        return { kind: 'other', text: `\`${path}\`, a ${typeof value},` };
    }
  }

  #function(fn: Function, members: Members, path: string): Captured {
    const builtin = isNative(textOf(fn)) ? builtinOf(fn) : null;
    if (builtin?.url === GLOBAL) return { kind: 'global', text: builtin.name };
    if (isNative(textOf(fn))) return { kind: 'other', text: `\`${path}\`, a native or bound function,` };
    // A namespace compiled to a function with members (`Math` never is one).
    if (members.size > 0) return this.#members(fn, members, path);
    return { kind: 'function', number: this.add(fn) };
  }

  #object(value: object, members: Members, path: string): Captured {
    if (value === Math) return { kind: 'global', text: 'Math' };
    if (isMemory(value)) {
      const known = this.arrays.indexOf(value);
      return { kind: 'array', number: known >= 0 ? known : this.arrays.push(value) - 1 };
    }
    // Its contents may change between two calls.
    this.constant = false;
    if (Array.isArray(value)) return this.#array(value, path);
    return this.#members(value, members, path);
  }

  #array(value: readonly unknown[], path: string): Captured {
    if (value.length > 0 && value.length <= TUPLE) {
      return { kind: 'tuple', items: value.map((item, index) => this.#value(item, new Map(), `${path}[${index}]`)) };
    }
    if (!value.every((item) => typeof item === 'number')) return { kind: 'other', text: `\`${path}\`, an array of other than numbers,` };
    return { kind: 'array', number: this.arrays.push(Float64Array.from(value)) - 1 };
  }

  #members(value: object, members: Members, path: string): Captured {
    const names: string[] = [];
    const items: Captured[] = [];
    for (const [name, inner] of members) {
      names.push(name);
      items.push(this.#value(Reflect.get(value, name), inner, `${path}.${name}`));
    }
    if (names.length === 0) return { kind: 'other', text: `\`${path}\`, an object,` };
    return { kind: 'object', names, items };
  }
}

/** The members of a name that a text reads. */
type Members = Map<string, Members>;

const known = new Map<string, Members>();
const LIMIT = 1024;

function rootsOf(text: string): Members {
  let roots = known.get(text);
  if (roots === undefined) {
    roots = new Map();
    for (const path of scan(text)) {
      let level: Members = roots;
      for (const part of path.split('.')) {
        let next = level.get(part);
        if (next === undefined) level.set(part, (next = new Map()));
        level = next;
      }
    }
    if (known.size >= LIMIT) known.clear();
    known.set(text, roots);
  }
  return roots;
}

/** A text that cannot be read is refused when it is compiled, with its place. */
function scan(text: string): string[] {
  try {
    return binding.jitScan(text);
  } catch {
    return [];
  }
}

/** An object of a `with` statement may inherit its variables; all other scopes are bare. */
function hasVariable(object: object, name: string): boolean {
  return Object.getPrototypeOf(object) === null ? Object.hasOwn(object, name) : name in object;
}
