/**
 * From a source text and its captured variables back to a function.
 *
 * The text is evaluated inside a function whose parameters are the captured variables. That function (a factory) is
 * compiled once per text and used for every instance. What it returns has a setter for the variables that are decoded
 * only after the function exists, as cycles need. File name, line and column are the original's, so stacks point to the
 * user's code, and `import()` resolves as in the original module.
 */

import { defaultLoader } from './importer.js';
import type { Origin } from './origin.js';

/** How to evaluate a text. */
export type Form = 'expression' | 'declaration' | 'method' | 'getter' | 'setter';

/** All that decides the code of a factory. */
export interface Plan {
  readonly text: string;
  readonly form: Form;
  /** Name a declaration binds, or empty. */
  readonly ownName: string;
  /** Address of the original script, or empty. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly strict: boolean;
  readonly dynamicImport: boolean;
  /** Names of the variables given before and after the function is made. */
  readonly early: readonly string[];
  readonly late: readonly string[];
}

/** A compiled plan. */
export interface Factory extends Plan {
  /** Where the variables come from that are no values, for functions that travel on. */
  readonly origins: Map<string, Origin>;
  /** Makes an instance; the late variables are `undefined` until `set` is called with them. */
  readonly make: (early: readonly unknown[]) => Instance;
}

export interface Instance {
  readonly fn: Function;
  readonly set: (...late: unknown[]) => void;
}

interface Evaluated {
  readonly f: unknown;
  readonly set: (...late: unknown[]) => void;
}

const MARK = /^\/\*polycore:(\d+)\*\//;
const factories = new Map<string, Factory>();
const numbered: Factory[] = [];

/** The factory of a plan, compiled at first use. @throws {SyntaxError} if the text is not accepted here. */
export function factoryFor(plan: Plan, key: string): Factory {
  let factory = factories.get(key);
  if (factory === undefined) {
    factory = compile(plan, numbered.length);
    factories.set(key, factory);
    addresses.add(plan.url);
    numbered.push(factory);
  }
  return factory;
}

/** The factory whose code a script is, if it is one. */
export function factoryOf(source: string): Factory | undefined {
  const mark = MARK.exec(source);
  return mark === null ? undefined : numbered[Number(mark[1])];
}

const addresses = new Set<string>();

/** Some function of that script has been rebuilt here: its code has the same address and the same lines. */
export function isRebuilt(url: string): boolean {
  return addresses.has(url);
}

function compile(plan: Plan, number: number): Factory {
  const [head, body, tail] = frameOf(plan);
  const prefix = `/*polycore:${number}*/(function(${[...plan.early, ...plan.late.filter((name) => name !== plan.ownName)].join()}){${plan.strict ? '"use strict";' : ''}${head}`;
  const setter = `set(){${plan.late.map((name, index) => `${name}=arguments[${index}];`).join('')}}`;
  const code = `${prefix}${body}\n${tail.replace('$set', () => setter)}})`;
  const vm = process.getBuiltinModule('node:vm');
  const script = new vm.Script(code, {
    filename: plan.url === '' ? 'polycore:function' : plan.url,
    lineOffset: plan.line,
    columnOffset: plan.column - prefix.length,
    ...(plan.dynamicImport && plan.url !== '' ? { importModuleDynamically: defaultLoader() } : {}),
  });
  const evaluate = script.runInThisContext() as (...early: readonly unknown[]) => Evaluated;
  const make = (early: readonly unknown[]): Instance => {
    const { f, set } = evaluate(...early);
    return { fn: pick(f, plan.form), set };
  };
  return { ...plan, column: plan.column - prefix.length, origins: new Map(), make };
}

function frameOf({ form, text, ownName }: Plan): [head: string, body: string, tail: string] {
  switch (form) {
    case 'declaration':
      return ['', text, `;return{f:${ownName},$set}`];
    case 'expression':
      return ['return{f:(', text, '),$set}'];
    default:
      return ['return{f:({', text, '}),$set}'];
  }
}

function pick(value: unknown, form: Form): Function {
  if (form === 'declaration' || form === 'expression') return value as Function;
  const [key = ''] = Reflect.ownKeys(value as object);
  const property = Object.getOwnPropertyDescriptor(value, key);
  return (form === 'getter' ? property?.get : form === 'setter' ? property?.set : property?.value) as Function;
}
