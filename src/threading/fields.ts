/**
 * Fields of a thread's object that `run()` has changed. They come back when the thread ends: whoever started it finds them on
 * its own object then, as a Python program does that assigns to `self`.
 *
 * Changed is what encodes differently than when the object arrived, so also a list that has been appended to. What cannot
 * travel stays where it is.
 */

import { encode } from '../pickle/index.js';

/** What the fields of an object were, by name; `null` what cannot travel. */
export type Snapshot = ReadonlyMap<string, string | null>;

/** Looks at the own fields of an object. */
export function snapshot(object: object): Snapshot {
  return new Map(Object.entries(object).map(([name, value]) => [name, digest(value)]));
}

/** The fields that are not what they were, or new; `undefined` if there are none. */
export function changedFields(object: object, before: Snapshot): Record<string, unknown> | undefined {
  const changed = Object.entries(object).filter(([name, value]) => {
    const now = digest(value);
    return now !== null && now !== before.get(name);
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

function digest(value: unknown): string | null {
  try {
    const { bytes, handles, modules, parts } = encode(value);
    const hash = process.getBuiltinModule('node:crypto').createHash('sha1').update(bytes).update(JSON.stringify([handles, modules]));
    for (const part of parts) hash.update(part);
    return hash.digest('base64');
  } catch {
    return null;
  }
}
