/**
 * A contestant's process in Node: `node host.js <peer>`. Reads orders, carries them out one after another, answers each with a number.
 * One process per contestant keeps heaps, garbage and event loops apart; idle ones only wait.
 */
import * as measure from './measure.js';
import { serve } from './serve.js';
import type { Order } from './order.js';
import type { Peer } from './peer.js';

const name = process.argv[2] ?? '';
let loaded: Peer | undefined;

async function load(): Promise<number> {
  const start = performance.now();
  const module = (await import(`./${name}.js`)) as { peer: Peer };
  loaded = module.peer;
  return performance.now() - start;
}

async function carryOut(order: Order): Promise<number> {
  if (order.do === 'load') return load();
  if (loaded === undefined) throw new Error(`${order.do} before load`);
  switch (order.do) {
    case 'open': return measure.open(loaded, order);
    case 'start': return measure.start(loaded, order);
    case 'rss': return measure.rss(loaded, order);
    case 'burst': return measure.burst(loaded, order);
    case 'round-trip': return measure.roundTrip(loaded, order);
    case 'map': return measure.map(loaded, order);
    case 'mebibyte': return measure.mebibyte(loaded, order);
    case 'primes': return measure.primes(loaded, order);
    case 'alone': return measure.alone(order);
    case 'blocked-main': return measure.blockedMain(loaded, order);
    case 'quit': await loaded.close(); return 0;
  }
}

serve(carryOut);
