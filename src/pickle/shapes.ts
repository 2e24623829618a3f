/**
 * The key lists of a message. Objects of a list met before are written as its number and their values.
 * Writer and reader keep equal lists: both add a list when its keys are first on the wire, until the table is full.
 */

import { MAX_SHAPES, MAX_SHAPE_KEYS } from './tags.js';

export class ShapeTable {
  #shapes: (readonly string[])[] = [];
  #last = 0;

  get size(): number {
    return this.#shapes.length;
  }

  /** Number of the list equal to `keys`, -1 if there is none. */
  find(keys: readonly string[]): number {
    const shapes = this.#shapes;
    if (this.#last < shapes.length && isSame(shapes[this.#last], keys)) return this.#last;
    for (let i = shapes.length - 1; i >= 0; i -= 1) {
      if (isSame(shapes[i], keys)) return (this.#last = i);
    }
    return -1;
  }

  add(keys: readonly string[]): void {
    if (keys.length > 0 && keys.length <= MAX_SHAPE_KEYS && this.#shapes.length < MAX_SHAPES) this.#shapes.push(keys);
  }

  truncate(size: number): void {
    this.#shapes.length = size;
  }

  clear(): void {
    if (this.#shapes.length > 0) this.#shapes = [];
  }
}

function isSame(shape: readonly string[], keys: readonly string[]): boolean {
  const { length } = keys;
  if (shape.length !== length) return false;
  for (let i = 0; i < length; i += 1) {
    if (shape[i] !== keys[i]) return false;
  }
  return true;
}
