/** Random programs give the same results compiled as in V8. `npm run fuzz:jit` runs as many as wanted; CI runs 20,000 of them. */

import test from 'ava';
import { differ } from './fixtures/jit/differ.ts';
import { FOUND } from './fixtures/jit/found.ts';
import { generate } from './fixtures/jit/program.ts';

/** Programs of this run, in parts, so that a failing one is named soon. */
const PROGRAMS = 2000;
const PARTS = 4;
/** Another part of the sequence each day, and the same one all day. */
const FIRST = Number(process.env.POLYCORE_FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000) * PROGRAMS);

test('jit: programs that once differed give the results of V8', (t) => {
  for (const [name, program] of Object.entries(FOUND)) {
    for (let seed = 0; seed < 50; seed++) t.is(differ(program, seed), undefined, name);
  }
});

for (let part = 0; part < PARTS; part++) {
  const first = FIRST + (part * PROGRAMS) / PARTS;
  test.serial(`jit: ${PROGRAMS / PARTS} random programs from seed ${first} give the results of V8`, (t) => {
    t.timeout(300_000);
    for (let seed = first; seed < first + PROGRAMS / PARTS; seed++) {
      const found = differ(generate(seed), seed);
      if (found !== undefined) t.fail(`seed ${seed}: ${found}`);
    }
    t.pass();
  });
}
