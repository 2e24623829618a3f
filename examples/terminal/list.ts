/** A list that cannot flood the terminal. */

import { grouped } from './number.ts';

const SHOWN = 10;

/** The title with the number of lines, and the first of them; nothing if there are none. */
export function listed(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const more = lines.length > SHOWN ? [`  … and ${grouped(lines.length - SHOWN)} more`] : [];
  return [`${title} (${grouped(lines.length)}):`, ...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...more].join('\n');
}
