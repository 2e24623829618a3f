/** What this package exports travels as a name. The codec learns the names from here, as it may be loaded before or after. */

let published: object | undefined;
let taker: ((namespace: object) => void) | undefined;

/** Makes the exports of the package known, once in every isolate. */
export function publish(namespace: object): void {
  for (const [name, value] of Object.entries(namespace)) {
    // Bundled, it may have become `_Queue` or `wait2`.
    if (typeof value === 'function' && value.name !== name && value.name.replace(/^_|\d+$/g, '') === name) {
      Object.defineProperty(value, 'name', { value: name });
    }
  }
  published = namespace;
  taker?.(namespace);
}

/** Gives the exports to `take`, now or when they are known. */
export function whenPublished(take: (namespace: object) => void): void {
  taker = take;
  if (published !== undefined) take(published);
}
