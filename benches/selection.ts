/** What to run, from the command line: `<suite> [--json] [--only a,b] [--contestants a,b] [--without a,b] [--rounds n]`. */
import { parseArgs } from 'node:util';
import { type ContestantName, CONTESTANTS, isPresent } from './contestant.js';

export interface Selection {
  readonly suite: string;
  readonly json: boolean;
  /** Benches by figure name; undefined is all of them. */
  readonly only: readonly string[] | undefined;
  /** Rounds of every bench; undefined is each one's own. */
  readonly rounds: number | undefined;
  /** Contestants that were asked for and that this machine has. */
  readonly contestants: readonly ContestantName[];
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

function contestants(wanted: readonly string[], unwanted: readonly string[]): readonly ContestantName[] {
  const unknown = [...wanted, ...unwanted].find((name) => !(CONTESTANTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new TypeError(`Expected a contestant, one of ${CONTESTANTS.join(', ')}; got ${unknown}`);
  return CONTESTANTS.filter((name) => wanted.includes(name) && !unwanted.includes(name) && isPresent(name));
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
    contestants: contestants(list(values.contestants) ?? CONTESTANTS, list(values.without) ?? []),
  };
}
