/** The native backend: JavaScript functions as machine code on native threads. */

export { jit, parallelFor, parallelForSync, parallelReduce, parallelReduceSync } from './backend.js';
export type { ArrayOf, ElementName, MapResult, TypedArray } from './elements.js';
export type { Explanation, KernelExplanation, VariableExplanation } from './explain.js';
export type { JitFunction, JitOptions, NumericFunction } from './function.js';
export type { NativeMapOptions } from './map.js';
export type { LoopOptions, ParallelForOptions } from './options.js';
export type { KernelArgument, LoopBody } from './parallel-for.js';
export type { Combine } from './parallel-reduce.js';
