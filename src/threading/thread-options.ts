/** Options of a thread, and their checks. */

import type { ResourceLimits } from 'node:worker_threads';
import { checkFunction, describe } from '../multiprocessing/options.js';
import { binding } from '../native/binding.js';
import type { Callable } from '../runtime/shipping.js';

/** What a thread is to be. */
interface Nature {
  /** For people; default `Thread-1`, `Thread-2 (f)` if the target has the name `f`, … */
  name?: string | number;
  /** Whether it ends with the process instead of keeping it alive; default: as the thread that makes it. */
  daemon?: boolean;
  /** Memory limits of its isolate, as `worker_threads` takes them. */
  resourceLimits?: ResourceLimits;
}

/** Arguments of a function: any list, where their number is not known. */
export type Arguments<A extends readonly unknown[]> = never[] extends A
  ? Iterable<unknown>
  : number extends A['length']
    ? Iterable<A[number]>
    : readonly [...A];

/** What a thread is to do. */
interface Task<A extends readonly unknown[]> {
  /** Called in the thread; default: nothing is. */
  target?: (...args: A) => unknown;
  /** Its arguments. */
  args?: Arguments<A>;
  kwargs?: undefined;
}

/** The same for a function that takes arguments by name, as Python's do. */
interface NamedTask {
  target: (...args: never[]) => unknown;
  args?: Iterable<unknown>;
  /** Passed behind the others. */
  kwargs: object;
}

/** What a thread is to do and be. */
export type ThreadOptions<A extends readonly unknown[] = never[]> = Nature & (Task<A> | NamedTask);

interface Checked {
  readonly target: Callable | undefined;
  readonly args: readonly unknown[];
  readonly kwargs: object | undefined;
  readonly name: string | undefined;
  readonly daemon: boolean | undefined;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** @throws {TypeError} when one is of a wrong type. */
export function checkOptions<A extends readonly unknown[]>(options: ThreadOptions<A>): Checked {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Expected \`options\` to be an object, got ${describe(options)}`);
  }
  const { args = [], daemon, kwargs, name, resourceLimits, target } = options as ThreadOptions;
  if (target !== undefined) checkFunction('target', target);
  if (typeof args !== 'object' || args === null || !(Symbol.iterator in args)) {
    throw new TypeError(`Expected \`args\` to be a list of arguments, got ${describe(args)}`);
  }
  if (kwargs !== undefined && (typeof kwargs !== 'object' || kwargs === null)) {
    throw new TypeError(`Expected \`kwargs\` to be an object, got ${describe(kwargs)}`);
  }
  if (daemon !== undefined && typeof daemon !== 'boolean') {
    throw new TypeError(`Expected \`daemon\` to be a boolean, got ${describe(daemon)}`);
  }
  const given = String(name ?? '');
  return { target, args: [...args], kwargs, name: given === '' ? undefined : given, daemon, resourceLimits };
}

/** The name of a thread that was given none. */
export function unnamed(target: Function | undefined): string {
  const number = binding.nextThreadNumber();
  // An arrow function takes the name of the option that it is given as.
  const isNamed = target !== undefined && target.name !== '' && target.name !== 'target';
  return isNamed ? `Thread-${number} (${target.name})` : `Thread-${number}`;
}
