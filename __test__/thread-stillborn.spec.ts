/**
 * Threads and workers that end before they have come so far as to be some: every blocked call for them ends all the same. Each
 * program is a process of its own, blocked all the time.
 */

import { fileURLToPath } from 'node:url';
import test from 'ava';
import { runProgram } from './fixtures/pool/run-program.js';

const PRELOAD = fileURLToPath(new URL('fixtures/threading/preload.cjs', import.meta.url));
const CRASHED = 'WorkerCrashedError: The thread stillborn did not come to its end: it was stopped\n';
const BROKEN = 'BrokenPoolError: 3 workers of pool ended before they could take a task\n';

/** What each program prints. */
const CALLS = {
  join: `${CRASHED}${CRASHED}false\n`,
  'join-limited': CRASHED,
  ask: CRASHED,
  wait: 'true\n',
  other: CRASHED,
  several: CRASHED.repeat(4),
  pool: `${BROKEN}${BROKEN}undefined\n`,
  replaced: `1\n${BROKEN}${BROKEN}`,
};
const WAYS = ['throw', 'exit', 'memory', 'addon', 'descriptors'];

const { platform } = process;

// Where the threads of the process are not listed, Node tells of them, in an event loop that is not blocked.
for (const way of platform === 'linux' ? WAYS : []) {
  for (const [call, printed] of Object.entries(CALLS)) {
    test.serial(`stillborn: a blocked call does not wait for a thread that ended before it was one (${call}: ${way})`, async (t) => {
      const options = { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --require ${JSON.stringify(PRELOAD)}` };
      const { code, stdout } = await runProgram('../threading/stillborn.mjs', [way, call], options);
      t.deepEqual({ code, stdout }, { code: 0, stdout: printed });
    });
  }
}

if (platform === 'linux') {
  test.serial('stillborn: joinSync() of a pool that is terminated while its workers start returns', async (t) => {
    const { code, stdout } = await runProgram('../threading/stillborn.mjs', ['none', 'terminated']);
    t.deepEqual({ code, stdout }, { code: 0, stdout: 'undefined\n' });
  });
}
