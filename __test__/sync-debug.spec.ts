/** `POLYCORE_DEBUG`: who holds and who waits, when a wait takes long. */

import test from 'ava';
import { runProgram } from './fixtures/pool/run-program.js';

/** What is printed when two workers run into a deadlock, and a promise waits so long for one of the locks. */
async function deadlock(wait: number, environment: Record<string, string>): Promise<[stdout: string, stderr: string]> {
  const { stdout, stderr } = await runProgram('../sync/deadlock.mjs', [String(wait)], environment);
  return [stdout, stderr];
}

test.serial('debug: a deadlock is told once for each wait, with holders, waiters and the circle', async (t) => {
  const [stdout, stderr] = await deadlock(1000, { POLYCORE_DEBUG: '1', POLYCORE_DEBUG_AFTER: '200' });
  t.is(stdout, 'ended\n');
  // The main thread may also have waited long for the event by which the workers say that they are there.
  const reports = stderr.split(/^(?=polycore: )/m).filter((text) => /^.* for Lock /.test(text));
  t.is(reports.length, 3, stderr);
  const [awaited] = reports.filter((text) => text.startsWith('polycore: thread MainThread has waited 0.'));
  t.regex(awaited ?? '', /for Lock \d+:\d+\n {2}it is held by worker pair-[12], which has been blocked for Lock/);
  t.regex(awaited ?? '', /waiting: .*thread MainThread \(awaits, 0\.\d s\)/);
  for (const n of [1, 2]) {
    const [report] = reports.filter((text) => text.startsWith(`polycore: worker pair-${n} has waited 0.`));
    t.regex(report ?? '', new RegExp(`it is held by worker pair-${3 - n},`));
  }
  t.regex(stderr, /deadlock: worker pair-[12] waits for Lock \d+:\d+, held by worker pair-[12] waits for Lock/);
});

test.serial('debug: holders and waiters go by the names of their threads, also by new ones', async (t) => {
  const { stderr, stdout } = await runProgram('../sync/named.mjs', [], { POLYCORE_DEBUG: '1', POLYCORE_DEBUG_AFTER: '200' });
  t.is(stdout, 'ended\n');
  const reports = stderr.split(/^(?=polycore: )/m).filter((text) => / for Lock /.test(text));
  const holders = reports.map((text) => /\n {2}it is held by (.*), which has been blocked for Event/.exec(text)?.[1]);
  t.deepEqual(holders, reports.map(() => 'thread late holder'), stderr);
  const who = reports.map((text) => /^polycore: (.*) has waited \d/.exec(text)?.[1]);
  const names = ['thread blocked one', 'thread awaiting', 'worker crew-1', 'worker crawler', 'thread the boss'];
  t.deepEqual(who.sort(), [...names].sort(), stderr);
  const waiting = reports.map((text) => /\n {2}waiting: (.*)/.exec(text)?.[1] ?? '').join();
  for (const name of names) t.true(waiting.includes(`${name} (`), name);
});

test.serial('debug: a wait that is shorter than POLYCORE_DEBUG_AFTER, by default 2000 ms, is not told', async (t) => {
  t.deepEqual(await deadlock(300, { POLYCORE_DEBUG: '1' }), ['ended\n', '']);
});

test.serial('debug: nothing is told unless it is asked for', async (t) => {
  t.deepEqual(await deadlock(300, { POLYCORE_DEBUG_AFTER: '10' }), ['ended\n', '']);
  t.deepEqual(await deadlock(300, { POLYCORE_DEBUG: '0', POLYCORE_DEBUG_AFTER: '10' }), ['ended\n', '']);
});
