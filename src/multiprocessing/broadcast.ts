/** `broadcast`: one call in each worker, through its mailbox. */

import { binding } from '../native/binding.js';
import type { Crew } from '../runtime/crew.js';
import { type Callable, release, ship } from '../runtime/shipping.js';
import { AsyncResult, fail, fulfil } from './async-result.js';
import { Job } from './job.js';
import { checkArguments, checkFunction } from './options.js';
import { CALL } from '../runtime/operation.js';
import type { PoolCore } from './pool-core.js';

/** The result of a worker that was gone before it began. */
const GONE = Symbol('gone');

/** Results of all workers; those that are still starting are waited for. */
export async function broadcast(core: PoolCore, crew: Crew, fn: Callable, args: readonly unknown[]): Promise<unknown[]> {
  checkFunction('fn', fn);
  checkArguments('args', args);
  core.checkOpen(0);
  const shipped = ship(fn);
  const asked = new Set<number>();
  let results: PromiseLike<unknown>[] = [];
  try {
    // One that dies before it is asked is replaced, and its successor asked.
    for (;;) {
      await crew.allReady();
      const next = crew.ready().filter((key) => !asked.has(key));
      if (next.length === 0) {
        const values = await Promise.all(results);
        if (!values.includes(GONE) || core.isClosed) return values.filter((value) => value !== GONE);
        results = results.filter((_, index) => values[index] !== GONE);
        continue;
      }
      for (const key of next) {
        asked.add(key);
        const result = one(core, key, { fn: shipped, args });
        if (result === undefined) crew.dying(key);
        else results.push(result);
      }
    }
  } finally {
    release(shipped);
  }
}

/** The result of one worker; `undefined` when it is gone. */
function one(
  core: PoolCore,
  key: number,
  call: { fn: ReturnType<typeof ship>; args: readonly unknown[] },
): PromiseLike<unknown> | undefined {
  const result = new AsyncResult<unknown>();
  const owner = {
    succeeded: (_job: Job, value: unknown): void => {
      fulfil(result, value);
    },
    failed: (_job: Job, error: unknown): void => {
      fail(result, error);
    },
    neverBegan: (): void => {
      fulfil(result, GONE);
    },
    abandon: (_job: Job, reason: unknown): void => {
      fail(result, reason);
    },
  };
  let gone = false;
  const submit = (slot: number): boolean => !(gone = !binding.post(core.number, slot, key));
  try {
    new Job(core, owner, undefined, call.args, {
      fn: call.fn,
      operation: CALL,
      payload: { path: 'args' },
      priority: 0,
      submit,
    });
  } catch (error) {
    if (gone) return undefined;
    throw error;
  }
  return result;
}
