/** `pickle.reduce`, by which an object says how it is to be rebuilt. */

const reduce: unique symbol = Symbol.for('polycore.pickle.reduce') as never;

/**
 * Hooks of objects that travel.
 *
 * `object[pickle.reduce]()` returns `[callable, args]`: the receiver calls `callable(...args)`, with `new` if it is a class.
 * The callable travels as any function does. A class may have it as a static method instead, which is given the object.
 * @example
 * class Celsius {
 *   #degrees;
 *   constructor(degrees) { this.#degrees = degrees; }
 *   [pickle.reduce]() { return [Celsius, [this.#degrees]]; }
 * }
 */
export const pickle: { readonly reduce: typeof reduce } = { reduce };

/** How a function is to be rebuilt: the receiver calls the first with the second. */
export type Rebuilding = readonly [callable: Function, args: readonly unknown[]];

const rebuildings = new WeakMap<Function, () => Rebuilding>();

/** Lets a function travel as what makes it, instead of by its source: one that polycore has made of a user's. */
export function setRebuilding(fn: Function, rebuild: () => Rebuilding): void {
  rebuildings.set(fn, rebuild);
}

/** How the function is to be rebuilt, if not from its source. */
export function rebuildingOf(fn: Function): Rebuilding | undefined {
  return rebuildings.get(fn)?.();
}
