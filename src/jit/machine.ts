/**
 * What needs the compiler. In the bundle a file of its own, which is loaded when one of these functions is first called: who
 * compiles nothing does not pay for it.
 */

export { makeCompiler } from './compiler.js';
export { explain } from './explain.js';
export { nativeMap, nativeMapSync } from './map.js';
export { parallelFor, parallelForSync } from './parallel-for.js';
export { parallelReduce, parallelReduceSync } from './parallel-reduce.js';
