/** The suite `pool`: the figures of multiprocessing.Pool against Node's pools and CPython's. README.md says what each one means. */
import { Contestant, type ContestantName, CONTESTANTS, CPYTHON_PEERS, NODE_PEERS } from './contestant.js';
import { type Comparison, compare, type Measurement } from './figure.js';
import { interleave, type Outcome } from './interleave.js';
import { sizes } from './sizes.js';
import type { Selection } from './selection.js';

const SUITE = 'pool';
const WORKERS = 2;

interface Bench extends Comparison {
  readonly rounds: number;
  /** Who takes part. */
  readonly entrants: readonly ContestantName[];
  /** `warm`: one process with an open, warm pool through all rounds. `fresh`: a new process, with nothing loaded, each time. */
  readonly process: 'warm' | 'fresh';
  /** Shown in the table only; no figure. */
  readonly aside?: true;
  measure(contestant: Contestant): Promise<number>;
}

const EVERYBODY = { entrants: CONTESTANTS, against: [...NODE_PEERS, ...CPYTHON_PEERS], process: 'warm' } as const;
const IN_NODE = { entrants: ['polycore', ...NODE_PEERS], against: NODE_PEERS } as const;
/** CPython starts by fork(), which is another thing: shown, not compared. */
const FRESH = { entrants: CONTESTANTS, against: NODE_PEERS, process: 'fresh' } as const;

/** One bench per figure, at the sizes of this run. */
function benches(): readonly Bench[] {
  const { burst, roundTrip, map, start, startImport, mebibyte, rss, scaling, blockedMain } = sizes();
  return [
    {
      ...EVERYBODY, name: 'burst', unit: 'jobs/s', better: 'more', rounds: burst.rounds,
      measure: (contestant) => contestant.ask({ do: 'burst', ...burst.work }),
    },
    {
      ...EVERYBODY, name: 'round-trip', unit: 'us', better: 'less', rounds: roundTrip.rounds,
      measure: (contestant) => contestant.ask({ do: 'round-trip', ...roundTrip.work }),
    },
    {
      ...EVERYBODY, against: ['cpython-pool'], name: 'map', unit: 'ms', better: 'less', rounds: map.rounds,
      measure: (contestant) => contestant.ask({ do: 'map', ...map.work }),
    },
    {
      ...FRESH, name: 'start', unit: 'ms', better: 'less', rounds: start.rounds,
      measure: async (contestant) => {
        await contestant.ask({ do: 'load' });
        return contestant.ask({ do: 'start', ...start.work });
      },
    },
    {
      ...FRESH, aside: true, name: 'start+import', unit: 'ms', better: 'less', rounds: startImport.rounds,
      measure: async (contestant) => {
        const load = await contestant.ask({ do: 'load' });
        return load + (await contestant.ask({ do: 'start', ...startImport.work }));
      },
    },
    {
      ...EVERYBODY, name: 'mebibyte', unit: 'us', better: 'less', rounds: mebibyte.rounds,
      measure: (contestant) => contestant.ask({ do: 'mebibyte', ...mebibyte.work }),
    },
    {
      ...IN_NODE, process: 'fresh', name: 'rss', unit: 'MiB', better: 'less', rounds: rss.rounds,
      measure: async (contestant) => {
        await contestant.ask({ do: 'load' });
        return contestant.ask({ do: 'rss', ...rss.work });
      },
    },
    {
      ...IN_NODE, against: 'one thread', process: 'warm', name: 'scaling', unit: 'x', better: 'more', rounds: scaling.rounds,
      measure: async (contestant) => {
        const alone = await contestant.ask({ do: 'alone', ...scaling.work });
        return alone / (await contestant.ask({ do: 'primes', ...scaling.work }));
      },
    },
    {
      ...EVERYBODY, name: 'blocked-main', unit: `of ${blockedMain.work.tasks}`, better: 'more', rounds: blockedMain.rounds,
      ratio: (ours, theirs) => (1 + ours) / (1 + theirs),
      measure: (contestant) => contestant.ask({ do: 'blocked-main', ...blockedMain.work }),
    },
  ];
}

/** A new process per round. */
async function measureFresh(bench: Bench, name: ContestantName): Promise<number> {
  const contestant = await Contestant.start(name);
  try {
    return await bench.measure(contestant);
  } finally {
    await contestant.quit();
  }
}

/** Opens a pool with all its workers running. */
async function openWarm(name: ContestantName): Promise<Contestant> {
  const contestant = await Contestant.start(name);
  try {
    await contestant.ask({ do: 'load' });
    await contestant.ask({ do: 'open', workers: WORKERS });
    return contestant;
  } catch (error) {
    await contestant.quit();
    throw error;
  }
}

/** One process per contestant for all rounds, opened side by side before the first. */
async function measureWarm(bench: Bench, rounds: number, names: readonly ContestantName[]): Promise<Map<ContestantName, Outcome>> {
  const opening = new Map(names.map((name) => [name, openWarm(name)]));
  const opened = await Promise.allSettled(opening.values());
  try {
    return await interleave(rounds, names, async (name) => bench.measure((await opening.get(name)) as Contestant));
  } finally {
    await Promise.all(opened.map((open) => (open.status === 'fulfilled' ? open.value.quit() : undefined)));
  }
}

async function run(bench: Bench, rounds: number, names: readonly ContestantName[]): Promise<Measurement> {
  const outcomes =
    bench.process === 'warm'
      ? await measureWarm(bench, rounds, names)
      : await interleave(rounds, names, (name) => measureFresh(bench, name));
  const measurement = compare(SUITE, bench, outcomes);
  return bench.aside === true ? { ...measurement, figure: undefined } : measurement;
}

/** Runs the selected benches one after another. */
export async function* suite(selection: Selection): AsyncGenerator<Measurement> {
  const all = benches();
  const unknown = selection.only?.find((name) => !all.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new TypeError(`Expected a bench, one of ${all.map(({ name }) => name).join(', ')}; got ${unknown}`);
  for (const bench of all) {
    if (selection.only !== undefined && !selection.only.includes(bench.name)) continue;
    const names = bench.entrants.filter((name) => selection.contestants.includes(name));
    yield await run(bench, selection.rounds ?? bench.rounds, names);
  }
}
