/**
 * Functions of the module a process was started with, each in a process of its own that uses the built package.
 */

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const execute = promisify(execFile);
const folder = fileURLToPath(new URL('fixtures/functions/entry/', import.meta.url));

/** What `node …args` prints. It must say nothing on stderr: no warning, no error. */
async function node(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout, stderr } = await execute(process.execPath, args, { cwd: folder, env, timeout: 60_000 });
  return { stdout: stdout.trim(), stderr };
}

const awaiting = {
  found: [true, 'work', 'default', 'Renamed'],
  byReference: [2, false, false, true],
  flag: null,
};

test('entry: its exports are found while it is being evaluated, and are not run again as the main program', async (t) => {
  const { stdout, stderr } = await node('awaiting.js');
  t.like(JSON.parse(stdout), awaiting);
  t.is(stderr, '');
});

test('entry: isMain knows it without its extension and behind a link', async (t) => {
  const { stdout } = await node('awaiting');
  t.like(JSON.parse(stdout), awaiting);
  const links = mkdtempSync(join(tmpdir(), 'polycore-link-'));
  try {
    symlinkSync(join(folder, 'awaiting.js'), join(links, 'link.js'));
    t.like(JSON.parse((await node(join(links, 'link.js'))).stdout), awaiting);
  } finally {
    rmSync(links, { recursive: true });
  }
});

test('entry: in TypeScript under tsx', async (t) => {
  t.is((await node('--import', 'tsx', 'typed-entry.ts')).stdout, '[6,5,8]');
});

test('entry: in TypeScript under the type stripping of Node', async (t) => {
  const { typescript } = process.features as { typescript?: string | false };
  const stripped = (await node('-p', 'process.features.typescript')).stdout;
  if (stripped !== 'strip') {
    t.pass(`not in ${process.version}: ${String(typescript)}`);
    return;
  }
  t.is((await node('typed-entry.ts')).stdout, '[6,5,8]');
});

test('entry: the text of -e or of standard input is the main program, and what it exports travels by value', async (t) => {
  const program = `
    import { isMain, Pool } from 'polycore';
    import { join } from 'node:path';
    import { double } from '../library.mjs';
    const factor = 3;
    export const next = (x) => x + 1;
    export default function (x) { return join(String(next(double(x)) * factor), 'end'); }
    export class Box { value = 5; }
    import { default as itself } from 'node:path';
    const pool = new Pool(1);
    const call = (Made) => new Made().value + next(0) + itself.sep.length;
    console.log(JSON.stringify([isMain(import.meta), await pool.map(next, [1, 2]), await pool.apply(call, [Box])]));
  `;
  const expected = '[true,[2,3],7]';
  t.is((await node('--input-type=module', '-e', program)).stdout, expected);
  t.is(execFileSync(process.execPath, ['--input-type=module'], { cwd: folder, input: program, encoding: 'utf8' }).trim(), expected);
});

test('inspector: the session does not hold a process or a worker', async (t) => {
  const { stdout, stderr } = await node('idle.mjs');
  t.is(stdout, 'worker 0');
  t.is(stderr, '');
});

test('inspector: another session that debugs the thread is not disturbed', async (t) => {
  t.is((await node('debugged.mjs')).stdout, JSON.stringify({ enabled: true, events: [] }));
});
