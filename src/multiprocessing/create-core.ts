/** Making a pool: checks what it is to be, and starts its workers. */

import type { BrokenPoolError } from '../errors.js';
import { binding } from '../native/binding.js';
import { Crew } from '../runtime/crew.js';
import { attachPort } from '../runtime/port.js';
import { keep } from '../runtime/shipping.js';
import { ThreadBackend } from '../runtime/thread-backend.js';
import { cpuCount } from './cpu-count.js';
import { checkCount, checkFunction, NotSupported, type PoolOptions } from './options.js';
import { PoolCore } from './pool-core.js';

let count = 0;

/** The core of a pool that another isolate owns. */
export function adoptCore(number: number, name: string, size: number): PoolCore {
  return new PoolCore(number, name, size, Number.POSITIVE_INFINITY);
}

/** The core of a new pool, whose workers are starting. @throws as the constructor of `Pool`. */
export function createCore(n: number | undefined, options: PoolOptions): PoolCore {
  const size = n === undefined ? cpuCount() : checkCount('n', n, 1);
  if (typeof options !== 'object' || options === null) throw new TypeError('Expected `options` to be an object');
  const { initializer, initargs = [], backend = 'thread', name } = options;
  if (backend === 'process') throw new NotSupported("backend: 'process' is not available yet; use 'thread'");
  if (backend !== 'thread') throw new RangeError(`Expected \`backend\` to be 'thread' or 'process', got ${String(backend)}`);
  const maxTasks = options.maxTasksPerChild === undefined ? 0 : checkCount('maxTasksPerChild', options.maxTasksPerChild, 1);
  const maxQueue =
    options.maxQueue === undefined ? Number.POSITIVE_INFINITY : checkCount('maxQueue', options.maxQueue, 1);
  const idleTimeout = options.idleTimeout === undefined ? 0 : checkCount('idleTimeout', options.idleTimeout, 1);
  if (initializer !== undefined) checkFunction('initializer', initializer);
  attachPort();
  const number = binding.createPool();
  const core = new PoolCore(number, name ?? `Pool-${++count}`, size, maxQueue);
  const setup = {
    poolName: core.name,
    pool: number,
    initializer: initializer === undefined ? -1 : keep([initializer, initargs], 'initargs'),
    maxTasks,
    idleTimeout,
  };
  core.crew = new Crew({
    pool: number,
    name: core.name,
    pending: () => core.pending,
    elastic: idleTimeout > 0,
    initializer: setup.initializer,
    broken: (error: BrokenPoolError) => core.break(error),
  });
  core.crew.start(new ThreadBackend(setup, options.resourceLimits, core.crew.ended), size);
  return core;
}
