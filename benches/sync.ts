/** The suite `sync`: locks, queues, pipes and shared numbers between two threads, next to CPython's and to what Node has. README.md says more. */
import { Contestant, type Entrant, nodeEntrant, pythonEntrant } from './contestant.js';
import { type Comparison, compare, type Measurement } from './figure.js';
import { interleave } from './interleave.js';
import { select, selectBenches, type Selection } from './selection.js';

const SUITE = 'sync';

const ENTRANTS: readonly Entrant[] = [
  ...['polycore', 'message-channel', 'multithreading', 'plain'].map((name) => nodeEntrant('sync', name)),
  pythonEntrant('sync', 'cpython'),
];

interface Bench extends Comparison {
  readonly entrants: readonly string[];
  readonly rounds: number;
  readonly count: number;
  /** Shown in the table only; no figure. */
  readonly aside?: true;
}

const MESSAGES = ['polycore', 'message-channel', 'cpython'];
const quick = process.env['POLYCORE_BENCH_QUICK'] === '1';

/** Of a bench at its documented size, or, for the smoke test, at a small one. */
function size(count: number, rounds: number): { count: number; rounds: number } {
  return quick ? { count: Math.max(2, Math.ceil(count / 200)), rounds: 1 } : { count, rounds };
}

const BENCHES: readonly Bench[] = [
  { name: 'queue-int', unit: 'items/s', better: 'more', entrants: MESSAGES, against: MESSAGES.slice(1), ...size(300_000, 5) },
  { name: 'queue-1k', unit: 'items/s', better: 'more', entrants: MESSAGES, against: ['message-channel'], ...size(60_000, 5) },
  { name: 'queue-1m', unit: 'MiB/s', better: 'more', entrants: [...MESSAGES, 'plain'], against: ['plain'], ...size(400, 5) },
  { name: 'pipe-pingpong', unit: 'us', better: 'less', entrants: ['polycore', 'cpython'], against: ['cpython'], ...size(10_000, 5) },
  {
    name: 'lock', unit: 'ns', better: 'less', entrants: ['polycore', 'multithreading', 'cpython'], against: ['cpython', 'multithreading'],
    ...size(1_000_000, 5),
  },
  { name: 'lock-contended', unit: 'pairs/s', better: 'more', entrants: ['polycore', 'cpython'], against: ['cpython'], ...size(300_000, 5) },
  {
    name: 'value-locked', unit: 'adds/s', better: 'more', entrants: ['polycore', 'multithreading', 'cpython'], against: ['cpython'],
    ...size(200_000, 5),
  },
  { name: 'value-add', unit: 'adds/s', better: 'more', entrants: ['polycore', 'plain', 'cpython'], against: ['cpython'], ...size(1_000_000, 5) },
  { name: 'array-index', unit: 'elements/s', better: 'more', entrants: ['polycore', 'plain'], against: ['plain'], ...size(60, 9) },
  { name: 'semaphore-waiters', unit: 'us', better: 'less', entrants: ['polycore'], against: [], aside: true, ...size(10_000, 5) },
];

/** One process per contestant for all rounds. */
async function run(bench: Bench, rounds: number, entrants: readonly Entrant[]): Promise<Measurement> {
  const { count } = bench;
  const open = new Map<string, Contestant>();
  try {
    for (const entrant of entrants) open.set(entrant.name, await Contestant.start(entrant));
    const outcomes = await interleave(rounds, [...open.keys()], (name) => (open.get(name) as Contestant).ask({ do: bench.name, count }));
    const measurement = compare(SUITE, bench, outcomes);
    return bench.aside === true ? { ...measurement, figure: undefined } : measurement;
  } finally {
    await Promise.all([...open.values()].map((contestant) => contestant.quit()));
  }
}

/** Runs the selected benches one after another. */
export async function* suite(selection: Selection): AsyncGenerator<Measurement> {
  const entrants = select(ENTRANTS, selection);
  for (const bench of selectBenches(BENCHES, selection)) {
    yield await run(bench, selection.rounds ?? bench.rounds, entrants.filter(({ name }) => bench.entrants.includes(name)));
  }
}
