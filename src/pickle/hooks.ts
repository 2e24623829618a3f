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
