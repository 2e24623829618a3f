/** polycore: Python's multiprocessing for Node.js. */

import { startWorker } from './runtime/worker.js';

export * from './errors.js';
export * from './jit/index.js';
export * from './multiprocessing/index.js';
export { isMain, pickle, ref } from './pickle/index.js';
export type { WorkerMessage } from './runtime/crew.js';

startWorker();
