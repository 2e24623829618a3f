/** polycore: Python's multiprocessing for Node.js. */

import * as self from './index.js';
import { publish } from './pickle/index.js';
import { startWorker } from './runtime/worker.js';
import { startThread } from './threading/body.js';

export * from './algorithms/index.js';
export * from './errors.js';
export * from './jit/index.js';
export * from './multiprocessing/index.js';
export { isMain, pickle, ref } from './pickle/index.js';
export * from './queue/index.js';
export * from './threading/index.js';
export type { WorkerMessage } from './runtime/crew.js';
export { transfer } from './runtime/transfer.js';

publish(self);
startWorker();
startThread();
