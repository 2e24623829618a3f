/**
 * The codec against what else turns values into bytes: `node --import tsx benches/codec.ts [--json]`.
 *
 * Each of them writes and reads the same values, one after another within a round, for some rounds; the medians of CPU
 * time per write + read are printed in microseconds, with the ratio to polycore. The result is compared with the value
 * first: what does not arrive as it was is marked with a star, and what cannot be sent at all with a dash.
 */

import { deserialize, serialize } from 'node:v8';
import { isDeepStrictEqual } from 'node:util';
import Table from 'cli-table3';
import { Packr } from 'msgpackr';
import { decode, encode } from '../src/pickle/index.js';
import { median } from './peers/median.js';

const ROUNDS = 9;
/** CPU time of one measurement. */
const MILLISECONDS = 25;

const packr = new Packr({ structuredClone: true });

function own(value: unknown): unknown {
  const { bytes, parts } = encode(value);
  // The runtime copies parts once on their way, and the receiver gets a buffer of its own.
  return decode(bytes, (index) => parts[index].slice().buffer as ArrayBuffer);
}

const CODECS: Readonly<Record<string, (value: unknown) => unknown>> = {
  polycore: own,
  'v8.serialize': (value) => deserialize(serialize(value)) as unknown,
  structuredClone: (value) => structuredClone(value),
  'msgpackr': (value) => packr.unpack(packr.pack(value)) as unknown,
  JSON: (value) => JSON.parse(JSON.stringify(value)) as unknown,
};

function records(count: number): object[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: `user${id}`, active: id % 3 > 0, score: id / 7 }));
}

const VALUES: Readonly<Record<string, unknown>> = {
  'arguments [1, 2]': [1, 2],
  'small object': { a: 1, b: 'x', c: [1, 2, 3] },
  '200 records': records(200),
  '1000 integers': Array.from({ length: 1000 }, (_, i) => i * 7),
  '1000 doubles': Array.from({ length: 1000 }, (_, i) => i + 0.5),
  '1000 strings': Array.from({ length: 1000 }, (_, i) => `string number ${i}`),
  '36 kB of text': 'lorem ipsum dolor '.repeat(2000),
  'Map of 100': new Map(Array.from({ length: 100 }, (_, i) => [`key ${i}`, i])),
  'Float64Array(1024)': Float64Array.from({ length: 1024 }, (_, i) => i / 3),
  'Error': new RangeError('out of range', { cause: { limit: 3 } }),
  '1 MiB ArrayBuffer': new Uint8Array(2 ** 20).fill(7).buffer,
};

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Microseconds per call. */
function time(call: () => unknown): number {
  for (let count = 1; ; count *= 2) {
    const start = cpu();
    for (let i = 0; i < count; i += 1) call();
    const spent = cpu() - start;
    if (spent >= MILLISECONDS) return (spent / count) * 1000;
  }
}

interface Row {
  readonly value: string;
  /** By codec; `NaN` if it cannot send the value. */
  readonly microseconds: Readonly<Record<string, number>>;
  /** Codecs that send something else. */
  readonly unfaithful: readonly string[];
}

function measure(name: string, value: unknown): Row {
  const samples = new Map(Object.keys(CODECS).map((codec) => [codec, [] as number[]]));
  const unfaithful: string[] = [];
  for (const [codec, trip] of Object.entries(CODECS)) {
    if (isDeepStrictEqual(trip(value), value)) continue;
    if (codec === 'polycore') throw new Error(`${name} does not arrive as it was`);
    unfaithful.push(codec);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [codec, trip] of Object.entries(CODECS)) samples.get(codec)?.push(time(() => trip(value)));
  }
  const microseconds = Object.fromEntries([...samples].map(([codec, sample]) => [codec, median(sample)]));
  return { value: name, microseconds, unfaithful };
}

function show({ value, microseconds, unfaithful }: Row): string[] {
  const own = microseconds['polycore'];
  const cells = Object.entries(microseconds).map(([codec, spent]) => {
    const ratio = codec === 'polycore' ? '' : ` (${(spent / own).toFixed(1)}x)`;
    return `${spent.toPrecision(3)}${ratio}${unfaithful.includes(codec) ? ' *' : ''}`;
  });
  return [value, ...cells];
}

const rows = Object.entries(VALUES).map(([name, value]) => measure(name, value));
if (process.argv.includes('--json')) {
  for (const row of rows) console.log(JSON.stringify(row));
} else {
  const table = new Table({ head: ['us, write + read', ...Object.keys(CODECS)], style: { head: [], border: [] } });
  table.push(...rows.map(show));
  console.log(table.toString());
}
