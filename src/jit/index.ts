/** The native backend: JavaScript functions as machine code on native threads. */

export type { ArrayOf, ElementName, MapResult, TypedArray } from './elements.js';
export type { Explanation, KernelExplanation, VariableExplanation } from './explain.js';
export { jit, type JitFunction, type JitOptions, type NumericFunction } from './function.js';
export { parallelFor, parallelForSync, parallelReduce, parallelReduceSync } from './machine.js';
export type { NativeMapOptions } from './map.js';
export type { LoopOptions, ParallelForOptions } from './options.js';
export type { KernelArgument, LoopBody } from './parallel-for.js';
export type { Combine } from './parallel-reduce.js';
