/** `broadcast`: one call in each worker, through its mailbox. */

import { binding } from '../native/binding.js';
import type { Crew } from '../runtime/crew.js';
import { type Callable, release, ship } from '../runtime/shipping.js';
import { AsyncResult, fail, fulfil } from './async-result.js';
import { Job } from './job.js';
import { checkFunction } from './options.js';
import { CALL } from '../runtime/operation.js';
import type { PoolCore } from './pool-core.js';

/** Results of all workers; those that are still starting are waited for. */
export async function broadcast(core: PoolCore, crew: Crew, fn: Callable, args: readonly unknown[]): Promise<unknown[]> {
  checkFunction('fn', fn);
  core.checkOpen(0);
  await crew.allReady();
  const shipped = ship(fn);
  try {
    return await Promise.all(crew.ready().map((key) => one(core, key, { fn: shipped, args })));
  } finally {
    release(shipped);
  }
}

function one(
  core: PoolCore,
  key: number,
  call: { fn: ReturnType<typeof ship>; args: readonly unknown[] },
): PromiseLike<unknown> {
  const result = new AsyncResult<unknown>();
  const owner = {
    succeeded: (_job: Job, value: unknown): void => {
      fulfil(result, value);
    },
    failed: (_job: Job, error: unknown): void => {
      fail(result, error);
    },
    abandon: (_job: Job, reason: unknown): void => {
      fail(result, reason);
    },
  };
  const submit = (slot: number): boolean => binding.post(core.number, slot, key);
  new Job(core, owner, undefined, call.args, {
    fn: call.fn,
    operation: CALL,
    payload: { path: 'args' },
    priority: 0,
    submit,
  });
  return result;
}
