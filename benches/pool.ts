/** The suite `pool`: the figures of multiprocessing.Pool against Node's pools and CPython's. README.md says what each one means. */
import { Contestant, type Entrant, nodeEntrant, pythonEntrant } from './contestant.js';
import { type Comparison, compare, type Measurement } from './figure.js';
import { interleave, type Outcome } from './interleave.js';
import { sizes } from './sizes.js';
import { select, selectBenches, type Selection } from './selection.js';
import type { Order } from './peers/order.js';

const SUITE = 'pool';
const WORKERS = 2;

/** polycore first, then Node's pools, then CPython's. */
const NODE_PEERS = ['piscina', 'tinypool', 'workerpool', 'poolifier', 'multithreading', 'jest-worker'];
const CPYTHON_PEERS = ['cpython-pool', 'cpython-executor'];
const CONTESTANTS = ['polycore', ...NODE_PEERS, ...CPYTHON_PEERS];
const ENTRANTS: readonly Entrant[] = [
  ...['polycore', ...NODE_PEERS].map((name) => nodeEntrant('peers', name)),
  ...CPYTHON_PEERS.map((name) => pythonEntrant('peers', name)),
];

/** Orders of this suite are checked. */
function ask(contestant: Contestant, order: Order): Promise<number> {
  return contestant.ask(order);
}

interface Bench extends Comparison {
  readonly rounds: number;
  /** Who takes part. */
  readonly entrants: readonly string[];
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
      measure: (contestant) => ask(contestant, { do: 'burst', ...burst.work }),
    },
    {
      ...EVERYBODY, name: 'round-trip', unit: 'us', better: 'less', rounds: roundTrip.rounds,
      measure: (contestant) => ask(contestant, { do: 'round-trip', ...roundTrip.work }),
    },
    {
      ...EVERYBODY, against: ['cpython-pool'], name: 'map', unit: 'ms', better: 'less', rounds: map.rounds,
      measure: (contestant) => ask(contestant, { do: 'map', ...map.work }),
    },
    {
      ...FRESH, name: 'start', unit: 'ms', better: 'less', rounds: start.rounds,
      measure: async (contestant) => {
        await ask(contestant, { do: 'load' });
        return ask(contestant, { do: 'start', ...start.work });
      },
    },
    {
      ...FRESH, aside: true, name: 'start+import', unit: 'ms', better: 'less', rounds: startImport.rounds,
      measure: async (contestant) => {
        const load = await ask(contestant, { do: 'load' });
        return load + (await ask(contestant, { do: 'start', ...startImport.work }));
      },
    },
    {
      ...EVERYBODY, name: 'mebibyte', unit: 'us', better: 'less', rounds: mebibyte.rounds,
      measure: (contestant) => ask(contestant, { do: 'mebibyte', ...mebibyte.work }),
    },
    {
      ...IN_NODE, process: 'fresh', name: 'rss', unit: 'MiB', better: 'less', rounds: rss.rounds,
      measure: async (contestant) => {
        await ask(contestant, { do: 'load' });
        return ask(contestant, { do: 'rss', ...rss.work });
      },
    },
    {
      ...IN_NODE, against: 'one thread', process: 'warm', name: 'scaling', unit: 'x', better: 'more', rounds: scaling.rounds,
      measure: async (contestant) => {
        const alone = await ask(contestant, { do: 'alone', ...scaling.work });
        return alone / (await ask(contestant, { do: 'primes', ...scaling.work }));
      },
    },
    {
      ...EVERYBODY, name: 'blocked-main', unit: `of ${blockedMain.work.tasks}`, better: 'more', rounds: blockedMain.rounds,
      ratio: (ours, theirs) => (1 + ours) / (1 + theirs),
      measure: (contestant) => ask(contestant, { do: 'blocked-main', ...blockedMain.work }),
    },
  ];
}

/** A new process per round. */
async function measureFresh(bench: Bench, entrant: Entrant): Promise<number> {
  const contestant = await Contestant.start(entrant);
  try {
    return await bench.measure(contestant);
  } finally {
    await contestant.quit();
  }
}

/** Opens a pool with all its workers running. */
async function openWarm(entrant: Entrant): Promise<Contestant> {
  const contestant = await Contestant.start(entrant);
  try {
    await ask(contestant, { do: 'load' });
    await ask(contestant, { do: 'open', workers: WORKERS });
    return contestant;
  } catch (error) {
    await contestant.quit();
    throw error;
  }
}

/** One process per contestant for all rounds, opened side by side before the first. */
async function measureWarm(bench: Bench, rounds: number, entrants: readonly Entrant[]): Promise<Map<string, Outcome>> {
  const opening = new Map(entrants.map((entrant) => [entrant.name, openWarm(entrant)]));
  const opened = await Promise.allSettled(opening.values());
  try {
    return await interleave(rounds, [...opening.keys()], async (name) => bench.measure((await opening.get(name)) as Contestant));
  } finally {
    await Promise.all(opened.map((open) => (open.status === 'fulfilled' ? open.value.quit() : undefined)));
  }
}

async function run(bench: Bench, rounds: number, entrants: readonly Entrant[]): Promise<Measurement> {
  const outcomes =
    bench.process === 'warm'
      ? await measureWarm(bench, rounds, entrants)
      : await interleave(rounds, entrants.map(({ name }) => name), (name) => measureFresh(bench, entrants.find((one) => one.name === name) as Entrant));
  const measurement = compare(SUITE, bench, outcomes);
  return bench.aside === true ? { ...measurement, figure: undefined } : measurement;
}

/** Runs the selected benches one after another. */
export async function* suite(selection: Selection): AsyncGenerator<Measurement> {
  const entrants = select(ENTRANTS, selection);
  for (const bench of selectBenches(benches(), selection)) {
    const taking = entrants.filter(({ name }) => bench.entrants.includes(name));
    yield await run(bench, selection.rounds ?? bench.rounds, taking);
  }
}
