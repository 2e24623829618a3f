/**
 * Runs a suite of benches: `npm run --silent bench -- pool [--json] [--only burst,map] [--contestants …] [--without …] [--rounds n]`.
 * `--json` prints one figure a line (figure.ts), else a table at the end. Exit code 1 if polycore gave a wrong result or failed.
 */
import type { Measurement } from './figure.js';
import { parseSelection, type Selection } from './selection.js';
import { table } from './table.js';

/** A suite yields its measurements as they come. */
interface Suite {
  suite(selection: Selection): AsyncIterable<Measurement>;
}

const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  pool: () => import('./pool.js'),
  sync: () => import('./sync.js'),
  jit: () => import('./jit.js'),
};

async function main(): Promise<void> {
  const selection = parseSelection(process.argv.slice(2));
  const load = SUITES[selection.suite];
  if (load === undefined) throw new TypeError(`Expected a suite, one of ${Object.keys(SUITES).join(', ')}; got ${selection.suite}`);
  const { suite } = await load();
  const measurements: Measurement[] = [];
  for await (const measurement of suite(selection)) {
    measurements.push(measurement);
    for (const error of measurement.errors.values()) console.error(error);
    if (measurement.errors.has('polycore')) process.exitCode = 1;
    if (selection.json && measurement.figure !== undefined) console.log(JSON.stringify(measurement.figure));
  }
  if (!selection.json) console.log(table(measurements));
}

main().catch((error: unknown) => {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 2;
});
