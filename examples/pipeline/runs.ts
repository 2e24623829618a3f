/** The same text both ways: in this thread, and through the pipeline. Both note the counters at the end of each batch. */

import { Array as SharedArray, Barrier, Queue, setExcepthook, Thread } from 'polycore';
import { secondsSince } from '../terminal/comparison.ts';
import { counted } from '../terminal/number.ts';
import { Progress } from '../terminal/progress.ts';
import { blocksOf, type Corpus } from './corpus.ts';
import { type Line, parse, produce, Reducer } from './stages.ts';
import { BYTES, COUNTERS, type Endings, Tally } from './tally.ts';

/** What one way gave. */
export interface Run {
  readonly seconds: number;
  /** The counters after each batch; the last are those of the whole text. */
  readonly history: readonly Uint32Array[];
  readonly endings: Endings;
}

/** What the pipeline gave. */
export interface PipelineRun extends Run {
  /** Of the seconds, until the first batch was counted by threads that had to start first. */
  readonly firstBatch: number;
}

/** How the pipeline is called in tables and progress bars. */
export function pipelineLabel(parsers: number): string {
  return `pipeline, ${counted(parsers, 'parser')}`;
}

/** Everything in this thread, one block after the other. */
export function inOneThread({ bytes, path }: Corpus, times: number): Run {
  using progress = new Progress('one thread', bytes * times);
  const start = performance.now();
  const tally = new Tally();
  const history: Uint32Array[] = [];
  for (const { text, endsBatch } of blocksOf(path, times)) {
    tally.add(text);
    progress.add(text.length);
    if (endsBatch) history.push(tally.counters.slice());
  }
  return { seconds: secondsSince(start), history, endings: tally.endings };
}

/** With a thread that reads, `parsers` threads that count, and one that puts together. This thread only watches. */
export async function inPipeline({ bytes, path }: Corpus, times: number, parsers: number): Promise<PipelineRun> {
  using progress = new Progress(pipelineLabel(parsers), bytes * times);
  const start = performance.now();
  const counters = SharedArray('I', COUNTERS);
  const snapshots = new Queue<Uint32Array>();
  const line: Line = {
    lines: new Queue(2 * parsers),
    parts: new Queue(2 * parsers),
    counters,
    // Whoever comes last takes the snapshot, while all others wait and nobody counts.
    endOfBatch: new Barrier(parsers + 1, () => snapshots.putSync(counters.slice())),
    parsers,
  };
  const producer = new Thread({ target: produce, args: [path, times, line], name: 'producer' });
  const counting = Array.from({ length: parsers }, (_, index) => new Thread({ target: parse, args: [line], name: `parser ${index + 1}` }));
  const reducer = new Reducer(line);

  const watching = watch(snapshots, progress, start);
  await together([producer, ...counting, reducer], line, async () => {
    await Promise.all([producer, ...counting].map((thread) => thread.join()));
    line.parts.shutdown();
    await reducer.join();
  }).finally(() => snapshots.shutdown());
  return { seconds: secondsSince(start), ...(await watching), endings: reducer.endings };
}

/** Starts the threads. If one fails, or cannot be started, all others are made to end, and its error is thrown. */
async function together(threads: readonly Thread[], { endOfBatch, lines, parts }: Line, work: () => Promise<void>): Promise<void> {
  const before = setExcepthook(() => {}); // `join` says it
  const begun: Thread[] = [];
  try {
    for (const thread of threads) {
      thread.start();
      begun.push(thread);
    }
    await work();
  } catch (error) {
    endOfBatch.abort();
    for (const queue of [lines, parts]) queue.shutdown({ immediate: true });
    await Promise.allSettled(begun.map((thread) => thread.join()));
    throw error;
  } finally {
    setExcepthook(before);
  }
}

async function watch(snapshots: Queue<Uint32Array>, progress: Progress, start: number): Promise<{ history: Uint32Array[]; firstBatch: number }> {
  const history: Uint32Array[] = [];
  let [firstBatch, bytes] = [0, 0];
  for await (const counters of snapshots) {
    if (history.length === 0) firstBatch = secondsSince(start);
    history.push(counters);
    progress.add((counters[BYTES] as number) - bytes);
    bytes = counters[BYTES] as number;
  }
  return { history, firstBatch };
}

/** Numbers of the batches after which the counters differ, and the endings whose counts do. */
export function differences(one: Run, other: Run): { batches: number[]; endings: string[] } {
  const length = Math.max(one.history.length, other.history.length);
  const batches = Array.from({ length }, (_, index) => index).filter((index) => {
    const [first, second] = [one.history[index], other.history[index]];
    return first === undefined || second === undefined || Buffer.compare(bytesOf(first), bytesOf(second)) !== 0;
  });
  const endings = [...new Set([...one.endings.keys(), ...other.endings.keys()])];
  return {
    batches: batches.map((index) => index + 1),
    endings: endings.filter((ending) => one.endings.get(ending) !== other.endings.get(ending)),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
