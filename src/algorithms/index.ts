/**
 * Native parallel algorithms on typed arrays. In the bundle a file of its own, which is loaded when one of the functions is first
 * called; so this module exports functions and types only.
 */

export type { AlgorithmOptions, SameType } from './arguments.js';
export type { Comparator } from './comparison-sort.js';
export { filter, filterSync, type Predicate } from './filter.js';
export { type Histogram, histogram, type HistogramOptions, histogramSync } from './histogram.js';
export { type Floats, matmul, type MatmulOptions, matmulSync } from './matmul.js';
export { scan, type ScanOptions, scanSync } from './scan.js';
export { sort, sortSync } from './sort.js';
