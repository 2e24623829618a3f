/**
 * Code frames: the lines around a place in a source text, with a mark below it.
 */

import type { Script } from './script.js';
import { originalPlace } from './sourcemap.js';

/** Lines shown before and after. */
const AROUND = 2;
/** Longer lines (minified code) are cut around the mark. */
const WIDTH = 100;

/** Where the first line of a text is: `line` and `column` from 0. */
export interface TextPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * `file:line:column` and the code there.
 *
 * @param text source text; `offset` counts its UTF-16 units.
 * @param start where the text itself begins.
 */
export function codeFrame(text: string, offset: number, start: TextPosition): string {
  const before = text.slice(0, offset).split('\n');
  const row = before.length - 1;
  const column = before[row]!.length;
  const lines = text.split('\n');
  const first = Math.max(0, row - AROUND);
  const last = Math.min(lines.length - 1, row + AROUND);
  const digits = String(start.line + last + 1).length;
  const cut = Math.max(0, column - WIDTH / 2);
  const out = [`${start.file}:${start.line + row + 1}:${(row === 0 ? start.column : 0) + column + 1}`];
  for (let index = first; index <= last; index += 1) {
    const number = String(start.line + index + 1).padStart(digits);
    out.push(`${index === row ? '>' : ' '} ${number} | ${lines[index]!.slice(cut, cut + WIDTH)}`.trimEnd());
    if (index === row) out.push(`  ${' '.repeat(digits)} | ${' '.repeat(column - cut)}^`);
  }
  return out.join('\n');
}

/** The code at an offset of a function's text, in the original source where a source map leads there. */
export function frameIn(
  script: Script | undefined,
  text: string,
  start: number,
  at: number,
  position: { file: string; line: number; column: number },
): string {
  if (script === undefined || start < 0 || script.factory !== undefined) return codeFrame(text, at, position);
  const place = script.position(start + at);
  const original = originalPlace(script.source, position.file, place);
  if (original !== undefined) return codeFrame(original.text, original.offset, { file: original.file, line: 0, column: 0 });
  return codeFrame(script.source, start + at, { file: position.file, line: 0, column: 0 });
}
