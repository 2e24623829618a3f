/**
 * Prints how long `import 'polycore'` takes: the median of several fresh processes, each measuring its own import, with
 * nothing of it loaded before. A report, not a test: the number depends on the machine.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROUNDS = 15;
const program = fileURLToPath(new URL('import-once.mjs', import.meta.url));

const times = Array.from({ length: ROUNDS }, () => Number(execFileSync(process.execPath, [program], { encoding: 'utf8' })));
times.sort((a, b) => a - b);
const [fastest, median, slowest] = [times[0], times[ROUNDS >> 1], times[ROUNDS - 1]].map((time) => `${time.toFixed(1)} ms`);
console.log(`import 'polycore': median ${median} of ${ROUNDS} processes (${fastest} to ${slowest}), wanted < 15 ms, Node ${process.version}`);
