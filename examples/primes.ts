/**
 * Counts the primes up to N with a closure: `countIn` reads `limit`, `length` and `primes` of the function around it. It travels by value,
 * with these three, once to each worker. Checked against one thread and, for a power of ten, against the known number.
 */

import { cpuCount, isMain, Pool } from 'polycore';
import { knownCount, oddPrimes } from './primes/sieve.ts';
import { comparisonTable, figures, poolLabel, secondsSince } from './terminal/comparison.ts';
import { readCommandLine, wholeNumber } from './terminal/command-line.ts';
import { counted, grouped } from './terminal/number.ts';
import { Progress } from './terminal/progress.ts';
import { runProgram, UsageError } from './terminal/program.ts';

const HELP = `
Usage: node --import tsx examples/primes.ts [N] [--workers N] [--json]

Counts the primes up to N (default: 1e9, at most 1e11) with a segmented sieve, on a Pool and in one thread.

  --workers N   workers of the Pool (default: ${cpuCount()}, the CPUs this process may use)
  --json        print one JSON object
  -h, --help    print this

Exit code: 0; 1 if the count is wrong; 2 if N is no such number.
`;

const MAXIMUM = 1e11;
/** Segments of a job: some ten milliseconds of work. */
const CHUNK = 16;

/** A counter of the primes in `[from, from + length)` that are at most `limit`; `from` is a multiple of `length`. */
function segmentCounter(limit: number, length: number): (from: number) => number {
  const primes = oddPrimes(Math.floor(Math.sqrt(limit)));
  return function countIn(from: number): number {
    const end = Math.min(from + length, limit + 1); // exclusive
    const composite = new Uint8Array((end - from) >> 1); // index i stands for from + 2i + 1
    for (const prime of primes) {
      const square = prime * prime;
      if (square >= end) break;
      let multiple = Math.max(square, Math.ceil(from / prime) * prime);
      if (multiple % 2 === 0) multiple += prime;
      for (let index = (multiple - from) >> 1; index < composite.length; index += prime) composite[index] = 1;
    }
    let count = 0;
    for (const mark of composite) count += 1 - mark;
    if (from === 0) count += (limit >= 2 ? 1 : 0) - (end > 1 ? 1 : 0); // 2 is prime and not odd, 1 is odd and not prime
    return count;
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

async function main(): Promise<number> {
  const line = readCommandLine(HELP, { workers: cpuCount() });
  if (line === null) return 0;
  const { workers } = line.numbers;
  const limit = wholeNumber('N', line.argument ?? '1e9');
  if (limit > MAXIMUM) throw new UsageError(`expected N to be at most 1e11, got ${limit}`);

  // A segment of odd numbers should fit into a core's cache, and yet be long next to the base primes.
  const length = Math.max(1 << 19, 2 * Math.ceil(Math.sqrt(limit)));
  const countIn = segmentCounter(limit, length);
  const segments = Array.from({ length: Math.floor(limit / length) + 1 }, (_, index) => index * length);

  const oneThread = inOneThread(countIn, segments);
  const pool = await inPool(countIn, segments, workers);

  const known = knownCount(limit);
  const correct = pool.primes === oneThread.primes && (known === null || known === pool.primes);
  const comparison = { oneThread: oneThread.seconds, pool: pool.seconds, start: pool.start, workers, amount: limit / 1e6, unit: 'million numbers/s' };
  if (line.json) {
    console.log(JSON.stringify({ limit, primes: pool.primes, known, correct, node: process.version, ...figures(comparison) }));
  } else {
    console.log(`${counted(pool.primes, 'prime')} up to ${grouped(limit)}\n\n${comparisonTable(comparison)}\n`);
    console.log(correct ? `As one thread says${known === null ? '' : ', and as is known'}.` : `WRONG: one thread says ${oneThread.primes}, known is ${known}`);
  }
  return correct ? 0 : 1;
}

interface Run {
  readonly seconds: number;
  readonly primes: number;
}

function inOneThread(countIn: (from: number) => number, segments: readonly number[]): Run {
  using progress = new Progress('one thread', segments.length);
  const start = performance.now();
  const counts = segments.map((from) => {
    const count = countIn(from);
    progress.add(1);
    return count;
  });
  return { seconds: secondsSince(start), primes: sum(counts) };
}

async function inPool(countIn: (from: number) => number, segments: readonly number[], workers: number): Promise<Run & { start: number }> {
  using progress = new Progress(poolLabel(workers), segments.length);
  const start = performance.now();
  await using pool = new Pool(workers);
  await pool.broadcast(countIn, [0]);
  const started = secondsSince(start);
  let before = 0;
  const counts = await pool.map(countIn, segments, {
    chunksize: CHUNK,
    onProgress: ({ done }) => {
      progress.add(done - before);
      before = done;
    },
  });
  return { start: started, seconds: secondsSince(start), primes: sum(counts) };
}

if (isMain(import.meta)) await runProgram(main);
