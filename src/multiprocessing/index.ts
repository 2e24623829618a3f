/** Python's `multiprocessing`. */

export { AsyncResult } from './async-result.js';
export { Connection } from './connection.js';
export { cpuCount } from './cpu-count.js';
export type { ImapIterator } from './imap.js';
export type { ImapSyncIterator } from './imap-sync.js';
export type { TaskMessage } from './job.js';
export type { AnyLock, Locked } from './locked.js';
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
export {
  type RawSharedArray,
  SharedArray,
  SharedArray as Array,
  type SharedArrayConstructor,
  type SharedArrayMembers,
} from './shared-array.js';
export { type ShareableItem, ShareableList, type ShareableListOptions } from './shareable-list.js';
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.js';
export type { Element, Typecode } from './typecodes.js';
export { type Counting, type RawValue, Value, type ValueConstructor, type ValueMembers } from './value.js';
export { wait, waitSync } from './wait.js';
export type { WaitOptions } from '../runtime/wait-options.js';
