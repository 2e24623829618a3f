/**
 * Compiles random programs and compares their results with V8's, for as long as wanted.
 *
 *   npm run fuzz:jit -- [--programs 1000000] [--seed 1] [--keep-going] [--show SEED]
 *
 * Runs a million programs unless told otherwise. Prints the first seed and the seed of each program that differs; exit code 1 if there was one. Run it in several processes with different
 * seeds to use more cores.
 */

import { differ } from '../__test__/fixtures/jit/differ.js';
import { generate } from '../__test__/fixtures/jit/program.js';

function option(name: string, fallback: number): number {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? fallback : Number(process.argv[index + 1]);
}

const shown = option('show', -1);
if (shown >= 0) {
  const program = generate(shown);
  console.log(program.entry, program.params.join(', '));
  console.log(program.text);
  console.log(differ(program, shown) ?? 'equal');
  process.exit();
}
const programs = option('programs', 1_000_000);
const first = option('seed', 1);
const keepGoing = process.argv.includes('--keep-going');
let different = 0;
console.log(`${programs} programs from seed ${first}`);
const start = performance.now();
for (let seed = first; seed < first + programs; seed++) {
  const found = differ(generate(seed), seed);
  if (found !== undefined) {
    different++;
    console.log(`seed ${seed}: ${found}`);
    if (!keepGoing && different >= 10) break;
  }
  if ((seed - first + 1) % 10_000 === 0) {
    console.error(`${seed - first + 1} programs, ${different} different, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
}
console.log(`${programs} programs from seed ${first}: ${different} different`);
process.exitCode = different === 0 ? 0 : 1;
