/** The loop of a contestant's process: reads orders, one JSON document a line, carries each out, and answers it with a number or an error. */
import { createInterface } from 'node:readline';
import type { Reply } from './order.js';

/** Orders never overlap: the runner waits for each reply. After `{ "do": "quit" }`, or when the runner is gone, the process ends. */
export function serve<O extends { do: string }>(carryOut: (order: O) => number | Promise<number>): void {
  const answer = async (line: string): Promise<void> => {
    const order = JSON.parse(line) as O;
    let reply: Reply;
    try {
      reply = { value: await carryOut(order) };
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`, () => {
      if (order.do === 'quit') process.exit(0);
    });
  };
  createInterface({ input: process.stdin })
    .on('line', (line) => void answer(line))
    .on('close', () => process.exit(0));
}
