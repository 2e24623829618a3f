/** Worker file of poolifier. Its workers cannot hand memory over, so `echo` copies on the way back. */
import { type TaskFunctions, ThreadWorker } from 'poolifier';
import * as work from './work.js';

/** poolifier types all functions of a worker alike; each here takes what its caller sends. */
const functions = { ...work } as unknown as TaskFunctions<unknown, unknown>;

export const worker = new ThreadWorker(functions);
