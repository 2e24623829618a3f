/** The suite `jit`: the kernels of examples/kernels as machine code, next to V8, to workers, and to Rust written by hand. README.md says more. */
import { KERNELS } from '../examples/kernels/index.js';
import { Contestant, type Entrant, nodeEntrant } from './contestant.js';
import { type Comparison, compare, type Measurement } from './figure.js';
import { interleave } from './interleave.js';
import { hasCargo, rayonProgram } from './rayon.js';
import { select, selectBenches, type Selection } from './selection.js';

const SUITE = 'jit';
const THREADS = 2;
const quick = process.env['POLYCORE_BENCH_QUICK'] === '1';

const ENTRANTS: readonly Entrant[] = [
  nodeEntrant('jit', 'polycore'),
  nodeEntrant('jit', 'v8'),
  { ...nodeEntrant('jit', 'gpu'), name: 'gpu.js' },
  nodeEntrant('jit', 'piscina'),
  { name: 'rayon', isPresent: hasCargo, command: rayonCommand },
];

async function rayonCommand(): Promise<[string, string[]]> {
  const program = await rayonProgram();
  const [node, args] = await nodeEntrant('jit', 'rayon').command();
  return [node, [...args, program]];
}

/** Sizes: of the kernels' data, where 1 takes V8 about a tenth of a second; of the cold start, whose work should not be what takes the time. */
const SIZE = quick ? 0.002 : 1;
const COLD_SIZE = quick ? 0.002 : 0.01;

interface Bench extends Comparison {
  readonly entrants: readonly string[];
  readonly rounds: number;
  /** Benches of one group share the processes of their contestants; `fresh`: a new process, with nothing started, each time. */
  readonly group: string;
  readonly fresh?: true;
  readonly order: { readonly do: string; readonly kernel: string; readonly size: number; readonly threads: number; readonly times: number };
}

function rounds(count: number): number {
  return quick ? 1 : count;
}

/** The four figures of a kernel. */
function ofKernel(kernel: string): Bench[] {
  const order = { kernel, size: SIZE, threads: THREADS, times: quick ? 1 : 5 };
  const base = { group: kernel, unit: 'ms', better: 'less', rounds: rounds(5) } as const;
  const one = ['polycore', 'v8', ...(kernel === 'n-body' ? [] : ['gpu.js'])];
  return [
    { ...base, name: `${kernel}-1`, entrants: one, against: ['v8'], order: { ...order, do: 'one' } },
    { ...base, name: `${kernel}-n`, unit: 'x', better: 'more', entrants: ['polycore'], against: 'one native thread', order: { ...order, do: 'speed-up' } },
    { ...base, name: `${kernel}-rayon`, entrants: ['polycore', 'piscina', 'rayon'], against: ['rayon'], order: { ...order, do: 'parallel' } },
    { ...base, name: `${kernel}-cold`, entrants: ['polycore', 'piscina'], against: ['piscina'], fresh: true, order: { ...order, do: 'cold', size: COLD_SIZE } },
  ];
}

/** A figure of polycore alone. */
function alone(name: string, unit: string, times: number): Bench {
  const order = { do: name, kernel: '', size: 0, threads: THREADS, times: quick ? 3 : times };
  return { name, unit, better: 'less', entrants: ['polycore'], against: [], group: name, rounds: rounds(5), order };
}

const COMPILE = alone('compile', 'ms', 20);
const SORT: Bench = {
  ...alone('sort', 'ms', 1),
  entrants: ['polycore', 'v8'],
  against: ['v8'],
  order: { do: 'sort', kernel: '', size: quick ? 100_000 : 10_000_000, threads: THREADS, times: 1 },
};
const DISPATCH = alone('dispatch', 'us', 2000);

const BENCHES: readonly Bench[] = [...KERNELS.flatMap(({ name }) => ofKernel(name)), COMPILE, SORT, DISPATCH];

/** The processes of a group, each started when it is first asked. */
class Field {
  readonly #open = new Map<string, Promise<Contestant>>();

  /** One order to one of them. */
  async ask(entrant: Entrant, { order }: Bench): Promise<number> {
    let contestant = this.#open.get(entrant.name);
    if (contestant === undefined) this.#open.set(entrant.name, (contestant = Contestant.start(entrant)));
    return (await contestant).ask(order);
  }

  async quit(): Promise<void> {
    const contestants = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    await Promise.all(contestants.map((one) => (one.status === 'fulfilled' ? one.value.quit() : undefined)));
  }
}

/** A new process for one order. */
async function askFresh(entrant: Entrant, { order }: Bench): Promise<number> {
  const contestant = await Contestant.start(entrant);
  try {
    return await contestant.ask(order);
  } finally {
    await contestant.quit();
  }
}

async function run(bench: Bench, field: Field, count: number, entrants: readonly Entrant[]): Promise<Measurement> {
  const byName = new Map(entrants.map((entrant) => [entrant.name, entrant]));
  const outcomes = await interleave(count, [...byName.keys()], (name) => {
    const entrant = byName.get(name) as Entrant;
    return bench.fresh === true ? askFresh(entrant, bench) : field.ask(entrant, bench);
  });
  return compare(SUITE, bench, outcomes);
}

/** Runs the selected benches one after another. The smoke test keeps the processes for all kernels, whatever that does to V8's numbers. */
export async function* suite(selection: Selection): AsyncGenerator<Measurement> {
  const entrants = select(ENTRANTS, selection);
  const field = new Field();
  let group = '';
  try {
    for (const bench of selectBenches(BENCHES, selection)) {
      if (bench.group !== group && !quick) await field.quit();
      group = bench.group;
      yield await run(bench, field, selection.rounds ?? bench.rounds, entrants.filter(({ name }) => bench.entrants.includes(name)));
    }
  } finally {
    await field.quit();
  }
}
