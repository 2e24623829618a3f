/** Terminations in mid-traffic, in a process of their own: what goes wrong there ends the process by a signal. */

import test from 'ava';
import { Pool } from '../index.js';
import { hasCapacity } from './fixtures/pool/capacity.js';
import { makeGate, passed } from './fixtures/pool/gate.js';
import { runProgram } from './fixtures/pool/run-program.js';
import { spin, square } from './fixtures/pool/tasks.js';

test.serial('stress: 40 terminations in mid-traffic settle everything and crash nothing', async (t) => {
  const { code, stdout, stderr } = await runProgram('stress.mjs', ['40']);
  t.is(stderr, '');
  t.is(code, 0, stdout);
  const { fulfilled, cancelled, other } = JSON.parse(stdout) as Record<string, number>;
  t.true((fulfilled ?? 0) > 0, stdout);
  t.true((cancelled ?? 0) > 0, stdout);
  // The five rounds of five tasks each that fail by themselves, of which some are cancelled before.
  t.true((other ?? 0) <= 5 * 20, stdout);
});

test.serial('stress: pools come and go', async (t) => {
  for (let round = 0; round < 8; round++) {
    await using pool = new Pool(2);
    t.is(await pool.apply(square, [round]), round * round);
  }
});

test.serial('stress: twelve kills of running tasks in mid-traffic lose nothing of the traffic', async (t) => {
  const pool = new Pool(2);
  t.teardown(() => pool.terminate());
  for (let round = 0; round < 12; round++) {
    const gate = makeGate();
    const doomed = pool.apply(spin, [gate]);
    const traffic = pool.map(square, Array.from({ length: 500 }, (_, x) => x), 5);
    await passed(gate);
    t.true(doomed.cancel());
    await t.throwsAsync(doomed, { code: 'ERR_POLYCORE_CANCELLED' });
    t.is((await traffic).length, 500);
  }
  await hasCapacity(t, pool, 2);
});
