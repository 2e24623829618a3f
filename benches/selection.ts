/** What to run, from the command line: `<suite> [--json] [--only a,b] [--contestants a,b] [--without a,b] [--rounds n]`. */
import { parseArgs } from 'node:util';
import type { Entrant } from './contestant.js';

export interface Selection {
  readonly suite: string;
  readonly json: boolean;
  /** Benches by figure name; undefined is all of them. */
  readonly only: readonly string[] | undefined;
  /** Rounds of every bench; undefined is each one's own. */
  readonly rounds: number | undefined;
  /** Names of the contestants that take part; undefined is all of them. */
  readonly with: readonly string[] | undefined;
  /** Names of those that do not. */
  readonly without: readonly string[];
}

function list(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').filter((item) => item !== '');
}

function rounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`Expected --rounds to be an integer >= 1, got ${text}`);
  return value;
}

/** Those of a suite's entrants that were asked for and that this machine has; throws TypeError for a name that is none of them. */
export function select(entrants: readonly Entrant[], selection: Selection): readonly Entrant[] {
  const names = entrants.map(({ name }) => name);
  const unknown = [...(selection.with ?? []), ...selection.without].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`Expected a contestant, one of ${names.join(', ')}; got ${unknown}`);
  return entrants.filter(
    ({ name, isPresent }) => (selection.with?.includes(name) ?? true) && !selection.without.includes(name) && isPresent(),
  );
}

/** Those benches that were asked for; throws TypeError for a name that is none of them. */
export function selectBenches<B extends { readonly name: string }>(benches: readonly B[], selection: Selection): readonly B[] {
  const unknown = selection.only?.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new TypeError(`Expected a bench, one of ${benches.map(({ name }) => name).join(', ')}; got ${unknown}`);
  return benches.filter(({ name }) => selection.only?.includes(name) ?? true);
}

/** Reads the arguments; throws TypeError on what it does not know. */
export function parseSelection(args: readonly string[]): Selection {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      contestants: { type: 'string' },
      without: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const [suite, ...rest] = positionals;
  if (suite === undefined || rest.length > 0) throw new TypeError('Expected one suite');
  return {
    suite,
    json: values.json,
    only: list(values.only),
    rounds: rounds(values.rounds),
    with: list(values.contestants),
    without: list(values.without) ?? [],
  };
}
