/** Own properties of what is being rebuilt. */

/** Returned by `Decoder.value` where there is no value: a hole of an array, a property that had vanished. */
export const ABSENT: unique symbol = Symbol('absent');

/** Sets an own property whatever the prototypes say, also one named `__proto__`. */
export function define(object: object, key: PropertyKey, value: unknown, enumerable = true): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}
