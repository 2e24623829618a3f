/**
 * Counts the words of the .md files under a directory: workers count batches of files, the main thread merges the counts as they come
 * (`imapUnordered`). Checked against one thread.
 */

import { cpuCount, isMain } from 'polycore';
import { batches, totalSize } from './files/batches.ts';
import { walk } from './files/tree.ts';
import { warmFileCache } from './files/warm.ts';
import { readCommandLine } from './terminal/command-line.ts';
import { runProgram } from './terminal/program.ts';
import { json, text } from './words/report.ts';
import { differences, inOneThread, inPool } from './words/runs.ts';

const HELP = `
Usage: node --import tsx examples/words.ts [DIRECTORY] [--workers N] [--json]

Counts the words of the .md files under DIRECTORY (default: this project's node_modules) on a Pool and in one thread.

  --workers N   workers of the Pool (default: ${cpuCount()}, the CPUs this process may use)
  --json        print one JSON object
  -h, --help    print this

Links are not followed. Exit code: 0; 1 if the two ways differ; 2 if DIRECTORY cannot be read.
`;

/** Bytes of a batch: few, as there is little text; not fewer, as batches share most words and each brings its own counts. */
const BATCH = 1 << 18;

async function main(): Promise<number> {
  const line = readCommandLine(HELP, { workers: cpuCount() });
  if (line === null) return 0;
  const { workers } = line.numbers;
  const tree = walk(line.argument, (name) => name.toLowerCase().endsWith('.md'));
  const work = batches(tree.files, BATCH);

  warmFileCache(tree.files);
  const oneThread = inOneThread(work);
  const pool = await inPool(work, workers);

  const size = totalSize(tree.files);
  const report = {
    tree,
    size,
    run: pool,
    comparison: { oneThread: oneThread.seconds, pool: pool.seconds, start: pool.start, workers, amount: size / 1e6, unit: 'MB/s' },
    differences: differences(oneThread.counts, pool.counts),
  };
  console.log(line.json ? json(report) : text(report));
  return report.differences.length === 0 ? 0 : 1;
}

if (isMain(import.meta)) await runProgram(main);
