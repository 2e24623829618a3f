/**
 * `local()`: an object with attributes of its own in every thread (Python's `threading.local`).
 *
 * It travels as a number. A thread that meets the number for the first time makes an empty object for it. Once a local has
 * travelled, its object stays in each thread that knows it until that thread ends: it may come back at any time, and then
 * has to have the attributes it was left with.
 */

import { threadId } from 'node:worker_threads';
import { registerShared } from '../pickle/index.js';

type Init = () => object;

/** Room for the numbers of one thread. */
const PER_THREAD = 2 ** 32;

const travelled = new Map<number, Local>();
let count = 0;

class Local {
  readonly #number: number;
  readonly #init: Init | undefined;

  constructor(number: number, init: Init | undefined) {
    this.#number = number;
    this.#init = init;
    if (init !== undefined) Object.assign(this, init());
  }

  static {
    registerShared<Local>(
      'polycore.local',
      this,
      (local) => {
        travelled.set(local.#number, local);
        return [local.#number, local.#init];
      },
      (data) => {
        const [number, init] = data as [number, Init | undefined];
        const known = travelled.get(number);
        if (known !== undefined) return known;
        const local = new this(number, init);
        travelled.set(number, local);
        return local;
      },
    );
  }
}

/**
 * An object whose attributes each thread has for itself; it may be captured, passed and sent as any value.
 *
 * @param init called once in each thread that the object comes to, for the attributes it has there at first; default: none.
 * @example
 * const request = local<{ id: number }>();
 * request.id = 1;
 * const thread = new Thread({ target: () => console.log(request.id) }); // undefined
 */
export function local<T extends object = Record<string, unknown>>(): Partial<T>;
export function local<T extends object>(init: () => T): T;
export function local(init?: Init): object {
  if (init !== undefined && typeof init !== 'function') {
    throw new TypeError(`Expected \`init\` to be a function, got ${typeof init}`);
  }
  return new Local(threadId * PER_THREAD + count++, init);
}
