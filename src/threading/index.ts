/** Python's `threading`: what threads wait for and exclude each other with. */

export { BoundedSemaphore } from './bounded-semaphore.js';
export { Event } from './event.js';
export type { Guard } from './guard.js';
export { Lock } from './lock.js';
export { RLock } from './rlock.js';
export { Semaphore } from './semaphore.js';
