/** The measurements for people: one row per contestant, one column per bench, then the ratios. */
import Table from 'cli-table3';
import type { Measurement } from './figure.js';

function cell(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

/** The table, and below it why a contestant has no number where it should have one. */
export function table(measurements: readonly Measurement[]): string {
  const present = new Set(measurements.flatMap(({ medians, errors }) => [...medians.keys(), ...errors.keys()]));
  const grid = new Table({
    head: ['', ...measurements.map(({ name, unit }) => `${name}\n${unit}`)],
    colAligns: ['left', ...measurements.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const name of present) {
    grid.push([name, ...measurements.map(({ medians, errors }) => {
      const value = medians.get(name);
      return value === undefined ? (errors.has(name) ? 'failed' : '-') : cell(value);
    })]);
  }
  grid.push(['ratio\nvs', ...measurements.map(({ figure }) => `${figure?.ratio?.toFixed(2) ?? '-'}\n${figure?.vs ?? ''}`)]);
  const failures = measurements.flatMap(({ name, errors }) => [...errors.values()].map((error) => `${name}: ${error}`));
  return [grid.toString(), ...failures].join('\n');
}
