/** Tables of plain text: the first column to the left, unless told otherwise, numbers to the right. */

import Table from 'cli-table3';

/** @param head titles; one that starts with `>` names a column set to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = head.map((title) => title.startsWith('>'));
  const grid = new Table({
    head: head.map((title, index) => (right[index] ? title.slice(1) : title)),
    colAligns: right.map((is) => (is ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  grid.push(...rows.map((row) => [...row]));
  return grid.toString();
}

/** A name from outside: control characters made visible, and its middle left out where it is wider than the column. */
export function name(text: string, width: number): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  if (visible.length <= width) return visible;
  const half = Math.floor((width - 1) / 2);
  return `${visible.slice(0, width - 1 - half)}…${visible.slice(visible.length - half)}`;
}

/** Columns of the terminal, or 100. */
export function terminalWidth(): number {
  return process.stdout.columns || 100;
}
