/** The memory of primitives comes back, however they are let go. The native side does the same a million times in its own test. */

import test from 'ava';
import { runProgram } from './fixtures/pool/run-program.js';

/** Bytes by which the tables of what an isolate holds may grow: one block of 4096 slots, for each of two isolates. */
const TABLES = 2 * 512;

const WAYS = {
  close: 'closed',
  dispose: 'disposed of by using',
  garbage: 'garbage',
  travel: 'garbage here and in the worker they have been sent to',
  cancelled: 'named by a task that is cancelled before it begins',
} as const;

for (const [way, description] of Object.entries(WAYS)) {
  test.serial(`memory: no kind of primitive leaves anything when it is ${description}`, async (t) => {
    const { code, stdout, stderr } = await runProgram('../sync/memory.mjs', [way]);
    t.deepEqual([code, stderr], [0, '']);
    const growth = Object.entries(JSON.parse(stdout) as Record<string, [slots: number, bytes: number]>);
    t.is(growth.length, 8);
    for (const [name, [slots, bytes]] of growth) {
      // What is made between two collections is there at once, in slots taken 256 at a time.
      t.true(slots <= (way === 'close' || way === 'dispose' ? 256 : 4096), `${name}: ${slots} slots more`);
      t.true(bytes <= TABLES, `${name}: ${bytes} bytes more`);
    }
  });
}
