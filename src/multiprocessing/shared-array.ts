/**
 * `Array`: a typed array over shared memory (Python's `multiprocessing.Array`).
 *
 * It is a typed array, of a subclass for each typecode, so that indexing is what V8 makes of it and nothing comes between.
 * The memory is the block of a shared object, see `runtime/shared-block.ts`. What is made from an Array (`subarray`, `slice`,
 * `map` …) is a plain typed array; a `subarray` is over the same memory, and travels without being copied as well.
 */

import { ARRAY } from '../runtime/kind.js';
import { closeBlock, createBlock } from '../runtime/shared-block.js';
import { registerShared } from '../pickle/index.js';
import { checkCount, describe } from './options.js';
import { checkElement, type Element, type Layout, LAYOUTS, layoutOf, type Typecode, type View, type ViewClass, type Views } from './typecodes.js';

/** What an Array has beside what typed arrays have. */
export interface SharedArrayMembers<C extends Typecode = Typecode> extends Disposable {
  /** The letter it was made with. */
  readonly typecode: C | string;
  /**
   * Ends this thread's use of it now, instead of when it is collected: it and all views of its memory have length 0 from then
   * on. Other threads keep it. (V8 then has to check for such buffers in all loops over typed arrays of this thread, as it
   * does after any transfer of an `ArrayBuffer`, so in hot code rather let Arrays be collected.)
   */
  close(): void;
}

interface Details {
  readonly layout: Layout;
}

/** Arrays by their memory: one for each. */
const arrays = new WeakMap<ArrayBuffer, object>();
const details = new WeakMap<object, Details>();

type ArrayClass = new (buffer: ArrayBuffer) => View & SharedArrayMembers;

/** By letter. */
const classes = new Map<string, ArrayClass>(LAYOUTS.map((layout) => [layout.code, classOf(layout)]));

function classOf(layout: Layout): ArrayClass {
  const { View, code } = layout;
  // One of the classes, for the compiler's sake: what is said below is true of all of them.
  class SharedView extends (View as ViewClass<Uint8Array<ArrayBuffer>>) {
    constructor(buffer: ArrayBuffer) {
      super(buffer);
      arrays.set(buffer, this);
      details.set(this, { layout });
    }

    static get [Symbol.species](): unknown {
      return View;
    }

    get typecode(): string {
      return code;
    }

    close(): void {
      closeBlock(this.buffer);
    }

    [Symbol.dispose](): void {
      this.close();
    }
  }
  Object.defineProperty(SharedView, 'name', { value: `Shared${View.name}` });
  registerShared(
    `polycore.Array.${code}`,
    SharedView,
    (array) => array.buffer,
    (buffer) => (arrays.get(buffer as ArrayBuffer) ?? new SharedView(buffer as ArrayBuffer)) as SharedView,
  );
  return SharedView as unknown as ArrayClass;
}

/** Elements that an Array may begin with. */
export type Elements<C extends Typecode> = Iterable<Given<C>> | ArrayLike<Given<C>>;

/** Truth may be given as `true` and `false`, but is kept as 1 and 0. */
type Given<C extends Typecode> = Views[C][number] | Element<C>;

/** See `SharedArray`. */
export interface SharedArrayConstructor {
  new <C extends Typecode>(typecode: C, sizeOrInit: number | Elements<C>): SharedArray<C>;
  <C extends Typecode>(typecode: C, sizeOrInit: number | Elements<C>): SharedArray<C>;
  [Symbol.hasInstance](value: unknown): value is SharedArray;
}

/** A typed array over shared memory. */
export type SharedArray<C extends Typecode = Typecode> = Views[C] & SharedArrayMembers<C>;

/**
 * Makes an Array, with or without `new`; exported as `Array` and as `SharedArray`.
 *
 * @param typecode see `Typecode`.
 * @param sizeOrInit number of elements, which are 0 then, or the elements.
 * @throws {RangeError} for an unknown typecode, a negative size, or when there is no room.
 * @example
 * const counts = SharedArray('i', 4);
 * await pool.map((i: number) => Atomics.add(counts, i % 4, 1), [1, 2, 3, 5]);
 * console.log(counts); // SharedInt32Array(4) [0, 2, 1, 1]
 */
export const SharedArray = function (typecode: unknown, sizeOrInit: unknown): View {
  const layout = layoutOf(typecode);
  const width = layout.View.BYTES_PER_ELEMENT;
  const elements = typeof sizeOrInit === 'number' ? undefined : listOf(sizeOrInit, layout);
  const length = elements?.length ?? checkCount('sizeOrInit', sizeOrInit, 0);
  const array = new (classes.get(layout.code) as ArrayClass)(createBlock(ARRAY, length * width));
  if (elements !== undefined) (array as { set(values: unknown): void }).set(elements);
  return array;
} as unknown as SharedArrayConstructor;

Object.defineProperty(SharedArray, 'name', { value: 'Array' });
Object.defineProperty(SharedArray, Symbol.hasInstance, {
  value: (value: unknown) => typeof value === 'object' && value !== null && details.has(value),
});

/** What an Array is to begin with, as an array. @throws {TypeError} when it is none, or has elements of another kind. */
function listOf(given: unknown, { family }: Layout): ArrayLike<unknown> {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`Expected \`sizeOrInit\` to be a number or an iterable, got ${describe(given)}`);
  }
  const list = ArrayBuffer.isView(given) ? (given as unknown as ArrayLike<unknown>) : Array.from(given as ArrayLike<unknown>);
  for (let i = 0; i < list.length; i++) checkElement(family, `sizeOrInit[${i}]`, list[i]);
  return list;
}
