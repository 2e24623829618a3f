/** The same batches both ways. Each way gives the outcome of every file, by path, and the seconds it took. */

import { Pool } from 'polycore';
import type { Batch } from '../files/batches.ts';
import type { File } from '../files/tree.ts';
import { poolLabel, secondsSince } from '../terminal/comparison.ts';
import { Progress } from '../terminal/progress.ts';
import { packFiles, type Outcome } from './task.ts';

export type Outcomes = ReadonlyMap<string, Outcome>;

/** What one way gave. */
export interface Run {
  readonly seconds: number;
  readonly outcomes: Outcomes;
}

/** What the Pool gave. */
export interface PoolRun extends Run {
  /** Of the seconds, until every worker had started and loaded the function. */
  readonly start: number;
}

/** Everything in this thread, one batch after the other. */
export function inOneThread(files: readonly File[], work: readonly Batch[]): Run {
  using collection = new Collection('one thread', files);
  const start = performance.now();
  for (const batch of work) collection.add(packFiles(batch));
  return { seconds: secondsSince(start), outcomes: collection.outcomes };
}

/** On a Pool, as the batches get done: order does not matter here. */
export async function inPool(files: readonly File[], work: readonly Batch[], workers: number): Promise<PoolRun> {
  using collection = new Collection(poolLabel(workers), files);
  const start = performance.now();
  await using pool = new Pool(workers);
  await pool.broadcast(packFiles, [[]]);
  const started = secondsSince(start);
  for await (const outcomes of pool.imapUnordered(packFiles, work)) collection.add(outcomes);
  return { start: started, seconds: secondsSince(start), outcomes: collection.outcomes };
}

/** Outcomes as they arrive, and the progress bar, in bytes of files done. */
class Collection {
  readonly outcomes = new Map<string, Outcome>();
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #progress: Progress;

  constructor(label: string, files: readonly File[]) {
    this.#sizes = new Map(files.map(({ path, size }) => [path, size]));
    this.#progress = new Progress(label, [...this.#sizes.values()].reduce((sum, size) => sum + size, 0));
  }

  add(outcomes: readonly Outcome[]): void {
    let size = 0;
    for (const outcome of outcomes) {
      this.outcomes.set(outcome.path, outcome);
      size += this.#sizes.get(outcome.path) ?? 0;
    }
    this.#progress.add(size);
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }
}
