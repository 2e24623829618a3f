/**
 * `Array`: a typed array over shared memory (Python's `multiprocessing.Array`).
 *
 * It is a typed array, of a subclass for each typecode, so that indexing is what V8 makes of it and nothing comes between.
 * The memory is the block of a shared object, see `runtime/shared-block.ts`. What is made from an Array (`subarray`, `slice`,
 * `map` …) is a plain typed array; a `subarray` is over the same memory, and travels without being copied as well.
 */

import { ARRAY } from '../runtime/kind.js';
import { closeBlock, createBlock } from '../runtime/shared-block.js';
import { registerShared, registerSharedLater } from '../pickle/index.js';
import type { RLock } from '../threading/rlock.js';
import { type AnyLock, type Locked, lockedClass, lockSource, type LockSource } from './locked.js';
import { checkCount, describe } from './options.js';
import { checkElement, type Element, type Layout, LAYOUTS, layoutOf, type Typecode, type View, type ViewClass, type Views } from './typecodes.js';

/** What an Array has beside what typed arrays have. */
export interface SharedArrayMembers extends Disposable {
  /** The letter it was made with. */
  readonly typecode: string;
  /**
   * Ends this thread's use of it, and of a lock of its own, now instead of when it is collected: it and all views of its memory
   * have length 0 from then on. Other threads keep it. (V8 then has to check for such buffers in all loops over typed arrays
   * of this thread, as it does after any transfer of an `ArrayBuffer`; in hot code rather let Arrays be collected.)
   */
  close(): void;
}

/** Arrays by their memory: one for each. */
const arrays = new WeakMap<ArrayBuffer, object>();
/** All Arrays of this isolate. */
const known = new WeakSet<object>();

type RawClass = new (buffer: ArrayBuffer) => View & SharedArrayMembers;
type GuardedClass = new (source: LockSource, buffer: ArrayBuffer) => View & SharedArrayMembers;

function rawClass({ View, code }: Layout): RawClass {
  // One of the classes, for the compiler's sake: what is said below is true of all of them.
  class SharedView extends (View as ViewClass<Uint8Array<ArrayBuffer>>) {
    constructor(buffer: ArrayBuffer) {
      super(buffer);
      arrays.set(buffer, this);
      known.add(this);
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
  return SharedView as unknown as RawClass;
}

interface Classes {
  readonly Raw: RawClass;
  readonly Guarded: GuardedClass;
}

/** By typecode, those that were used. */
const classes = new Map<string, Classes>();
const RAW = 'polycore.RawArray.';
const GUARDED = 'polycore.Array.';

/** The classes of a layout, without and with a lock, which can travel. */
function classesOf(layout: Layout): Classes {
  let made = classes.get(layout.code);
  if (made === undefined) classes.set(layout.code, (made = makeClasses(layout)));
  return made;
}

function makeClasses(layout: Layout): Classes {
  const Raw = rawClass(layout);
  const { Class, sourceOf } = lockedClass(Raw as new (...args: never[]) => Uint8Array<ArrayBuffer> & SharedArrayMembers);
  const Guarded = Class as unknown as GuardedClass;
  registerShared<View>(
    RAW + layout.code,
    Raw,
    (array) => array.buffer,
    (buffer) => (arrays.get(buffer as ArrayBuffer) ?? new Raw(buffer as ArrayBuffer)) as View,
  );
  registerShared<View>(
    GUARDED + layout.code,
    Guarded,
    (array) => [array.buffer, sourceOf(array as never)],
    (data) => {
      const [buffer, source] = data as [ArrayBuffer, LockSource];
      return (arrays.get(buffer) ?? new Guarded(source, buffer)) as View;
    },
  );
  return { Raw, Guarded };
}

for (const layout of LAYOUTS) {
  for (const family of [RAW, GUARDED]) registerSharedLater(family + layout.code, () => classesOf(layout));
}

/** Elements that an Array may begin with. */
export type Elements<C extends Typecode> = Iterable<Given<C>> | ArrayLike<Given<C>>;

/** Truth may be given as `true` and `false`, but is kept as 1 and 0. */
type Given<C extends Typecode> = Views[C][number] | Element<C>;

/** A typed array over shared memory without a lock. */
export type RawSharedArray<C extends Typecode = Typecode> = Views[C] & SharedArrayMembers;

/** A typed array over shared memory; see the function `SharedArray`. */
export type SharedArray<C extends Typecode = Typecode, L extends AnyLock = RLock> = RawSharedArray<C> & Locked<L>;

type Size<C extends Typecode> = number | Elements<C>;

/** See `SharedArray`. */
export interface SharedArrayConstructor {
  new <C extends Typecode>(typecode: C, sizeOrInit: Size<C>, options: { lock: false }): RawSharedArray<C>;
  new <C extends Typecode, L extends AnyLock = RLock>(typecode: C, sizeOrInit: Size<C>, options?: { lock?: true | L }): SharedArray<C, L>;
  <C extends Typecode>(typecode: C, sizeOrInit: Size<C>, options: { lock: false }): RawSharedArray<C>;
  <C extends Typecode, L extends AnyLock = RLock>(typecode: C, sizeOrInit: Size<C>, options?: { lock?: true | L }): SharedArray<C, L>;
  [Symbol.hasInstance](value: unknown): value is RawSharedArray;
}

/**
 * Makes an Array, with or without `new`; exported as `Array` and as `SharedArray`.
 *
 * @param typecode see `Typecode`.
 * @param sizeOrInit number of elements, which are 0 then, or the elements.
 * @param options `lock`: `true` (default) gives it a `RLock` of its own, a `Lock` or `RLock` is used as its lock, `false` means
 * that it has none.
 * @throws {RangeError} for an unknown typecode, a negative size, or when there is no room; {TypeError} for elements of another
 * kind, or a lock that is none.
 * @example
 * const counts = SharedArray('i', 4);
 * await pool.map((i: number) => Atomics.add(counts, i % 4, 1), [1, 2, 3, 5]);
 * console.log(counts); // SharedInt32Array(4) [0, 2, 1, 1]
 */
export const SharedArray = function (typecode: unknown, sizeOrInit: unknown, options?: unknown): View {
  const layout = layoutOf(typecode);
  const source = lockSource(options);
  const elements = typeof sizeOrInit === 'number' ? undefined : listOf(sizeOrInit, layout);
  const length = elements?.length ?? checkCount('sizeOrInit', sizeOrInit, 0);
  const buffer = createBlock(ARRAY, length * layout.View.BYTES_PER_ELEMENT);
  const { Guarded, Raw } = classesOf(layout);
  const array = source === undefined ? new Raw(buffer) : new Guarded(source, buffer);
  if (elements !== undefined) (array as { set(values: unknown): void }).set(elements);
  return array;
} as unknown as SharedArrayConstructor;

Object.defineProperty(SharedArray, 'name', { value: 'SharedArray' });
Object.defineProperty(SharedArray, Symbol.hasInstance, {
  value: (value: unknown) => typeof value === 'object' && value !== null && known.has(value),
});

/** What an Array is to begin with, as an array. @throws {TypeError} when it is none, or has elements of another kind. */
function listOf(given: unknown, { family }: Layout): ArrayLike<unknown> {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`Expected \`sizeOrInit\` to be a number or an iterable, got ${describe(given)}`);
  }
  const { length } = given as Partial<ArrayLike<unknown>>;
  if (!(Symbol.iterator in given) && !(Number.isSafeInteger(length) && (length as number) >= 0)) {
    throw new TypeError('Expected `sizeOrInit` to be a number or an iterable, got an object that is none');
  }
  const list = ArrayBuffer.isView(given) ? (given as unknown as ArrayLike<unknown>) : Array.from(given as ArrayLike<unknown>);
  for (let i = 0; i < list.length; i++) checkElement(family, `sizeOrInit[${i}]`, list[i]);
  return list;
}
