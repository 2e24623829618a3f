/** Python's `queue`, and the queues of its `multiprocessing`. */

export type { TimeoutOption } from './core.js';
export { LifoQueue } from './lifo-queue.js';
export { PriorityQueue } from './priority-queue.js';
export { Queue, Queue as JoinableQueue } from './queue.js';
export type { QueueOptions } from './shape.js';
export { SimpleQueue } from './simple-queue.js';
