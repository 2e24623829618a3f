/** One thread against the Pool: the same work, timed both ways. */

import { counted, rounded, toDigits } from './number.ts';
import { table } from './table.ts';

/** Seconds of both ways, and how much work it was. */
export interface Comparison {
  readonly oneThread: number;
  /** From `new Pool` to the last result. */
  readonly pool: number;
  /** Of these, until every worker had started and loaded the function. */
  readonly start: number;
  readonly workers: number;
  readonly amount: number;
  /** Of `amount` per second, such as `MB/s`. */
  readonly unit: string;
}

/** One line of the comparison, for JSON. */
export interface Figures {
  readonly seconds: number;
  /** In `unit`; `null` when there was no work. */
  readonly rate: number | null;
}

/** The whole comparison, for JSON; `speedUp` is `null` when there was no work. */
export interface ComparisonFigures {
  readonly workers: number;
  readonly unit: string;
  readonly oneThread: Figures;
  readonly pool: Figures & { readonly startSeconds: number };
  readonly speedUp: number | null;
}

/** The comparison rounded to what was measured. */
export function figures({ oneThread, pool, start, workers, amount, unit }: Comparison): ComparisonFigures {
  const of = (seconds: number): Figures => ({
    seconds: Number(seconds.toFixed(4)),
    rate: amount === 0 ? null : toDigits(amount / seconds, 3),
  });
  return {
    workers,
    unit,
    oneThread: of(oneThread),
    pool: { ...of(pool), startSeconds: Number(start.toFixed(4)) },
    speedUp: amount === 0 ? null : toDigits(oneThread / pool, 3),
  };
}

/** The comparison for people. */
export function comparisonTable(comparison: Comparison): string {
  const { workers, unit, oneThread, pool, speedUp } = figures(comparison);
  const grid = table(
    ['', '>seconds', `>${unit}`, '>speed-up'],
    [
      ['one thread', rounded(oneThread.seconds), rounded(oneThread.rate), speedUp === null ? '-' : '1.00'],
      [poolLabel(workers), rounded(pool.seconds), rounded(pool.rate), rounded(speedUp)],
    ],
  );
  return `${grid}\nThe Pool's time includes ${rounded(pool.startSeconds)} s for the start of its workers.`;
}

/** How the Pool is called in tables and progress bars. */
export function poolLabel(workers: number): string {
  return `Pool, ${counted(workers, 'worker')}`;
}

/** Seconds since `start`, a time of `performance.now()`. */
export function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
