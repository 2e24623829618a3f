/**
 * Draws the Mandelbrot set with one and the same function (examples/kernels/mandelbrot.ts): in one thread by V8, on a Pool of workers, and as
 * machine code on native threads. Compares the three pixel by pixel, and writes the picture.
 */

import { cpuCount, isMain } from 'polycore';
import { picturePath, writePicture } from './image/png.ts';
import { colour } from './mandelbrot/colours.ts';
import { isRight, json, type Report, text } from './mandelbrot/report.ts';
import { inOneThread, inPool, onNativeThreads, type View } from './mandelbrot/runs.ts';
import { readCommandLine, refuseArgument } from './terminal/command-line.ts';
import { runProgram, UsageError } from './terminal/program.ts';

const HELP = `
Usage: node --import tsx examples/mandelbrot.ts [--width N] [--height N] [--iterations N] [--workers N] [--out FILE] [--json]

Draws the Mandelbrot set three ways with the same function: V8 in one thread, a Pool of workers, and machine code on
native threads. Compares the results and writes the picture as PNG.

  --width N       pixels (default: 1800)
  --height N      pixels (default: 1200)
  --iterations N  steps after which a point counts as inside (default: 1000, at most 1e6)
  --workers N     workers of the Pool, and native threads (default: ${cpuCount()}, the CPUs this process may use)
  --out FILE      the picture (default: polycore-examples/mandelbrot.png in the folder for temporary files)
  --json          print one JSON object
  -h, --help      print this

Exit code: 0; 1 if the ways differ or the file is not the picture; 2 if an option is wrong or FILE cannot be written.
`;

const MOST_PIXELS = 1e8;
const MOST_ITERATIONS = 1e6;
const MOST_WORKERS = 64;

async function main(): Promise<number> {
  const line = readCommandLine(HELP, { width: 1800, height: 1200, iterations: 1000, workers: cpuCount() }, ['out']);
  if (line === null) return 0;
  refuseArgument(line);
  const { workers, ...view } = line.numbers;
  check(view, workers);
  const path = picturePath(line.texts.out, 'mandelbrot.png');

  const plain = inOneThread(view);
  const runs = [plain, await inPool(view, workers), await onNativeThreads(view, workers)];
  const different = runs.filter(({ steps }) => Buffer.compare(raw(steps), raw(plain.steps)) !== 0).map(({ name }) => name);
  const file = writePicture(path, colour(view, plain.steps));

  const report: Report = { view, workers, runs, different, file };
  console.log(line.json ? json(report) : text(report));
  return isRight(report) ? 0 : 1;
}

function check({ width, height, iterations }: View, workers: number): void {
  if (width * height > MOST_PIXELS) {
    throw new UsageError(`expected at most ${MOST_PIXELS} pixels, got --width ${width} times --height ${height}`);
  }
  if (iterations > MOST_ITERATIONS) throw new UsageError(`expected --iterations to be at most ${MOST_ITERATIONS}, got ${iterations}`);
  if (workers > MOST_WORKERS) throw new UsageError(`expected --workers to be at most ${MOST_WORKERS}, got ${workers}`);
}

function raw({ buffer, byteOffset, byteLength }: Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

if (isMain(import.meta)) await runProgram(main);
