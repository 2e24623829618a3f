/**
 * Hashes (SHA-256) and compresses (gzip, level 9) every file under a directory, once in one thread and once on a Pool, compares the results,
 * and prints how long each took and which files compress least.
 */

import { cpuCount, isMain } from 'polycore';
import { json, text, type Report } from './compress/report.ts';
import { inOneThread, inPool } from './compress/runs.ts';
import { compare, summarize } from './compress/summary.ts';
import { batches, upTo } from './files/batches.ts';
import { walk } from './files/tree.ts';
import { warmFileCache } from './files/warm.ts';
import { readCommandLine } from './terminal/command-line.ts';
import { runProgram } from './terminal/program.ts';

const HELP = `
Usage: npm start -- [DIRECTORY] [--workers N] [--limit MB] [--json]

Hashes (SHA-256) and compresses (gzip, level 9) every file under DIRECTORY (default: this project's node_modules),
in one thread and on a Pool, and compares the two.

  --workers N   workers of the Pool (default: ${cpuCount()}, the CPUs this process may use)
  --limit MB    take only files that fit into so many megabytes
  --json        print one JSON object
  -h, --help    print this

Links are not followed. Exit code: 0; 1 if the two ways differ; 2 if DIRECTORY cannot be read.
`;

async function main(): Promise<number> {
  const line = readCommandLine(HELP, { workers: cpuCount(), limit: Number.MAX_SAFE_INTEGER });
  if (line === null) return 0;
  const { workers, limit } = line.numbers;
  const tree = walk(line.argument);
  const files = upTo(tree.files, limit * 1e6);
  const work = batches(files);

  warmFileCache(files);
  const oneThread = inOneThread(files, work);
  const pool = await inPool(files, work, workers);

  const summary = summarize(tree.directory, pool.outcomes);
  const report: Report = {
    tree,
    leftOut: tree.files.length - files.length,
    summary,
    comparison: {
      oneThread: oneThread.seconds,
      pool: pool.seconds,
      start: pool.start,
      workers,
      amount: summary.bytes / 1e6,
      unit: 'MB/s',
    },
    agreement: compare(oneThread.outcomes, pool.outcomes),
  };
  console.log(line.json ? json(report) : text(report));
  return report.agreement.differences.length === 0 ? 0 : 1;
}

if (isMain(import.meta)) await runProgram(main);
