/** Rebuilds what instances.ts wrote. */

import type { Decoder } from './decoder.js';
import { define } from './property.js';
import { damaged } from './reader.js';
import * as tags from './tags.js';

type Callable = (...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => object;

/** No constructor is called. */
export function readInstance(dec: Decoder): object {
  return dec.instance(prototypeOf(dec.value()));
}

/**
 * Native content first, then the class's prototype and the own properties. A shared object that was here before keeps its own
 * properties.
 */
export function readDerived(dec: Decoder): object {
  const prototype = prototypeOf(dec.value());
  const next = dec.in.peek();
  const object = asObject(dec.value());
  if (next === tags.REF || next >= tags.SHORT_REF) return object;
  const isNew = Object.getPrototypeOf(object) !== prototype;
  if (isNew) Object.setPrototypeOf(object, prototype);
  for (let count = dec.in.count(2); count > 0; count -= 1) {
    const key = dec.string();
    const value = dec.value();
    if (isNew) define(object, key, value);
  }
  return object;
}

/** Calls what `pickle.reduce` named. */
export function readReduced(dec: Decoder): unknown {
  const number = dec.reserve();
  const isConstructed = dec.u8() === 1;
  const callable = dec.value();
  const args = dec.value();
  if (typeof callable !== 'function' || !Array.isArray(args)) throw damaged('nothing to call');
  const object = isConstructed ? new (callable as Constructor)(...args) : (callable as Callable)(...args);
  // A primitive is nothing to refer to: the encoder saw an object, and there may be references to it.
  dec.resolve(number, object as object);
  return object;
}

function prototypeOf(cls: unknown): object {
  if (typeof cls !== 'function') throw damaged('an instance of no class');
  return asObject(cls.prototype);
}

function asObject(value: unknown): object {
  if (typeof value !== 'object' || value === null) throw damaged('no object where one has to be');
  return value;
}
