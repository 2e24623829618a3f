/**
 * Shows the compiler what this engine's mathematical functions return, so that it finds the same routines (see
 * `crates/jit/src/engine.rs`): once per isolate and function, when a text that mentions it is compiled.
 */

import { binding } from '../native/binding.js';

const UNARY = [
  'acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1', 'log', 'log10', 'log1p', 'log2',
  'sin', 'sinh', 'tan', 'tanh',
] as const;
const BINARY = ['atan2', 'pow'] as const;

/** Exponents whose results engines compute in different ways. */
const EXPONENTS = [2, 0.5, -0.5, 3, -1, 1 / 3, 10, -2, 1.5, 0.1, 7.25, -3.75, 100, 0, Number.NaN, Number.POSITIVE_INFINITY];

const NAMES = new RegExp(`\\b(?:${[...UNARY, ...BINARY].join('|')})\\b|\\*\\*`, 'g');

type Name = (typeof UNARY)[number] | (typeof BINARY)[number];

const done = new Set<string>();
let inputs: Float64Array | undefined;

/** Makes the routines of all functions known that the texts mention. */
export function probe(texts: readonly string[]): void {
  for (const text of texts) {
    for (const [found] of text.matchAll(NAMES)) {
      const name = found === '**' ? 'pow' : (found as Name);
      if (done.has(name)) continue;
      done.add(name);
      probeOne(name);
    }
  }
}

function probeOne(name: Name): void {
  inputs ??= new Float64Array(samples());
  if (!isBinary(name)) {
    const method = Math[name];
    binding.jitProbe(name, inputs, new Float64Array(0), inputs.map((x) => method(x)));
    return;
  }
  const method = Math[name];
  const x = new Float64Array(inputs.length * EXPONENTS.length);
  const y = new Float64Array(x.length);
  inputs.forEach((base, i) => {
    EXPONENTS.forEach((exponent, j) => {
      x[i * EXPONENTS.length + j] = base;
      y[i * EXPONENTS.length + j] = exponent;
    });
  });
  binding.jitProbe(name, x, y, x.map((base, i) => method(base, y[i] as number)));
  // Through a variable, so that the engine does not compile the square by itself.
  const [two = 2] = EXPONENTS;
  if (name === 'pow') binding.jitSquareIsExact(inputs.every((value) => Object.is(method(value, two), value * value)));
}

function isBinary(name: Name): name is (typeof BINARY)[number] {
  return (BINARY as readonly string[]).includes(name);
}

/** Numbers of all magnitudes and both signs, and the special ones. */
function samples(): number[] {
  const found = [0, 1, 2, 10, 0.5, Math.PI, Math.E, 1e-300, 5e-324, 1e300, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 53];
  let state = 12345;
  for (let i = 0; i < 60; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const fraction = state / 2 ** 32;
    found.push(fraction, 1 + fraction, fraction * 20, fraction * 2 ** ((i % 60) - 30), fraction * 700);
  }
  return [...found, ...found.map((x) => -x)];
}
