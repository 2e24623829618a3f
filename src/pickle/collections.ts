/** `Map` and `Set`, in order. They are read by their own iterators, whatever a subclass overrides. */

import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import { MapEntry } from './path.js';
import * as tags from './tags.js';

/** Reading one may run code that changes it, so the entries are taken first. */
export function writeMap(enc: Encoder, map: ReadonlyMap<unknown, unknown>): void {
  if (enc.defer(map, writeMap)) return enc.u8(tags.DEFERRED_MAP);
  const entries: unknown[] = [];
  Map.prototype.forEach.call(map, (value, key) => entries.push(key, value));
  enc.u8(tags.MAP);
  enc.uint(entries.length / 2);
  enc.descend();
  for (let i = 0; i < entries.length; i += 2) {
    enc.at(new MapEntry(entries[i]));
    enc.value(entries[i]);
    enc.value(entries[i + 1]);
  }
  // The path is kept between messages, the keys must not be.
  enc.at(0);
  enc.leave();
}

export function writeSet(enc: Encoder, set: ReadonlySet<unknown>): void {
  if (enc.defer(set, writeSet)) return enc.u8(tags.DEFERRED_SET);
  const elements: unknown[] = [];
  Set.prototype.forEach.call(set, (value) => elements.push(value));
  enc.u8(tags.SET);
  enc.uint(elements.length);
  enc.descend();
  for (let i = 0; i < elements.length; i += 1) {
    enc.at(i);
    enc.value(elements[i]);
  }
  enc.leave();
}

export function readMap(dec: Decoder, map: Map<unknown, unknown>): Map<unknown, unknown> {
  for (let count = dec.in.count(2); count > 0; count -= 1) {
    const key = dec.value();
    map.set(key, dec.value());
  }
  return map;
}

export function readSet(dec: Decoder, set: Set<unknown>): Set<unknown> {
  for (let count = dec.in.count(1); count > 0; count -= 1) set.add(dec.value());
  return set;
}
