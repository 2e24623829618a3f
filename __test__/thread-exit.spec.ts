/** How threads and programs with threads end. Each program is a process of its own. */

import test from 'ava';
import { type Ending, runProgram } from './fixtures/pool/run-program.js';

const run = (name: string): Promise<Ending> => runProgram('../threading/programs.mjs', [name]);

/** Runs a program that ends by itself without a word of complaint; what it prints. */
async function output(name: string, code = 0): Promise<string> {
  const ending = await run(name);
  if (ending.code !== code || ending.stderr !== '') throw new Error(`${name} ended with ${JSON.stringify(ending)}`);
  return ending.stdout;
}

test.serial('thread-exit: an uncaught error is printed with the name of its thread, and join() rejects with it (T10)', async (t) => {
  const { code, stderr, stdout } = await run('fails');
  t.is(code, 0);
  t.regex(stderr, /^Exception in thread excepthook thread:\nRangeError: the message\n {4}at .*programs\.mjs:\d+/);
  t.is(stdout, 'join: the message\n');
});

test.serial('thread-exit: it is printed at once, also if nobody joins the thread and the main thread is blocked (T10)', async (t) => {
  const { code, stderr } = await run('fails-unseen');
  t.is(code, 0);
  t.regex(stderr, /^Exception in thread unseen:\nRangeError: the message\n/);
});

test.serial('thread-exit: when the hook fails, both errors are printed, and the program goes on (T13)', async (t) => {
  const { code, stderr } = await run('hook-fails');
  t.is(code, 0);
  t.regex(stderr, /^Exception in thread bad hook:\nRangeError: the message\n/);
  t.regex(stderr, /The hook for uncaught errors of threads has thrown:\nTypeError: the hook failed\n/);
});

test.serial('thread-exit: a hook may call the one that prints', async (t) => {
  const { code, stderr, stdout } = await run('hook-chained');
  t.is(code, 0);
  t.is(stdout, 'undefined\nhook: the message\nfunction\n');
  t.regex(stderr, /^Exception in thread chained:\nRangeError: the message\n/);
});

test.serial('thread-exit: a thread that joins the main thread goes on when that is done (T15)', async (t) => {
  t.is(await output('join-main'), 'end of main\ntrue\nend of thread\n');
});

test.serial('thread-exit: a program with 40 busy daemons ends cleanly (T16)', async (t) => {
  t.is(await output('daemons'), '');
});

test.serial('thread-exit: a daemon does not keep the program alive, another thread does', async (t) => {
  t.is(await output('daemon-left'), '');
  t.is(await output('keeps-alive'), 'from the thread\n');
});

test.serial('thread-exit: a thread lives on when the one has ended that has started it', async (t) => {
  t.regex(await output('grandchild'), /^main: \[Thread parent, stopped daemon 2\]\nchild: child\n$/);
});

test.serial('thread-exit: process.exit() in a thread ends only that', async (t) => {
  t.is(await output('exit'), 'WorkerCrashedError 3\nstill here\n');
  t.is(await output('exit-sync'), 'WorkerCrashedError 3\nWorkerCrashedError 4\n');
});

test.serial('thread-exit: process.exit() in the main thread ends all, also those that wait', async (t) => {
  t.is(await output('exit-main', 7), '');
});

test.serial('thread-exit: an error of the main thread ends all', async (t) => {
  const { code, stderr } = await run('main-fails');
  t.is(code, 1);
  t.regex(stderr, /RangeError: the main thread failed/);
});

test.serial('thread-exit: a thread that has been joined is not listed, a hundred times (T09)', async (t) => {
  t.is(await output('listed'), 'wrong: 0\n');
});

test.serial('thread-exit: timers and sockets of a thread go on when its function has returned', async (t) => {
  t.is(await output('server'), 'served true\n');
});

test.serial('thread-exit: threads of a task keep its worker until they have ended', async (t) => {
  t.is(await output('pooled'), 'Pool-1-1 true MainThread Thread-N Pool-N-1\nslow\n11\n');
});

test.serial('thread-exit: a function that the main module exports goes by its name', async (t) => {
  t.is(await output('exported'), 'Thread-1 (addTo) 3\n');
});

test.serial('thread-exit: a main module without a guard starts no threads without end', async (t) => {
  const { code, stderr, stdout } = await runProgram('../threading/unguarded.mjs');
  t.is(code, 0);
  t.regex(stdout, /^PicklingError: .*creates a Thread\. Guard the part/);
  t.regex(stderr, /^Exception in thread Thread-1 \(work\):/);
});

test.serial('thread-exit: a worker that polycore has not started stays for its threads, but not for daemons', async (t) => {
  const { code, stderr, stdout } = await runProgram('../threading/by-worker.mjs');
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  t.is(stdout, '[Thread Dummy-1, started daemon true]\nMainThread kept daemon Dummy-1\nfrom the thread\nexit 0\n');
});
