/**
 * Loops over arrays: an access outside is the same error as if each were looked at, and no other, though most are checked before
 * their loop; and what a loop reads is what it has written, though it may be in a register.
 */

import test, { type ExecutionContext } from 'ava';
import { binding } from '../dist/native/binding.js';
import { compile } from './fixtures/jit/differ.ts';
import { type Nest, type Nested, nest, STAYING, staying } from './fixtures/jit/nest.ts';

const NESTS = 1000;
/** Of a body: enough for a round of a vector loop, and some more. */
const ITERATIONS = 7;
/** Another part of the sequence each day, and the same one all day. */
const FIRST = Number(process.env.POLYCORE_FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000) * NESTS);

/** An access outside of an array. */
class Outside extends Error {
  readonly index: number;
  constructor(index: number) {
    super(`${index} is outside`);
    this.index = index + 0;
  }
}

function at(array: Float64Array, index: number): number {
  if (!(index >= 0 && index < array.length)) throw new Outside(index);
  return index;
}

type Arguments = readonly [...Nest['values'], a: Float64Array, b: Float64Array, out: Float64Array];

/** What a run gives or where it fails, and what it leaves behind. */
function outcome({ values, lengths }: Nest, same: boolean, run: (...args: Arguments) => unknown): unknown {
  const [a, other] = lengths.map((length) => Float64Array.from({ length }, (_, index) => (index * 37) % 101)) as [Float64Array, Float64Array];
  const b = same ? a : other;
  const out = new Float64Array(ITERATIONS);
  const ended = (): object => ({ a: [...a], b: [...b], out: [...out] });
  try {
    return { result: run(...values, a, b, out), ...ended() };
  } catch (error) {
    if (!(error instanceof Outside)) throw error;
    return { outside: error.index, ...ended() };
  }
}

/** The type of a number: as narrow as can be, or one with which loops are long enough to be run in rounds. */
function param(value: number, seed: number): string {
  if (seed % 3 === 0) return value === 0 ? 'zero' : value > 0 ? 'natural8' : 'integer';
  return seed % 3 === 1 && value > 0 ? 'natural20' : 'integer';
}

/** Nests that fail, and that run in vector registers. */
function compare(t: ExecutionContext, kind: Nested): { failed: number; vectorized: number } {
  const entry = kind === 'function' ? 'call' : 'for8';
  let failed = 0;
  let vectorized = 0;
  for (let seed = FIRST; seed < FIRST + NESTS; seed++) {
    const made = nest(seed, kind);
    const [n, m] = made.values;
    const arrays = entry === 'for8' ? 3 : 2;
    const params = [param(n, seed), param(m, seed), 'boolean', ...Array.from({ length: arrays }, () => 'array8')];
    const same = seed % 5 === 0;
    const { kernel, error, lanes } = compile(
      { text: made.text, entry, params },
      { uncheckedRaces: kind === 'body', same: same ? [0, 0, 2] : [0, 1, 2] },
    );
    if (error) t.fail(`seed ${seed}: ${error.reason}\n${made.text}`);
    const looked = new Function('at', `return ${made.looked}`)(at) as (...args: unknown[]) => unknown;
    const expected = outcome(made, same, (...args) => {
      if (entry === 'call') return looked(...args);
      for (let i = 0; i < ITERATIONS; i++) looked(i, ...args);
      return undefined;
    });
    const got = outcome(made, same, (...args) => {
      const mine = args.slice(0, 3 + arrays);
      const result = entry === 'call'
        ? binding.jitCall(kernel, mine, new Float64Array(0))
        : binding.jitRunSync(kernel, mine, ITERATIONS, 0, 1, true, -1) || undefined;
      const has_failed = entry === 'call' ? result === null : result !== undefined;
      if (has_failed) throw new Outside((binding.jitFailure() as { index: number }).index);
      return result;
    });
    binding.jitDrop(kernel);
    t.deepEqual(got, expected, `seed ${seed}: ${made.text}`);
    failed += Number('outside' in (expected as object));
    vectorized += Number(lanes > 0);
  }
  return { failed, vectorized };
}

for (const kind of ['function', 'body', 'body apart'] as const) {
  test.serial(`bounds: ${NESTS} random nests from seed ${FIRST} fail where they leave an array, and nowhere else (${kind})`, (t) => {
    t.timeout(300_000);
    const { failed, vectorized } = compare(t, kind);
    t.true(failed > NESTS / 10 && failed < (NESTS * 9) / 10, `${failed} of ${NESTS} fail`);
    t.true(vectorized > NESTS / 10 || kind !== 'body apart', `${vectorized} of ${NESTS} are vectorized`);
  });
}

test.serial(`bounds: ${NESTS} random loops from seed ${FIRST} read elements that stay where they are as they are`, (t) => {
  t.timeout(300_000);
  for (let seed = FIRST; seed < FIRST + NESTS; seed++) {
    const text = staying(seed);
    const same = seed % 2 === 0;
    const numbers = [1 + (seed % 6), 1 + (Math.floor(seed / 6) % 6)];
    const params = ['natural20', 'natural8', 'array8', 'array8'];
    const { kernel, error } = compile({ text, entry: 'call', params }, { same: same ? [0, 0] : [0, 1] });
    if (error) t.fail(`seed ${seed}: ${error.reason}\n${text}`);
    const run = (call: (...args: unknown[]) => unknown): unknown => {
      const a = Float64Array.from({ length: STAYING }, (_, index) => (index * 37) % 101);
      const b = same ? a : a.map((x) => 100 - x);
      const result = call(...numbers, a, b);
      return { result, a: [...a], b: [...b] };
    };
    const got = run((...args) => binding.jitCall(kernel, args, new Float64Array(0)));
    binding.jitDrop(kernel);
    t.deepEqual(got, run(new Function(`return ${text}`)() as (...args: unknown[]) => unknown), `seed ${seed}: ${text}`);
  }
});
