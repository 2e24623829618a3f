/** The public entry lists its names by hand; they must be those of the sources, for `import` and `require` alike. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import test from 'ava';
import * as entry from '../index.js';

test('exports: import and require give the same names and the same instance', (t) => {
  const required = createRequire(import.meta.url)('polycore') as Record<string, unknown>;
  t.deepEqual(Object.keys(entry).sort(), Object.keys(required).sort());
  for (const [name, value] of Object.entries(entry)) t.is(required[name], value);
});

test('exports: every error class has its own code', (t) => {
  const codes = Object.entries(entry)
    .filter(([name]) => /Error$|^Empty$|^Full$|^ShutDown$|^NotSupported$/.test(name))
    .map(([, Class]) => new (Class as new (text: string) => Error & { code: string })('text').code);
  t.is(new Set(codes).size, codes.length);
  for (const code of codes) t.regex(code, /^ERR_POLYCORE/);
});

test('exports: every function and class is named as it is exported', (t) => {
  const aliases: Record<string, string> = { Array: 'SharedArray', JoinableQueue: 'Queue' };
  for (const [name, value] of Object.entries(entry)) {
    if (typeof value === 'function') t.is(value.name, aliases[name] ?? name);
  }
});

test('exports: an error that nobody catches is printed with some code around it, not with all of the package', (t) => {
  const program = "import { Pool } from 'polycore'; new Pool(0);";
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  t.is(status, 1);
  t.regex(stderr, /^RangeError: Expected `n` to be an integer >= 1, got 0$/m);
  t.true(stderr.length < 4000, `${stderr.length}`);
});
