/** The measurements for people: the ratios, and what they are made of. */
import Table from 'cli-table3';
import type { Measurement } from './figure.js';

/** With more benches than this, each has a row; with fewer, a column. */
const MOST_COLUMNS = 12;

function cell(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

function contestants(measurements: readonly Measurement[]): string[] {
  return [...new Set(measurements.flatMap(({ medians, errors }) => [...medians.keys(), ...errors.keys()]))];
}

function result({ medians, errors }: Measurement, name: string): string {
  const value = medians.get(name);
  return value === undefined ? (errors.has(name) ? 'failed' : '-') : cell(value);
}

const STYLE = { head: [], border: [], compact: true };

/** One row per contestant, one column per bench, then the ratios. */
function wide(measurements: readonly Measurement[]): string {
  const grid = new Table({
    head: ['', ...measurements.map(({ name, unit }) => `${name}\n${unit}`)],
    colAligns: ['left', ...measurements.map(() => 'right' as const)],
    style: STYLE,
  });
  for (const name of contestants(measurements)) grid.push([name, ...measurements.map((measurement) => result(measurement, name))]);
  grid.push(['ratio\nvs', ...measurements.map(({ figure }) => `${figure?.ratio?.toFixed(2) ?? '-'}\n${figure?.vs ?? ''}`)]);
  return grid.toString();
}

/** One row per bench, one column per contestant, then the ratio. */
function long(measurements: readonly Measurement[]): string {
  const names = contestants(measurements);
  const grid = new Table({
    head: ['', 'unit', ...names, 'ratio', 'vs'],
    colAligns: ['left', 'left', ...names.map(() => 'right' as const), 'right', 'left'],
    style: STYLE,
  });
  for (const measurement of measurements) {
    const { figure, name, unit } = measurement;
    grid.push([name, unit, ...names.map((one) => result(measurement, one)), figure?.ratio?.toFixed(2) ?? '-', figure?.vs ?? '']);
  }
  return grid.toString();
}

/** The table, and below it why a contestant has no number where it should have one. */
export function table(measurements: readonly Measurement[]): string {
  const grid = measurements.length > MOST_COLUMNS ? long(measurements) : wide(measurements);
  const failures = measurements.flatMap(({ name, errors }) => [...errors.values()].map((error) => `${name}: ${error}`));
  return [grid, ...failures].join('\n');
}
