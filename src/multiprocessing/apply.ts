/** `apply`: one call, one job. */

import { CALL } from '../runtime/operation.js';
import { type Callable, release, ship } from '../runtime/shipping.js';
import { AsyncResult, attach, fail, fulfil } from './async-result.js';
import { Job, type JobOwner } from './job.js';
import { limitWork, refuse } from './limits.js';
import { type ApplyOptions, checkApply, checkArguments, checkFunction } from './options.js';
import type { PoolCore } from './pool-core.js';

const NO_OPTIONS: ApplyOptions<never> = {};
const PLAIN = { path: 'args' };

/** The owner of all calls; the context of a call's job is its result. */
const calls: JobOwner = {
  succeeded(job, value) {
    fulfil(job.context as AsyncResult<unknown>, value);
  },
  failed(job, error) {
    fail(job.context as AsyncResult<unknown>, error);
  },
  abandon(job, reason) {
    if (fail(job.context as AsyncResult<unknown>, reason)) job.cancel();
  },
};

/** Submits one call. The result rejects when anything is wrong with it. */
export function apply(
  core: PoolCore,
  fn: Callable,
  args: readonly unknown[],
  options: ApplyOptions<never> = NO_OPTIONS,
): AsyncResult<unknown> {
  const result = new AsyncResult<unknown>();
  try {
    checkFunction('fn', fn);
    checkArguments('args', args);
    if (options !== NO_OPTIONS) checkApply(options);
    core.checkOpen(1);
    options.signal?.throwIfAborted();
    const shipped = ship(fn);
    try {
      const { transfer } = options;
      const payload = transfer === undefined ? PLAIN : { ...PLAIN, transfer };
      const priority = options.priority ?? 0;
      attach(result, new Job(core, calls, result, args, { fn: shipped, operation: CALL, payload, priority }));
    } finally {
      release(shipped);
    }
    if (options !== NO_OPTIONS) limitWork(result, options);
  } catch (error) {
    refuse(result, options, error);
  }
  return result;
}
