/** N-body: many systems of five bodies each, advanced by the symplectic integrator of the Computer Language Benchmarks Game. */

import { doubles, type KernelCase, sequence } from './case.js';

/** Bodies of a system, and numbers of a body: position, velocity, mass. */
const BODIES = 5;
const FIELDS = 7;

/** Advances system `i` by `steps` steps of `dt`. */
export function nBody(i: number, steps: number, dt: number, state: Float64Array): void {
  const base = i * 35;
  for (let step = 0; step < steps; step++) {
    for (let a = 0; a < 5; a++) {
      const p = base + a * 7;
      for (let b = a + 1; b < 5; b++) {
        const q = base + b * 7;
        const dx = state[p]! - state[q]!;
        const dy = state[p + 1]! - state[q + 1]!;
        const dz = state[p + 2]! - state[q + 2]!;
        const distance2 = dx * dx + dy * dy + dz * dz;
        const magnitude = dt / (distance2 * Math.sqrt(distance2));
        const forceOnA = state[q + 6]! * magnitude;
        const forceOnB = state[p + 6]! * magnitude;
        state[p + 3]! -= dx * forceOnA;
        state[p + 4]! -= dy * forceOnA;
        state[p + 5]! -= dz * forceOnA;
        state[q + 3]! += dx * forceOnB;
        state[q + 4]! += dy * forceOnB;
        state[q + 5]! += dz * forceOnB;
      }
    }
    for (let a = 0; a < 5; a++) {
      const p = base + a * 7;
      state[p]! += dt * state[p + 3]!;
      state[p + 1]! += dt * state[p + 4]!;
      state[p + 2]! += dt * state[p + 5]!;
    }
  }
}

export const nBodyCase: KernelCase = {
  name: 'n-body',
  kernel: nBody,
  count: (size) => Math.ceil(200 * size),
  data: (size) => {
    const length = Math.ceil(200 * size) * BODIES * FIELDS;
    const state = doubles(length);
    state.set(sequence(length).map((x) => x * 10 - 5));
    return [2500, 0.001, state];
  },
};
