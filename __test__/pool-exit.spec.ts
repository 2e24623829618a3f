/** How programs with a pool end. Each is a process of its own. */

import test from 'ava';
import { runProgram } from './fixtures/pool/run-program.js';

/** Runs a program that ends by itself without a word of complaint; what it prints. */
async function output(name: string, code = 0): Promise<string> {
  const ending = await runProgram('programs.ts', [name]);
  const expected = { code, stderr: '' };
  const actual = { code: ending.code, stderr: ending.stderr };
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`${name} ended with ${JSON.stringify(ending)}`);
  }
  return ending.stdout;
}

test.serial('exit: a program whose pool was never used ends by itself', async (t) => {
  t.is(await output('unused'), '');
});

test.serial('exit: a program that keeps an idle pool in a variable ends by itself with code 0 (PO29)', async (t) => {
  t.is(await output('idle'), '[ 1, 4, 9 ]\n');
  t.is(await output('idle-sync'), '[ 1, 4, 9 ]\n');
});

test.serial('exit: pending work keeps the program alive, and its output appears (X11)', async (t) => {
  t.deepEqual((await output('pending')).trim().split('\n').sort(), ['from the task', 'the result']);
});

test.serial('exit: work whose pool and result are forgotten is done all the same (X11)', async (t) => {
  t.is(await output('forgotten-result'), 'from the task\n');
});

test.serial('exit: a closed pool finishes what was given to it', async (t) => {
  t.is(await output('closed-pending'), '1\n4\n9\n');
});

test.serial('exit: close() and join() at the end of a program', async (t) => {
  t.is(await output('joined'), '[ 1, 4, 9 ]\n');
});

test.serial('exit: `await using` at the end of a program', async (t) => {
  t.is(await output('await-using'), '[ 1, 4, 9 ]\n');
});

test.serial('exit: timers that a task left behind in its worker hold nothing', async (t) => {
  t.is(await output('timer-left-behind'), 'done\n');
});

test.serial('exit: pools that nobody can reach hold nothing', async (t) => {
  t.is(await output('many'), '0\n1\n4\n9\n16\n');
});

test.serial('exit: a broken pool holds nothing', async (t) => {
  t.is(await output('broken'), 'BrokenPoolError\n');
});

test.serial('exit: process.exit() ends everything with work under way', async (t) => {
  t.is(await output('process-exit', 4), '');
  t.is(await output('exit-at-start', 5), '');
});

test.serial('exit: an uncaught exception in the main thread ends everything with work under way', async (t) => {
  const { code, stderr } = await runProgram('programs.ts', ['uncaught']);
  t.is(code, 1);
  t.regex(stderr, /RangeError: in the main thread/);
});

test.serial('exit: a guarded main module can export its tasks', async (t) => {
  const { code, stdout, stderr } = await runProgram('guarded.ts');
  t.is(stderr, '');
  t.deepEqual(stdout.trim().split('\n').sort(), ['3,6', 'loaded false', 'loaded true']);
  t.is(code, 0);
});

test.serial('exit: an unguarded main module is told what to do', async (t) => {
  const { code, stdout } = await runProgram('unguarded.ts');
  t.regex(stdout, /isMain\(import\.meta\)/);
  t.is(code, 1);
});
