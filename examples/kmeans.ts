/**
 * Paints a photograph with few colours, which k-means finds: the nearest colour of each pixel is looked for by V8 in one thread, and by the
 * same function as machine code on native threads. Compares the two bit by bit, and writes the picture.
 */

import { createRequire } from 'node:module';
import { cpuCount, isMain } from 'polycore';
import { type Picture, picturePath, writePicture } from './image/png.ts';
import { countColours, readPicture } from './image/read.ts';
import { type Clustering, firstCentres, pointsOf } from './kmeans/clusters.ts';
import { isRight, json, type Report, text } from './kmeans/report.ts';
import { inOneThread, isEqual, onNativeThreads } from './kmeans/runs.ts';
import { readCommandLine } from './terminal/command-line.ts';
import { runProgram, UsageError } from './terminal/program.ts';

const HELP = `
Usage: node --import tsx examples/kmeans.ts [FILE] [--colours N] [--rounds N] [--seed N] [--workers N] [--out FILE] [--json]

Paints a photograph with few colours, found by k-means: V8 in one thread, and the same function as machine code on
native threads. Compares the results and writes the picture as PNG. FILE is a JPEG or PNG (default: a photograph of the
warehouses of Hamburg, 2000 × 1320, from the npm package admin-lte).

  --colours N   colours of the picture (default: 16, from 2 to 256)
  --rounds N    rounds of k-means at most (default: 10, at most 1000)
  --seed N      of the random choice of the first colours (default: 1)
  --workers N   native threads (default: ${cpuCount()}, the CPUs this process may use)
  --out FILE    the picture (default: polycore-examples/kmeans.png in the folder for temporary files)
  --json        print one JSON object
  -h, --help    print this

Exit code: 0; 1 if the two ways differ or the file is not the picture; 2 if FILE cannot be read or written.
`;

const PHOTO = 'admin-lte/dist/assets/img/photo4.jpg';
const LIMITS = { colours: 256, rounds: 1000, seed: 2 ** 31, workers: 64 } as const;

async function main(): Promise<number> {
  const line = readCommandLine(HELP, { colours: 16, rounds: 10, seed: 1, workers: cpuCount() }, ['out']);
  if (line === null) return 0;
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    if (line.numbers[name] > LIMITS[name]) throw new UsageError(`expected --${name} to be at most ${LIMITS[name]}, got ${line.numbers[name]}`);
  }
  const { colours: k, rounds, seed, workers } = line.numbers;
  if (k < 2) throw new UsageError(`expected --colours to be at least 2, got ${k}`);
  const out = picturePath(line.texts.out, 'kmeans.png');
  const path = line.argument ?? photograph();
  const picture = readPicture(path);

  const work = { pixels: picture.pixels, start: firstCentres(pointsOf(picture.pixels), k, seed), rounds };
  const plain = await inOneThread(work);
  const native = await onNativeThreads(work, workers);
  const painted = paint(picture, plain.clustering);

  const report: Report = {
    photo: { path, picture, colours: countColours(picture) },
    k,
    seed,
    workers,
    runs: [plain, native],
    equal: isEqual(plain.clustering, native.clustering),
    colours: countColours(painted),
    file: writePicture(out, painted),
  };
  console.log(line.json ? json(report) : text(report));
  return isRight(report) ? 0 : 1;
}

/** @throws {UsageError} when the package is not installed. */
function photograph(): string {
  try {
    return createRequire(import.meta.url).resolve(PHOTO);
  } catch {
    throw new UsageError(`cannot find ${PHOTO}: run \`npm ci\`, or name a FILE`);
  }
}

/** Each pixel in the colour of its centre. */
function paint({ width, height }: Picture, { centres, labels }: Clustering): Picture {
  const colours = Uint8Array.from(centres, Math.round);
  const pixels = new Uint8Array(labels.length * 3);
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 3 + c] = colours[labels[i]! * 3 + c]!;
  }
  return { width, height, pixels };
}

if (isMain(import.meta)) await runProgram(main);
