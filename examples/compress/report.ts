/** What the program prints: a text for people, an object for `--json`. */

import { relative } from 'node:path';
import type { Tree } from '../files/tree.ts';
import { comparisonTable, figures, type Comparison } from '../terminal/comparison.ts';
import { listed } from '../terminal/list.ts';
import { bytes, counted } from '../terminal/number.ts';
import { name, table, terminalWidth } from '../terminal/table.ts';
import type { Agreement, Ranked, Summary } from './summary.ts';

/** All there is to say. */
export interface Report {
  readonly tree: Tree;
  /** Files that `--limit` left out. */
  readonly leftOut: number;
  readonly summary: Summary;
  readonly comparison: Comparison;
  readonly agreement: Agreement;
}

/** One object; sizes in bytes, paths relative to the directory. */
export function json({ tree, leftOut, summary, comparison, agreement }: Report): string {
  const { unreadable, leastCompressible, ...totals } = summary;
  return JSON.stringify({
    directory: tree.directory,
    node: process.version,
    ...totals,
    links: tree.links,
    special: tree.special,
    leftOut,
    unreadable: unreadable.concat(unlisted(tree)),
    ...figures(comparison),
    equal: agreement.differences.length === 0,
    differences: agreement.differences.map((path) => relative(tree.directory, path)),
    changed: agreement.changed.map((path) => relative(tree.directory, path)),
    leastCompressible,
  });
}

/** Tables and remarks. */
export function text(report: Report): string {
  const { summary, comparison, agreement, tree } = report;
  const local = (path: string): string => name(relative(tree.directory, path), 100);
  const parts = [heading(report), comparisonTable(comparison)];
  if (summary.leastCompressible.length > 0) parts.push(`Least compressible:\n${ranking(summary.leastCompressible)}`);
  const unreadable = summary.unreadable.concat(unlisted(tree));
  parts.push(listed('Could not be read', unreadable.map(({ path, error }) => `${name(path || '.', 60)}: ${error}`)));
  parts.push(listed('Changed between the two runs, so not compared', agreement.changed.map(local)));
  const isEqual = agreement.differences.length === 0;
  parts.push(isEqual ? 'Both ways gave the same hashes and sizes.' : listed('The two ways DIFFER', agreement.differences.map(local)));
  return parts.filter((part) => part !== '').join('\n\n');
}

function heading({ tree, leftOut, summary }: Report): string {
  const counts = [
    counted(summary.files, 'file') + (summary.empty > 0 ? ` (${summary.empty} empty)` : ''),
    ...(leftOut > 0 ? [`${counted(leftOut, 'file')} left out by --limit`] : []),
    ...(tree.links > 0 ? [`${counted(tree.links, 'link')} not followed`] : []),
    ...(tree.special > 0 ? [`${counted(tree.special, 'special file')} not opened`] : []),
  ];
  const share = summary.bytes === 0 ? '' : ` (${percent(summary.packedBytes / summary.bytes)})`;
  return `${name(tree.directory, 200)}: ${counts.join(', ')}\n${bytes(summary.bytes)}, ${bytes(summary.packedBytes)} as gzip${share}`;
}

function ranking(files: readonly Ranked[]): string {
  const room = Math.max(12, terminalWidth() - 36);
  return table(
    ['file', '>size', '>gzip', '>ratio'],
    files.map(({ path, size, packed, ratio }) => [name(path, room), bytes(size), bytes(packed), percent(ratio)]),
  );
}

/** Folders, and files that were gone before they could be measured. */
function unlisted(tree: Tree): Tree['unreadable'] {
  return tree.unreadable.map(({ path, error }) => ({ path: relative(tree.directory, path), error }));
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
