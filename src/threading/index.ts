/** Python's `threading`: threads, and what they wait for and exclude each other with. */

export { BoundedSemaphore } from './bounded-semaphore.js';
export { activeCount, currentThread, enumerate, mainThread } from './current.js';
export { Event } from './event.js';
export { type ExceptHook, type ExceptHookArgs, excepthook, setExcepthook } from './excepthook.js';
export type { Guard } from './guard.js';
export { local } from './local.js';
export { Lock } from './lock.js';
export { RLock } from './rlock.js';
export { Semaphore } from './semaphore.js';
export { Thread } from './thread.js';
export type { ThreadOptions } from './thread-options.js';
export { Timer } from './timer.js';
