/**
 * `npm start`: the two main examples, one after the other: examples/compress.ts, then examples/mandelbrot.ts.
 *
 *   npm start -- [DIRECTORY] [--limit MB] [--width N] [--height N] [--iterations N] [--out FILE] [--workers N] [--json] [--help]
 *
 * `--workers`, `--json` and `--help` are for both, the options of the picture for mandelbrot, everything else for compress, which refuses
 * what it does not know. With `--json` each prints one line. Exit code: the worse of the two; 2, without going on, when compress cannot
 * do what was asked.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BOTH = new Set(['workers', 'json', 'help']);
const PICTURE = new Set(['width', 'height', 'iterations', 'out']);

const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, limit: { type: 'string' }, workers: { type: 'string' } };
for (const name of PICTURE) options[name] = { type: 'string' };
const { tokens } = parseArgs({ options, strict: false, tokens: true });

const files = [];
const picture = [];
for (const token of tokens) {
  if (token.kind === 'option-terminator') {
    files.push('--');
  } else if (token.kind === 'positional') {
    files.push(token.value);
  } else {
    const text = token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`;
    if (!PICTURE.has(token.name)) files.push(text);
    if (PICTURE.has(token.name) || BOTH.has(token.name)) picture.push(text);
  }
}

const first = run('compress', files);
if (first === 2) process.exit(2);
if (!tokens.some(({ kind, name }) => kind === 'option' && name === 'json')) console.log();
process.exitCode = Math.max(first, run('mandelbrot', picture));

/** Runs the example; its exit code, or 1 when it was killed. */
function run(name, args) {
  const file = fileURLToPath(new URL(`../examples/${name}.ts`, import.meta.url));
  const tsx = import.meta.resolve('tsx');
  return spawnSync(process.execPath, ['--import', tsx, file, ...args], { stdio: 'inherit' }).status ?? 1;
}
