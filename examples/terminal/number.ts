/** Numbers as people read them. */

/** `1234567` → `1,234,567`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Three significant digits, or all digits before the point: `1,234`, `12.3`, `0.123`; `-` for `null`. */
export function rounded(value: number | null): string {
  if (value === null) return '-';
  if (value >= 1000) return grouped(Math.round(value));
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** Decimal units: `0 B`, `999 B`, `12.3 kB`, `1.23 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(value < 1 ? 0 : Math.floor(Math.log10(value) / 3), units.length - 1);
  return power === 0 ? `${value} B` : `${rounded(value / 1000 ** power)} ${units[power]}`;
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** To so many digits after the point, as a number for JSON; `null` when it is not finite. */
export function toDigits(value: number, digits: number): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : null;
}
