/** What the program prints: a text for people, an object for `--json`. */

import { relative } from 'node:path';
import type { Tree } from '../files/tree.ts';
import { comparisonTable, figures, type Comparison } from '../terminal/comparison.ts';
import { listed } from '../terminal/list.ts';
import { bytes, counted, grouped } from '../terminal/number.ts';
import { name, table } from '../terminal/table.ts';
import type { Run } from './runs.ts';

/** All there is to say. */
export interface Report {
  readonly tree: Tree;
  readonly size: number;
  /** Of the Pool. */
  readonly run: Run;
  readonly comparison: Comparison;
  /** Words for which the two ways differ. */
  readonly differences: readonly string[];
}

interface Top {
  readonly word: string;
  readonly count: number;
}

const TOP = 20;

/** One object; sizes in bytes. */
export function json({ tree, size, run, comparison, differences }: Report): string {
  return JSON.stringify({
    directory: tree.directory,
    node: process.version,
    files: tree.files.length,
    bytes: size,
    links: tree.links,
    unreadable: unreadable(tree, run),
    words: total(run),
    distinct: run.counts.size,
    ...figures(comparison),
    equal: differences.length === 0,
    top: top(run),
  });
}

/** Tables and remarks. */
export function text({ tree, size, run, comparison, differences }: Report): string {
  const words = total(run);
  const parts = [
    `${name(tree.directory, 200)}: ${counted(tree.files.length, '.md file')}, ${bytes(size)}\n` +
      `${counted(words, 'word')}, ${grouped(run.counts.size)} of them different`,
    comparisonTable(comparison),
  ];
  const rows = top(run).map(({ word, count }, index) => [String(index + 1), name(word, 40), grouped(count), `${((count / words) * 100).toFixed(2)} %`]);
  if (rows.length > 0) parts.push(table(['>', 'word', '>count', '>share'], rows));
  parts.push(listed('Could not be read', unreadable(tree, run).map(({ path, error }) => `${name(path || '.', 60)}: ${error}`)));
  parts.push(
    differences.length === 0
      ? 'Both ways counted the same.'
      : listed('The two ways DIFFER (or a file changed meanwhile)', differences.map((word) => name(word, 40))),
  );
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The most frequent; those of one count by the alphabet, so that every run prints the same. */
function top({ counts }: Run): Top[] {
  return [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
    .slice(0, TOP);
}

function total({ counts }: Run): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

function unreadable(tree: Tree, run: Run): Tree['unreadable'] {
  return [...tree.unreadable, ...run.unreadable].map(({ path, error }) => ({ path: relative(tree.directory, path), error }));
}
