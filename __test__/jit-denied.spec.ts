/** A system that does not let memory be executable: a filter of system calls around a process of its own. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/jit/${name}`, import.meta.url));

if (process.platform === 'linux') {
  const folder = mkdtempSync(join(tmpdir(), 'polycore-denied-'));
  const deny = join(folder, 'deny-executable');
  test.before(() => {
    execFileSync('rustc', ['--edition', '2024', '-o', deny, fixture('deny-executable.rs')]);
  });
  test.after.always(() => rmSync(folder, { recursive: true, force: true }));

  const run = (flags: readonly string[], program: string): { status: number | null; lines: unknown[]; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(deny, [process.execPath, ...flags, fixture(program)], { encoding: 'utf8' });
    return { status, lines: stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as unknown), stderr };
  };

  test('denied: it is: an engine that compiles does not get far', (t) => {
    const { status, lines } = run([], 'denied.mjs');
    t.not(status, 0);
    t.deepEqual(lines, []);
  });

  test('denied: what has to be compiled is a CompileError that says so, or runs as JavaScript; the rest works', (t) => {
    const results = {
      parallelFor: [0, 2, 4],
      parallelForSync: [0, 2, 4],
      parallelReduce: 6,
      parallelReduceSync: 6,
      sort: [3, 2, 1],
      sortSync: [3, 2, 1],
      filter: [3, 2],
      scanSync: [3, 4, 6],
      map: [6, 2, 4],
      mapSync: [6, 2, 4],
    };
    const { status, lines, stderr } = run(['--jitless'], 'denied.mjs');
    // Some versions say that there is no WebAssembly then.
    t.deepEqual({ status, stderr: stderr.replace(/^Warning: disabling flag --expose_wasm .*\n/, '') }, { status: 0, stderr: '' });
    t.deepEqual(lines, [
      ...Object.keys(results).map((name) => [name, 'CompileError', 'ERR_POLYCORE_COMPILE', 'denied', "use `{ fallback: 'js' }`"]),
      ...Object.entries(results).map(([name, value]) => [`${name}, in JavaScript`, value]),
      ['sort, without a comparator', [1, 2, 3]],
      ['a pool', [2, 4, 6]],
    ]);
  });
} else {
  test('denied: this system has no filter of system calls to try it with', (t) => {
    t.not(process.platform, 'linux');
  });
}
