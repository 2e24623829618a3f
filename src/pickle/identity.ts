/**
 * Objects of a message in the order they were met. Their number is what a back reference names.
 */

/** Up to here a look along the list beats a Map. */
const LISTED = 12;
/** A longer list is dropped instead of being emptied. */
const KEPT = 64;

export class IdentityTable {
  #objects: (object | undefined)[] = [];
  #size = 0;
  #index: Map<object, number> | undefined;

  get size(): number {
    return this.#size;
  }

  /** The number of an object, -1 if it has none. */
  find(object: object): number {
    if (this.#index !== undefined) return this.#index.get(object) ?? -1;
    const objects = this.#objects;
    for (let i = 0; i < this.#size; i += 1) {
      if (objects[i] === object) return i;
    }
    return -1;
  }

  /** Gives the next number to an object that has none. */
  add(object: object): number {
    const number = this.#size;
    this.#objects[number] = object;
    this.#size = number + 1;
    if (this.#index !== undefined) this.#index.set(object, number);
    else if (number === LISTED) this.#makeIndex();
    return number;
  }

  /** Forgets all but the first `size`. */
  truncate(size: number): void {
    for (let i = size; i < this.#size; i += 1) {
      this.#index?.delete(this.#objects[i] as object);
      this.#objects[i] = undefined;
    }
    this.#size = size;
  }

  /** Forgets all, so that nothing is kept alive. */
  clear(): void {
    if (this.#size > KEPT) this.#objects = [];
    else this.#objects.fill(undefined, 0, this.#size);
    this.#size = 0;
    this.#index = undefined;
  }

  #makeIndex(): void {
    this.#index = new Map();
    for (let i = 0; i < this.#size; i += 1) this.#index.set(this.#objects[i] as object, i);
  }
}
