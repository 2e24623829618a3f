/** A contestant's process in Node: `node host.js <peer>`. Reads orders, carries them out one after another, answers each with a number. */
import { createInterface } from 'node:readline';
import type { Reply } from '../peers/order.js';
import type { SyncPeer, Work } from './order.js';

const { peer } = (await import(`./${process.argv[2] ?? ''}.js`)) as { peer: SyncPeer };

async function carryOut({ do: figure, ...work }: Work & { do: string }): Promise<number> {
  if (figure === 'quit') return 0;
  const measure = peer[figure];
  if (measure === undefined) throw new Error(`no ${figure} here`);
  return measure(work);
}

async function answer(line: string): Promise<void> {
  const order = JSON.parse(line) as Work & { do: string };
  let reply: Reply;
  try {
    reply = { value: await carryOut(order) };
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`, () => {
    if (order.do === 'quit') process.exit(0);
  });
}

createInterface({ input: process.stdin })
  .on('line', (line) => void answer(line))
  .on('close', () => process.exit(0));
