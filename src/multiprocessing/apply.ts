/** `apply`: one call, one job. */

import { CancelledError } from '../errors.js';
import { CALL } from '../runtime/operation.js';
import { type Callable, release, ship } from '../runtime/shipping.js';
import { AsyncResult, attach, type Cancellable, fail, fulfil } from './async-result.js';
import { Job, type JobOwner } from './job.js';
import { limitWork } from './limits.js';
import { type ApplyOptions, checkApply, checkFunction } from './options.js';
import type { PoolCore } from './pool-core.js';

const NO_OPTIONS: ApplyOptions<never> = {};
const ARGS = { path: 'args' };

class Call implements JobOwner, Cancellable {
  readonly #core: PoolCore;
  readonly #result: AsyncResult<unknown>;
  #job: Job | undefined;

  constructor(core: PoolCore, result: AsyncResult<unknown>) {
    this.#core = core;
    this.#result = result;
  }

  start(fn: Callable, args: readonly unknown[], options: ApplyOptions<never>): void {
    const shipped = ship(fn);
    try {
      this.#job = new Job(this.#core, this, {
        fn: shipped,
        operation: CALL,
        list: args,
        path: ARGS.path,
        priority: options.priority ?? 0,
        ...(options.transfer === undefined ? {} : { transfer: options.transfer }),
      });
    } finally {
      release(shipped);
    }
    this.#core.underWay.add(this);
    attach(this.#result, this);
  }

  succeeded(_job: Job, value: unknown): void {
    this.#core.underWay.delete(this);
    fulfil(this.#result, value);
  }

  failed(_job: Job, error: unknown): void {
    this.#core.underWay.delete(this);
    fail(this.#result, error);
  }

  cancel(reason: unknown): void {
    this.#core.underWay.delete(this);
    if (fail(this.#result, reason ?? new CancelledError('The task was cancelled'))) this.#job?.cancel();
  }
}

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
    if (!Array.isArray(args)) throw new TypeError('Expected `args` to be an array of arguments');
    if (options !== NO_OPTIONS) checkApply(options);
    core.checkOpen(1);
    options.signal?.throwIfAborted();
    const call = new Call(core, result);
    call.start(fn, args, options);
    if (options !== NO_OPTIONS) limitWork(result, call, options);
  } catch (error) {
    fail(result, error);
    if (options.errorCallback !== undefined && typeof options.errorCallback === 'function') options.errorCallback(error);
  }
  return result;
}
