/** Making a pool: checks what it is to be, and starts its workers. */

import type { ResourceLimits } from 'node:worker_threads';
import type { BrokenPoolError } from '../errors.js';
import { binding } from '../native/binding.js';
import { Crew } from '../runtime/crew.js';
import { attachPort } from '../runtime/port.js';
import { keep } from '../runtime/shipping.js';
import { ThreadBackend } from '../runtime/thread-backend.js';
import { cpuCount } from './cpu-count.js';
import { checkArguments, checkCount, checkFunction, describe, type Fn, NotSupported, type PoolOptions } from './options.js';
import { PoolCore } from './pool-core.js';

let count = 0;

/** The core of a pool that another isolate owns. */
export function adoptCore(number: number, name: string, size: number): PoolCore {
  return new PoolCore(number, name, size, Number.POSITIVE_INFINITY);
}

interface Checked {
  readonly initializer: Fn | undefined;
  readonly initargs: readonly unknown[];
  /** 0: never. */
  readonly maxTasks: number;
  readonly maxQueue: number;
  /** 0: never. */
  readonly idleTimeout: number;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly name: string | undefined;
}

function checkOptions(options: PoolOptions): Checked {
  if (typeof options !== 'object' || options === null) throw new TypeError(`Expected \`options\` to be an object, got ${describe(options)}`);
  const { initializer, initargs = [], backend = 'thread', name, resourceLimits } = options;
  if (backend === 'process') throw new NotSupported("backend: 'process' is not available yet; use 'thread'");
  if (typeof backend !== 'string') throw new TypeError(`Expected \`backend\` to be a string, got ${describe(backend)}`);
  if (backend !== 'thread') throw new RangeError(`Expected \`backend\` to be 'thread' or 'process', got ${describe(backend)}`);
  const maxTasks = options.maxTasksPerChild === undefined ? 0 : checkCount('maxTasksPerChild', options.maxTasksPerChild, 1);
  const { maxQueue = Number.POSITIVE_INFINITY, idleTimeout = Number.POSITIVE_INFINITY } = options;
  if (maxQueue !== Number.POSITIVE_INFINITY) checkCount('maxQueue', maxQueue, 1);
  if (idleTimeout !== Number.POSITIVE_INFINITY) checkCount('idleTimeout', idleTimeout, 1);
  if (initializer !== undefined) checkFunction('initializer', initializer);
  checkArguments('initargs', initargs);
  if (name !== undefined && typeof name !== 'string') throw new TypeError(`Expected \`name\` to be a string, got ${describe(name)}`);
  if (resourceLimits !== undefined && (typeof resourceLimits !== 'object' || resourceLimits === null)) {
    throw new TypeError(`Expected \`resourceLimits\` to be an object, got ${describe(resourceLimits)}`);
  }
  const idle = idleTimeout === Number.POSITIVE_INFINITY ? 0 : idleTimeout;
  return { initializer: initializer as Fn | undefined, initargs, maxTasks, maxQueue, idleTimeout: idle, name, resourceLimits };
}

/** The core of a new pool, whose workers are starting. @throws as the constructor of `Pool`. */
export function createCore(n: number | undefined, options: PoolOptions): PoolCore {
  const size = n === undefined ? cpuCount() : checkCount('n', n, 1);
  const { idleTimeout, initargs, initializer, maxQueue, maxTasks, name, resourceLimits } = checkOptions(options);
  attachPort();
  const kept = initializer === undefined ? -1 : keep({ initializer, initargs }, 'options');
  const number = binding.createPool();
  const core = new PoolCore(number, name ?? `Pool-${++count}`, size, maxQueue);
  const setup = {
    poolName: core.name,
    pool: number,
    initializer: kept,
    maxTasks,
    idleTimeout,
  };
  core.crew = new Crew({
    pool: number,
    name: core.name,
    pending: () => core.pending,
    elastic: idleTimeout > 0,
    initializer: kept,
    broken: (error: BrokenPoolError) => core.break(error),
  });
  core.crew.start(new ThreadBackend(setup, resourceLimits, core.crew.ended), size);
  return core;
}
