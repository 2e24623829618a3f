/** The words of all batches, both ways. */

import { Pool } from 'polycore';
import type { Batch } from '../files/batches.ts';
import type { Unreadable } from '../files/unreadable.ts';
import { poolLabel, secondsSince } from '../terminal/comparison.ts';
import { Progress } from '../terminal/progress.ts';
import { countWords, merge, type Counts } from './count.ts';

/** What one way gave. */
export interface Run {
  readonly seconds: number;
  readonly counts: Counts;
  readonly unreadable: readonly Unreadable[];
}

/** What the Pool gave. */
export interface PoolRun extends Run {
  /** Of the seconds, until every worker had started and loaded the function. */
  readonly start: number;
}

/** Everything in this thread. */
export function inOneThread(work: readonly Batch[]): Run {
  using progress = new Progress('one thread', work.length);
  const start = performance.now();
  const total: Counts = new Map();
  const unreadable: Unreadable[] = [];
  for (const batch of work) {
    const counted = countWords(batch);
    merge(total, counted.counts);
    unreadable.push(...counted.unreadable);
    progress.add(1);
  }
  return { seconds: secondsSince(start), counts: total, unreadable };
}

/** Workers count, this thread merges what is ready, in any order. */
export async function inPool(work: readonly Batch[], workers: number): Promise<PoolRun> {
  using progress = new Progress(poolLabel(workers), work.length);
  const start = performance.now();
  const total: Counts = new Map();
  const unreadable: Unreadable[] = [];
  await using pool = new Pool(workers);
  await pool.broadcast(countWords, [[]]);
  const started = secondsSince(start);
  for await (const counted of pool.imapUnordered(countWords, work)) {
    merge(total, counted.counts);
    unreadable.push(...counted.unreadable);
    progress.add(1);
  }
  return { start: started, seconds: secondsSince(start), counts: total, unreadable };
}

/** Words whose counts differ. */
export function differences(one: Counts, other: Counts): string[] {
  const words = new Set([...one.keys(), ...other.keys()]);
  return [...words].filter((word) => one.get(word) !== other.get(word));
}
