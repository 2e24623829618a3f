/** What the suite `sync` asks of its contestants: the name of a figure and how much work it is. The answer is a number (`sync.ts` has the units). */
export interface Work {
  /** Items through a queue, round trips, pairs of acquire and release, additions, passes over an array. */
  readonly count: number;
}

/** What one contestant can do, by figure; each times the work itself, after some that does not count, and checks the result. */
export type SyncPeer = Readonly<Record<string, (work: Work) => number | Promise<number>>>;

/** The work that is done first and does not count: twice as much, until V8 has optimised what runs in both threads. */
export function warmUp(count: number): number {
  return 2 * count;
}

export const KIBIBYTE = 1024;
export const MEBIBYTE = 1024 * 1024;

/** Throws unless a result is right. */
export function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`wrong result of ${what}: ${String(actual)}, expected ${String(expected)}`);
}

/** The sum of the first `count` natural numbers, 0 included. */
export function triangle(count: number): number {
  return (count * (count - 1)) / 2;
}

/** Operations per second. */
export function perSecond(count: number, start: number): number {
  return count / ((performance.now() - start) / 1000);
}
