/** A contestant's process in Node: `node host.js <peer>`. Reads orders, carries them out one after another, answers each with a number. */
import { serve } from '../peers/serve.js';
import type { SyncPeer, Work } from './order.js';

const { peer } = (await import(`./${process.argv[2] ?? ''}.js`)) as { peer: SyncPeer };

async function carryOut({ do: figure, ...work }: Work & { do: string }): Promise<number> {
  if (figure === 'quit') return 0;
  const measure = peer[figure];
  if (measure === undefined) throw new Error(`no ${figure} here`);
  return measure(work);
}

serve(carryOut);
