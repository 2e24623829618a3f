/** What the program prints: a text for people, an object for `--json`. */

import type { PictureFile } from '../image/png.ts';
import { bytes, grouped, toDigits } from '../terminal/number.ts';
import { wayFigures, waysTable } from '../terminal/ways.ts';
import type { Run, View } from './runs.ts';

/** All there is to say. */
export interface Report {
  readonly view: View;
  readonly workers: number;
  readonly runs: readonly Run[];
  /** Ways that do not give the steps of the first one, pixel by pixel. */
  readonly different: readonly string[];
  readonly file: PictureFile;
}

const UNIT = 'megapixels/s';
/** Area of the set, as known (Förstemann, 2012). */
const KNOWN_AREA = 1.50659;

/** Whether everything is as it should be. */
export function isRight({ different, file }: Report): boolean {
  return different.length === 0 && file.intact;
}

/** One object; times in seconds, sizes in bytes. */
export function json(report: Report): string {
  const { different, file, runs, view, workers } = report;
  return JSON.stringify({
    ...view,
    node: process.version,
    workers,
    unit: UNIT,
    ways: wayFigures(runs, megapixels(view)),
    equal: different.length === 0,
    different,
    area: toDigits(area(report), 5),
    knownArea: KNOWN_AREA,
    png: file,
  });
}

/** The table and remarks. */
export function text(report: Report): string {
  const { different, file, runs, view } = report;
  const size = `${grouped(view.width)} × ${grouped(view.height)} pixels, at most ${grouped(view.iterations)} steps`;
  return [
    `The Mandelbrot set, ${size}: one function, three ways`,
    waysTable(runs, megapixels(view), UNIT),
    `The Pool's time includes the start of its workers, that of the native threads the compiler.`,
    `Area of the set by this picture: ${area(report).toFixed(4)} (known: ${KNOWN_AREA.toFixed(4)})`,
    different.length === 0 ? 'All three ways gave the same steps for each pixel.' : `DIFFERENT from V8: ${different.join(', ')}`,
    `${file.path}: ${bytes(file.bytes)}${file.intact ? ', read back and intact' : ', READS BACK AS ANOTHER PICTURE'}`,
  ].join('\n\n');
}

function megapixels({ width, height }: View): number {
  return (width * height) / 1e6;
}

/** Of the plane, 3 by 2 units are in the picture. */
function area({ runs, view }: Report): number {
  const steps = runs[0]?.steps ?? new Int32Array();
  let inside = 0;
  for (const count of steps) if (count === view.iterations) inside++;
  return (inside / steps.length) * 6;
}
