/**
 * The threads of the pipeline. A module of its own, because what a module exports travels by reference: each thread imports
 * this file, and not the program around it.
 *
 *     producer ── lines ──> parsers ── parts ──> reducer
 *
 * Both queues are bounded, so nobody runs far ahead of who comes next. After the last block of a batch the producer puts one `END`
 * for each parser. A parser that takes it passes it on and goes to the barrier, so it takes no other; the reducer goes there when it
 * has one from each parser. So at the barrier everything of the batch is counted, and nothing of the next one.
 */

import { type Barrier, type Queue, type SharedArray, ShutDown, Thread } from 'polycore';
import { blocksOf } from './corpus.ts';
import { addCounters, addEndings, type Endings, Tally } from './tally.ts';

/** In place of an item: the batch is over. */
export const END = null;

/** What the threads share. */
export interface Line {
  readonly lines: Queue<Buffer | typeof END>;
  readonly parts: Queue<Endings | typeof END>;
  /** See `tally.ts`. */
  readonly counters: SharedArray<'I'>;
  /** Of the parsers and the reducer. */
  readonly endOfBatch: Barrier;
  readonly parsers: number;
}

/** Target of the producer: reads the text. */
export function produce(path: string, times: number, { lines, parsers }: Line): void {
  for (const { text, endsBatch } of blocksOf(path, times)) {
    lines.putSync(text);
    for (let n = 0; endsBatch && n < parsers; n++) lines.putSync(END);
  }
  lines.shutdown();
}

/** Target of a parser: counts what it takes. */
export function parse({ counters, endOfBatch, lines, parts }: Line): void {
  for (const text of untilShutDown(lines)) {
    if (text === END) {
      parts.putSync(END);
      endOfBatch.waitSync();
      continue;
    }
    const tally = new Tally();
    tally.add(text);
    counters.withLockSync(() => addCounters(counters, tally.counters));
    parts.putSync(tally.endings);
  }
}

/** The reducer: puts together what the parsers have counted. After `join` its field has the sum. */
export class Reducer extends Thread {
  readonly endings: Endings = new Map();
  /** Not `#line`: private fields stay behind. */
  readonly line: Line;

  constructor(line: Line) {
    super({ name: 'reducer' });
    this.line = line;
  }

  override run(): void {
    const { endOfBatch, parsers, parts } = this.line;
    let ends = 0;
    for (const part of untilShutDown(parts)) {
      if (part !== END) addEndings(this.endings, part);
      else if (++ends % parsers === 0) endOfBatch.waitSync();
    }
  }
}

/** Takes items until the queue is shut down and empty. */
function* untilShutDown<T>(queue: Queue<T>): Generator<T> {
  try {
    for (;;) yield queue.getSync();
  } catch (error) {
    if (!(error instanceof ShutDown)) throw error;
  }
}
