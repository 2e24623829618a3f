/** The symbols that may travel: those of `Symbol.for` and the well-known ones, which every thread has. Any other is its thread's own. */

import { damaged } from './reader.js';
import type { Decoder } from './decoder.js';
import type { Encoder } from './encoder.js';
import { REGISTERED_SYMBOL, WELL_KNOWN_SYMBOL } from './tags.js';

let wellKnown: Map<symbol, string> | undefined;

/** Writes a symbol that every thread has. */
export function writeSymbol(enc: Encoder, symbol: symbol): void {
  const key = Symbol.keyFor(symbol);
  if (key !== undefined) {
    enc.u8(REGISTERED_SYMBOL);
    enc.string(key);
    return;
  }
  wellKnown ??= wellKnownSymbols();
  const name = wellKnown.get(symbol);
  if (name === undefined) enc.fail(`${String(symbol)} cannot be pickled: use Symbol.for()`);
  enc.u8(WELL_KNOWN_SYMBOL);
  enc.string(name);
}

export function readWellKnownSymbol(dec: Decoder): symbol {
  const symbol = Reflect.get(Symbol, dec.string()) as unknown;
  if (typeof symbol !== 'symbol') throw damaged('no such symbol');
  return symbol;
}

function wellKnownSymbols(): Map<symbol, string> {
  const symbols = new Map<symbol, string>();
  for (const name of Object.getOwnPropertyNames(Symbol)) {
    const value = Reflect.get(Symbol, name) as unknown;
    if (typeof value === 'symbol') symbols.set(value, name);
  }
  return symbols;
}
