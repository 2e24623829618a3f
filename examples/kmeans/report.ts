/** What the program prints: a text for people, an object for `--json`. */

import type { Picture, PictureFile } from '../image/png.ts';
import { bytes, counted, grouped, toDigits } from '../terminal/number.ts';
import { table } from '../terminal/table.ts';
import { wayFigures, waysTable } from '../terminal/ways.ts';
import type { Run } from './runs.ts';

/** All there is to say. */
export interface Report {
  readonly photo: { readonly path: string; readonly picture: Picture; readonly colours: number };
  /** Colours asked for. */
  readonly k: number;
  readonly seed: number;
  readonly workers: number;
  readonly runs: readonly Run[];
  /** Whether all runs did the same, bit by bit. */
  readonly equal: boolean;
  /** Different colours of the result. */
  readonly colours: number;
  readonly file: PictureFile;
}

const UNIT = 'megapixels/s';

/** Whether everything is as it should be. */
export function isRight({ colours, equal, file, k }: Report): boolean {
  return equal && colours <= k && file.intact;
}

/** One object; times in seconds, sizes in bytes, colours as in CSS. */
export function json(report: Report): string {
  const { colours, equal, file, k, photo, runs, seed, workers } = report;
  const errors = errorsOf(report);
  return JSON.stringify({
    photo: photo.path,
    width: photo.picture.width,
    height: photo.picture.height,
    photoColours: photo.colours,
    node: process.version,
    k,
    seed,
    workers,
    rounds: errors.length,
    unit: UNIT,
    ways: wayFigures(runs, work(report)),
    equal,
    errorSum: errors[errors.length - 1],
    psnr: toDigits(psnr(report), 2),
    colours,
    palette: palette(report).map(({ css }) => css),
    png: file,
  });
}

/** Tables and remarks. */
export function text(report: Report): string {
  const { colours, equal, file, k, photo, runs } = report;
  const { width, height } = photo.picture;
  const errors = errorsOf(report);
  const largest = palette(report).slice(0, 8);
  return [
    `${photo.path}\n${grouped(width)} × ${grouped(height)} pixels, ${counted(photo.colours, 'colour')}, to be painted with ${k}`,
    `${waysTable(runs, work(report), UNIT)}\nSeconds of ${counted(errors.length, 'assignment')} of all pixels to their nearest colours.`,
    table(
      ['colour', '>share'],
      largest.map(({ css, share }) => [css, `${(share * 100).toFixed(1)} %`]),
    ),
    `Squared error: ${grouped(errors[0] ?? 0)} after the first round, ${grouped(errors[errors.length - 1] ?? 0)} after the last` +
      ` (PSNR ${psnr(report).toFixed(1)} dB)`,
    equal ? 'Both ways gave the same bits: errors, centres, and the colour of each pixel.' : 'The two ways DIFFER.',
    `${file.path}: ${counted(colours, 'colour')}${colours <= k ? '' : ' (TOO MANY)'}, ${bytes(file.bytes)}` +
      `${file.intact ? ', read back and intact' : ', READS BACK AS ANOTHER PICTURE'}`,
  ].join('\n\n');
}

function errorsOf({ runs }: Report): readonly number[] {
  return runs[0]?.clustering.errors ?? [];
}

/** Megapixels that were assigned. */
function work(report: Report): number {
  return (report.photo.picture.pixels.length / 3 / 1e6) * errorsOf(report).length;
}

/** Peak signal-to-noise ratio, in decibels; infinite when nothing was lost. */
function psnr(report: Report): number {
  const errors = errorsOf(report);
  return 10 * Math.log10(255 ** 2 / ((errors[errors.length - 1] ?? 0) / report.photo.picture.pixels.length));
}

/** The colours by the share of pixels that have them. */
function palette({ runs }: Report): { css: string; share: number }[] {
  const { centres, labels } = runs[0]!.clustering;
  const counts = new Float64Array(centres.length / 3);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return [...counts]
    .map((count, index) => ({ css: css(centres.subarray(index * 3, index * 3 + 3)), share: count / labels.length }))
    .sort((a, b) => b.share - a.share);
}

function css(colour: Float64Array): string {
  return `#${[...colour].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
