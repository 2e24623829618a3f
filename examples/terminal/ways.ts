/** Several ways to do the same work, next to each other; the first one is what the others are compared with. */

import { rounded, toDigits } from './number.ts';
import { table } from './table.ts';

/** One way and how long it took, from nothing started or compiled to the last result. */
export interface Way {
  readonly name: string;
  readonly seconds: number;
  /** Of these, until the workers had started; 0 if there are none. */
  readonly start: number;
}

/** One way, for JSON. */
export interface WayFigures {
  readonly name: string;
  readonly seconds: number;
  readonly startSeconds: number;
  /** `null` when it took no time that the clock could see. */
  readonly rate: number | null;
  readonly speedUp: number | null;
}

/** The ways rounded to what was measured; `amount` is the work each of them did. */
export function wayFigures(ways: readonly Way[], amount: number): WayFigures[] {
  const first = ways[0]?.seconds ?? Number.NaN;
  return ways.map(({ name, seconds, start }) => ({
    name,
    seconds: Number(seconds.toFixed(4)),
    startSeconds: Number(start.toFixed(4)),
    rate: toDigits(amount / seconds, 3),
    speedUp: toDigits(first / seconds, 3),
  }));
}

/** The ways for people; `unit` is that of `amount` per second. Time to start has a column if any has taken some. */
export function waysTable(ways: readonly Way[], amount: number, unit: string): string {
  const hasStart = ways.some(({ start }) => start > 0);
  return table(
    ['', '>seconds', ...(hasStart ? ['>of it, start'] : []), `>${unit}`, '>speed-up'],
    wayFigures(ways, amount).map(({ name, seconds, startSeconds, rate, speedUp }) => [
      name,
      rounded(seconds),
      ...(hasStart ? [startSeconds === 0 ? '-' : rounded(startSeconds)] : []),
      rounded(rate),
      rounded(speedUp),
    ]),
  );
}
