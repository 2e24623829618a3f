/**
 * The functions of the native backend. Most programs compile nothing: the bundle keeps the backend in a file of its own, which
 * is loaded when one of these is called for the first time. So this module exports functions only.
 */

export { jit } from './function.js';
export { nativeMap, nativeMapSync } from './map.js';
export { parallelFor, parallelForSync } from './parallel-for.js';
export { parallelReduce, parallelReduceSync } from './parallel-reduce.js';
