/** What the program prints: a text for people, an object for `--json`. */

import { rounded, bytes, counted, grouped, toDigits } from '../terminal/number.ts';
import { listed } from '../terminal/list.ts';
import { name, table } from '../terminal/table.ts';
import type { Corpus } from './corpus.ts';
import { type PipelineRun, pipelineLabel, type Run } from './runs.ts';
import { BYTES, FIRST_SOUND, LINES, MOST_SYLLABLES, REMARKS, SOUNDS, SYLLABLES, VARIANTS, WORDS } from './tally.ts';

/** All there is to say. */
export interface Report {
  readonly corpus: Corpus;
  readonly times: number;
  readonly parsers: number;
  readonly oneThread: Run;
  readonly pipeline: PipelineRun;
  readonly differences: { readonly batches: readonly number[]; readonly endings: readonly string[] };
}

interface Counted {
  readonly what: string;
  readonly count: number;
}

const TOP = 10;

/** One object; sizes in bytes. */
export function json(report: Report): string {
  const { corpus, differences, oneThread, parsers, pipeline, times } = report;
  const counters = totals(pipeline);
  return JSON.stringify({
    corpus: corpus.name,
    node: process.version,
    times,
    bytes: counters[BYTES],
    lines: counters[LINES],
    words: counters[WORDS],
    variants: counters[VARIANTS],
    remarks: counters[REMARKS],
    parsers,
    batches: pipeline.history.length,
    oneThread: { seconds: toDigits(oneThread.seconds, 4), rate: toDigits(rate(report, oneThread), 3) },
    pipeline: {
      seconds: toDigits(pipeline.seconds, 4),
      rate: toDigits(rate(report, pipeline), 3),
      firstBatchSeconds: toDigits(pipeline.firstBatch, 4),
    },
    unit: 'MB/s',
    speedUp: toDigits(oneThread.seconds / pipeline.seconds, 3),
    equal: isEqual(report),
    differences,
    syllables: syllables(counters).map(({ count }) => count),
    sounds: sounds(counters),
    endings: top(pipeline),
  });
}

/** Tables and remarks. */
export function text(report: Report): string {
  const { differences, oneThread, parsers, pipeline } = report;
  const counters = totals(pipeline);
  const entries = (counters[WORDS] as number) + (counters[VARIANTS] as number);
  const parts = [
    heading(report, counters),
    table(
      ['', '>seconds', '>MB/s', '>speed-up'],
      [
        ['one thread', rounded(oneThread.seconds), rounded(rate(report, oneThread)), '1.00'],
        [pipelineLabel(parsers), rounded(pipeline.seconds), rounded(rate(report, pipeline)), rounded(oneThread.seconds / pipeline.seconds)],
      ],
    ),
    `The pipeline is a producer, ${counted(parsers, 'parser')} and a reducer. Its time includes ${rounded(pipeline.firstBatch)} s until the first of its\n` +
      `${counted(pipeline.history.length, 'batch', 'batches')} was counted: the threads have to start.`,
    ranking('syllables', syllables(counters).filter(({ count }) => count > 0), entries),
    ranking('sound', sounds(counters).slice(0, TOP), sounds(counters).reduce((sum, { count }) => sum + count, 0)),
    ranking('ending', top(pipeline), entries),
    isEqual(report) ? `Both ways counted the same, after each of the ${counted(pipeline.history.length, 'batch', 'batches')}.` : '',
    listed('The two ways DIFFER after these batches', differences.batches.map(String)),
    listed('The two ways DIFFER in these endings', differences.endings.map((ending) => name(ending, 40))),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Whether the two ways gave the same. */
export function isEqual({ differences }: Report): boolean {
  return differences.batches.length === 0 && differences.endings.length === 0;
}

function heading({ corpus, times }: Report, counters: Uint32Array): string {
  const of = (place: number): number => counters[place] as number;
  const other = of(LINES) - of(WORDS) - of(VARIANTS);
  return (
    `${corpus.name}${times > 1 ? `, read ${grouped(times)} times` : ''}: ${bytes(of(BYTES))}, ${counted(of(LINES), 'line')}\n` +
    `${counted(of(WORDS), 'word')}, ${counted(of(VARIANTS), 'further pronunciation')}, ` +
    `${counted(of(REMARKS), 'remark')}, ${counted(other, 'other line')}`
  );
}

function ranking(what: string, rows: readonly Counted[], total: number): string {
  return table(
    [what, '>count', '>share'],
    rows.map((row) => [name(row.what, 40), grouped(row.count), `${((row.count / total) * 100).toFixed(2)} %`]),
  );
}

function totals({ history }: Run): Uint32Array {
  return history.at(-1) as Uint32Array;
}

function rate(report: Report, { seconds }: Run): number {
  return (totals(report.pipeline)[BYTES] as number) / 1e6 / seconds;
}

function syllables(counters: Uint32Array): Counted[] {
  return Array.from({ length: MOST_SYLLABLES + 1 }, (_, count) => ({
    what: count === MOST_SYLLABLES ? `${count} or more` : String(count),
    count: counters[SYLLABLES + count] as number,
  }));
}

function sounds(counters: Uint32Array): Counted[] {
  return inOrder(SOUNDS.map((what, index) => ({ what, count: counters[FIRST_SOUND + index] as number })));
}

function top({ endings }: Run): Counted[] {
  return inOrder([...endings].map(([what, count]) => ({ what, count }))).slice(0, TOP);
}

/** The most frequent first; those of one count by the alphabet, so that every run prints the same. */
function inOrder(rows: Counted[]): Counted[] {
  return rows.sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
}
