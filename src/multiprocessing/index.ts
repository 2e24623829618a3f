/** Python's `multiprocessing`. */

export { AsyncResult } from './async-result.js';
export { Connection } from './connection.js';
export { cpuCount } from './cpu-count.js';
export type { ImapIterator } from './imap.js';
export type { TaskMessage } from './job.js';
export {
  type ApplyOptions,
  type ImapOptions,
  type MapOptions,
  NotSupported,
  type PoolOptions,
  type Progress,
} from './options.js';
export type { BytesOptions, BytesSource } from './message-bytes.js';
export { Pipe } from './pipe.js';
export { Pool, type PoolStats } from './pool.js';
export { wait, waitSync } from './wait.js';
export type { WaitOptions } from '../runtime/wait-options.js';
