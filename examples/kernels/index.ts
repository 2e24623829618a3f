/** Twelve known kernels, each an ordinary function that runs in V8 and, unmodified, as machine code. */

import { blackScholesCase } from './black-scholes.js';
import type { KernelCase } from './case.js';
import { convolutionCase } from './convolution.js';
import { floydWarshallCase } from './floyd-warshall.js';
import { hashCase } from './hash.js';
import { kMeansCase } from './k-means.js';
import { lifeCase } from './life.js';
import { lyapunovCase } from './lyapunov.js';
import { mandelbrotCase } from './mandelbrot.js';
import { matmulCase } from './matmul.js';
import { monteCarloPiCase } from './monte-carlo-pi.js';
import { nBodyCase } from './n-body.js';
import { spectralNormCase } from './spectral-norm.js';

export type { KernelCase } from './case.js';

/** All of them. */
export const KERNELS: readonly KernelCase[] = [
  mandelbrotCase,
  nBodyCase,
  blackScholesCase,
  spectralNormCase,
  kMeansCase,
  monteCarloPiCase,
  convolutionCase,
  matmulCase,
  floydWarshallCase,
  lifeCase,
  hashCase,
  lyapunovCase,
];
