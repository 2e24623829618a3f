/**
 * Analyses a text as one analyses a log, with threads that hand on work through queues: one reads, some count, one puts together what they
 * have counted. They meet at a barrier after each batch, where the counters of that moment are noted. Checked against one thread.
 */

import { cpuCount, isMain } from 'polycore';
import { findCorpus } from './pipeline/corpus.ts';
import { isEqual, json, type Report, text } from './pipeline/report.ts';
import { differences, inOneThread, inPipeline } from './pipeline/runs.ts';
import { readCommandLine, refuseArgument } from './terminal/command-line.ts';
import { runProgram, UsageError } from './terminal/program.ts';

const HELP = `
Usage: node --import tsx examples/pipeline.ts [--workers N] [--times N] [--json]

Counts words, syllables, sounds and endings in the CMU Pronouncing Dictionary (4.7 MB, from the npm package
cmu-pronouncing-dictionary), in one thread and through a pipeline of threads, and compares the two.

  --workers N   threads of the pipeline that count (default: ${cpuCount()}, the CPUs this process may use; at most 64)
  --times N     read the text so many times, as if it were longer (default: 20, at most 100)
  --json        print one JSON object
  -h, --help    print this

Exit code: 0; 1 if the two ways differ; 2 if the text is not there.
`;

const MOST_WORKERS = 64;
/** The counters have 32 bits. */
const MOST_TIMES = 100;

async function main(): Promise<number> {
  const line = readCommandLine(HELP, { workers: cpuCount(), times: 20 });
  if (line === null) return 0;
  const { workers, times } = line.numbers;
  refuseArgument(line);
  if (workers > MOST_WORKERS) throw new UsageError(`expected --workers to be at most ${MOST_WORKERS}, got ${workers}`);
  if (times > MOST_TIMES) throw new UsageError(`expected --times to be at most ${MOST_TIMES}, got ${times}`);
  const corpus = findCorpus();

  const oneThread = inOneThread(corpus, times);
  const pipeline = await inPipeline(corpus, times, workers);

  const report: Report = { corpus, times, parsers: workers, oneThread, pipeline, differences: differences(oneThread, pipeline) };
  console.log(line.json ? json(report) : text(report));
  return isEqual(report) ? 0 : 1;
}

if (isMain(import.meta)) await runProgram(main);
