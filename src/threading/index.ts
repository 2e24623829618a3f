/** Python's `threading`: threads, and what they wait for and exclude each other with. */

export { Barrier, type BarrierAction } from './barrier.js';
export { BoundedSemaphore } from './bounded-semaphore.js';
export { Condition } from './condition.js';
export { activeCount, currentThread, enumerate, mainThread } from './current.js';
export { Event } from './event.js';
export { type ExceptHook, type ExceptHookArgs, excepthook, setExcepthook } from './excepthook.js';
export type { Guard } from './guard.js';
export { local } from './local.js';
export { Lock } from './lock.js';
export { RLock } from './rlock.js';
export { RwLock } from './rw-lock.js';
export { Semaphore } from './semaphore.js';
export type { ThreadOptions } from './thread-options.js';
export { Thread } from './thread.js';
export { Timer } from './timer.js';
