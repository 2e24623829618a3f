/**
 * Shared objects as JavaScript sees them: a slot of the region that several isolates hold. Each class of such objects
 * (Lock, Queue, Value …) has a `SharedObject` inside, made by `shared` in its constructor and made known by `registerObject`.
 *
 * An isolate holds an object once, from its making or its first arrival until `close` or until the last JavaScript object
 * for it is collected. An object that arrives where it is known already is the same JavaScript object again.
 */

import { StaleHandleError } from '../errors.js';
import { binding } from '../native/binding.js';
import { type HandleWriter, registerShared } from '../pickle/index.js';
import { recycle, takeSlot } from './port.js';
import { baseOf, segmentOf } from './slot.js';

/** Number of the word that a kind's fast paths change by `Atomics`; see `crates/sched/src/object.rs`. */
export const STATE_WORD = 16;

/** What a closed object reads: no fast path of any kind succeeds on it, so each ends in `live`, which throws. */
const CLOSED = new Int32Array(64).fill(-1);

/** The hold of this isolate on an object. */
export class SharedObject {
  readonly kind: number;
  readonly slot: number;
  readonly generation: number;
  /** The words of the object: `words[base + n]` is word n. Of a closed object all are -1. */
  words: Int32Array;
  base: number;
  /** JavaScript objects for it that have not been collected. */
  uses = 0;
  /** Native threads that use its memory. */
  #pins = 0;
  /** Of locks: whether this isolate is inside. */
  isInside?: () => boolean;
  /** What the class keeps about this isolate's use of the object, whichever JavaScript object it goes through. */
  local: object | undefined;

  constructor(kind: number, slot: number, generation: number) {
    this.kind = kind;
    this.slot = slot;
    this.generation = generation;
    this.words = segmentOf(slot).words;
    this.base = baseOf(slot) >> 2;
  }

  get isClosed(): boolean {
    return this.words === CLOSED;
  }

  /** Itself, unless it is closed. @throws {StaleHandleError} */
  live(): this {
    if (this.isClosed) throw new StaleHandleError('The object was closed in this thread');
    return this;
  }

  /** Reads a word that other threads may change. @throws {StaleHandleError} */
  load(word: number): number {
    return Atomics.load(this.live().words, this.base + word);
  }

  /** Keeps the memory of the object until `unpin`, even if it is closed meanwhile. @throws {StaleHandleError} */
  pin(): void {
    this.live();
    this.#pins++;
  }

  /** Ends one `pin`. */
  unpin(): void {
    this.#pins--;
    if (this.isClosed) this.#letGo();
  }

  /** This isolate lets go of the object, once. */
  drop(): void {
    if (this.isClosed) return;
    if (known.get(this.slot)?.object === this) known.delete(this.slot);
    this.words = CLOSED;
    this.base = 0;
    this.#letGo();
  }

  #letGo(): void {
    // It may have arrived anew after it was closed.
    if (this.#pins > 0 || known.get(this.slot)?.object.generation === this.generation) return;
    binding.letGo(this.slot, this.generation);
  }
}

/** Objects that may arrive again, because they came from another isolate or have been sent there, by slot. */
const known = new Map<number, { readonly object: SharedObject; readonly wrapper: WeakRef<object> }>();

const collected = new FinalizationRegistry<SharedObject>((object) => {
  // A lock that this isolate is inside of stays held: the handle may come back in another message and release it.
  if (--object.uses === 0 && object.isInside?.() !== true) object.drop();
});

/** The object for which a class is being instantiated because it has arrived. */
let arriving: SharedObject | undefined;

/** How a new object begins. */
export interface Beginning {
  /** Bytes of its block, which is zeroed; default: none. */
  readonly bytes?: number;
  /** Sets words that are not to be 0. `words[base + n]` is word n; nobody else sees the object yet. */
  readonly init?: (words: Int32Array, base: number) => void;
  /** Does more with the new object. */
  readonly bind?: (slot: number, generation: number) => void;
}

/**
 * To be called by the constructor of each class of shared objects: the object behind `wrapper`, which is a new one, or the one
 * that has just arrived.
 *
 * @throws {RangeError} when all slots are in use; an error of the addon when there is no room for the block.
 */
export function shared(wrapper: object, kind: number, beginning: Beginning = {}): SharedObject {
  const object = arriving ?? create(kind, beginning);
  arriving = undefined;
  watch(wrapper, object);
  return object;
}

/** As `shared`, for a wrapper that can only be made when its object is there: `make` makes it. */
export function sharedThrough<T extends object>(kind: number, beginning: Beginning, make: (object: SharedObject) => T): T {
  const object = arriving ?? create(kind, beginning);
  arriving = undefined;
  try {
    const wrapper = make(object);
    watch(wrapper, object);
    return wrapper;
  } catch (error) {
    if (object.uses === 0) object.drop();
    throw error;
  }
}

function watch(wrapper: object, object: SharedObject): void {
  object.uses++;
  collected.register(wrapper, object, wrapper);
}

function create(kind: number, { bytes = 0, init, bind }: Beginning): SharedObject {
  const slot = takeSlot();
  let generation: number;
  try {
    generation = binding.createObject(slot, kind, bytes);
  } catch (error) {
    recycle(slot);
    throw error;
  }
  const object = new SharedObject(kind, slot, generation);
  init?.(object.words, object.base);
  bind?.(slot, generation);
  return object;
}

/** Ends the hold of this isolate on the object behind `wrapper`; other isolates keep theirs. Further calls do nothing. */
export function close(wrapper: object, object: SharedObject): void {
  if (object.isClosed) return;
  collected.unregister(wrapper);
  object.drop();
}

/** An object on its way: kind, slot, generation. */
export type Passage = readonly [number, number, number];

/** What travels with a handle. */
export interface Luggage<T extends object, L> {
  /** What travels besides the handle: anything the codec takes. */
  readonly pack: (wrapper: T) => L;
}

/**
 * Lets the objects of a class travel.
 *
 * @param name the same in every isolate, of one class only.
 * @param make makes one with any valid arguments; `shared` then gives it the object that has arrived. No other shared object
 * may be made before that.
 * @param objectOf the object behind one.
 * @param luggage what `make` is given, if it needs more than the object.
 */
export function registerObject<T extends object, L = undefined>(
  name: string,
  cls: abstract new (...args: never[]) => T,
  make: (luggage: L) => T,
  objectOf: (wrapper: T) => SharedObject,
  luggage?: Luggage<T, L>,
): void {
  registerShared<T>(
    name,
    cls,
    (wrapper, message) => {
      const passage = depart(wrapper, objectOf(wrapper), message);
      return luggage === undefined ? passage : [...passage, luggage.pack(wrapper)];
    },
    (data) => {
      const [kind, slot, generation, packed] = data as [number, number, number, L];
      return arrive([kind, slot, generation], () => make(packed)) as T;
    },
  );
}

/** What travels of an object. @throws {StaleHandleError} when it is closed. */
export function depart(wrapper: object, object: SharedObject, message: HandleWriter): Passage {
  remember(wrapper, object.live());
  message.addHandle(object.slot, object.generation);
  return [object.kind, object.slot, object.generation];
}

/** The object may arrive: `wrapper` is what it is then. */
export function remember(wrapper: object, object: SharedObject): void {
  if (known.get(object.slot)?.object !== object) known.set(object.slot, { object, wrapper: new WeakRef(wrapper) });
}

/**
 * The JavaScript object for what has arrived: the one there is, or what `make` makes, which has to call `shared`.
 *
 * @throws {StaleHandleError} when the object is gone.
 */
export function arrive([kind, slot, generation]: Passage, make: () => object): object {
  const entry = known.get(slot);
  const isKnown = entry?.object.generation === generation;
  const present = isKnown ? entry.wrapper.deref() : undefined;
  if (present !== undefined) return present;
  const object = isKnown ? entry.object : take(kind, slot, generation);
  arriving = object;
  try {
    const wrapper = make();
    known.set(slot, { object, wrapper: new WeakRef(wrapper) });
    return wrapper;
  } finally {
    arriving = undefined;
  }
}

function take(kind: number, slot: number, generation: number): SharedObject {
  if (!binding.holdObject(slot, generation)) throw new StaleHandleError('The object that a message names is gone');
  return new SharedObject(kind, slot, generation);
}
