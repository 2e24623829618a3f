/** The figures' work on one peer, timed around nothing else, and checked. The Python twin is `cpython_host.py`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './median.js';
import { MEBIBYTE, type Order } from './order.js';
import type { Peer } from './peer.js';
import * as work from './workers/work.js';

/** The order of one kind. */
type Of<K extends Order['do']> = Extract<Order, { do: K }>;

/** How long a pool may settle (late starts, garbage) before its memory is read. */
const SETTLE = 300;
const WARM_UP_JOBS = 2000;

function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`wrong result of ${what}: ${String(actual)}, expected ${String(expected)}`);
}

function counter(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Tasks that overlap reach every worker, also of pools that start workers when they need them. */
async function wake(peer: Peer, workers: number): Promise<void> {
  const finished = counter();
  const tasks = Array.from({ length: 2 * workers }, () => peer.run('spin', { milliseconds: 50, finished }));
  await Promise.all(tasks);
  expect('spin', finished[0], 2 * workers);
}

export async function open(peer: Peer, order: Of<'open'>): Promise<number> {
  const start = performance.now();
  peer.open(order.workers);
  await wake(peer, order.workers);
  await burst(peer, { do: 'burst', jobs: WARM_UP_JOBS });
  return performance.now() - start;
}

export async function start(peer: Peer, order: Of<'start'>): Promise<number> {
  const start = performance.now();
  peer.open(order.workers);
  const result = await peer.run('increment', 41);
  const end = performance.now();
  expect('increment', result, 42);
  return end - start;
}

export async function rss(peer: Peer, order: Of<'rss'>): Promise<number> {
  await sleep(SETTLE);
  const before = process.memoryUsage.rss();
  peer.open(order.workers);
  await wake(peer, order.workers);
  await sleep(SETTLE);
  return (process.memoryUsage.rss() - before) / order.workers / MEBIBYTE;
}

/** The burst that counts comes right after one that does not: heaps and compiled code are as in a program that has work. */
export async function burst(peer: Peer, order: Of<'burst'>): Promise<number> {
  await oneBurst(peer, order);
  return oneBurst(peer, order);
}

async function oneBurst(peer: Peer, order: Of<'burst'>): Promise<number> {
  const jobs: PromiseLike<number>[] = [];
  const start = performance.now();
  for (let i = 0; i < order.jobs; i += 1) jobs.push(peer.run('increment', i));
  const results = await Promise.all(jobs);
  const end = performance.now();
  for (let i = 0; i < order.jobs; i += 1) expect('increment', results[i], i + 1);
  return order.jobs / ((end - start) / 1000);
}

export async function roundTrip(peer: Peer, order: Of<'round-trip'>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < order.jobs; i += 1) {
    const start = performance.now();
    const result = await peer.run('increment', i);
    times.push(performance.now() - start);
    expect('increment', result, i + 1);
  }
  return median(times) * 1000;
}

/** For libraries without a map: `chunks` jobs of equal length, cut and joined within the measured time, as a map does. */
async function mapByHand(peer: Peer, numbers: readonly number[], chunks: number): Promise<readonly number[]> {
  const size = Math.ceil(numbers.length / chunks);
  const jobs: PromiseLike<number[]>[] = [];
  for (let i = 0; i < numbers.length; i += size) jobs.push(peer.run('double', numbers.slice(i, i + size)));
  return (await Promise.all(jobs)).flat();
}

export async function map(peer: Peer, order: Of<'map'>): Promise<number> {
  const numbers = Array.from({ length: order.length }, (_, i) => i);
  const start = performance.now();
  const results = await (peer.map?.('twice', numbers) ?? mapByHand(peer, numbers, order.chunks));
  const end = performance.now();
  expect('map length', results.length, order.length);
  for (let i = 0; i < order.length; i += 1) expect('map', results[i], i * 2);
  return end - start;
}

export async function mebibyte(peer: Peer, order: Of<'mebibyte'>): Promise<number> {
  const bytes = Buffer.alloc(MEBIBYTE, 'polycore!') as Buffer<ArrayBuffer>;
  const times: number[] = [];
  for (let i = 0; i < order.times; i += 1) {
    bytes.writeUInt32LE(i, MEBIBYTE - 4);
    const start = performance.now();
    const result = await peer.echo(bytes);
    times.push(performance.now() - start);
    if (bytes.compare(result) !== 0) throw new Error('wrong result of echo');
  }
  return median(times) * 1000;
}

export async function primes(peer: Peer, order: Of<'primes'>): Promise<number> {
  const expected = work.primes(order.limit);
  const start = performance.now();
  const limits = Array.from({ length: order.items }, () => order.limit);
  const results = await (peer.map?.('primes', limits) ?? Promise.all(limits.map((limit) => peer.run('primes', limit))));
  const end = performance.now();
  for (const result of results) expect('primes', result, expected);
  return end - start;
}

export function alone(order: Of<'alone'>): number {
  const expected = work.primes(order.limit);
  const start = performance.now();
  const results = Array.from({ length: order.items }, () => work.primes(order.limit));
  const end = performance.now();
  for (const result of results) expect('primes', result, expected);
  return end - start;
}

export async function blockedMain(peer: Peer, order: Of<'blocked-main'>): Promise<number> {
  const finished = counter();
  const task = { milliseconds: order.each, finished };
  const jobs = Array.from({ length: order.tasks }, () => peer.run('spin', task));
  const end = performance.now() + order.block;
  while (performance.now() < end);
  const value = Atomics.load(finished, 0);
  await Promise.all(jobs);
  expect('spin', finished[0], order.tasks);
  return value;
}
