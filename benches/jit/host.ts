/**
 * A contestant's process in Node: `node host.js <peer> [argument]`. Reads orders, carries them out one after another, answers each with a
 * number. One process runs one kernel only, as a program would, so that V8 specialises its loop.
 */
import { serve } from '../peers/serve.js';
import type { JitPeer, Order } from './order.js';
import { CheckedTask } from './task.js';

const { peer } = (await import(`./${process.argv[2] ?? ''}.js`)) as { peer: JitPeer };
let task: CheckedTask | undefined;

/** Runs that do not count before the first that does: V8 and the caches are warm then. */
const WARM_UP = 3;

/** @throws {Error} when the results of the last run are not JavaScript's. */
async function check(checked: CheckedTask): Promise<void> {
  await peer.collect?.(checked.written);
  checked.check(peer.tolerance?.(checked.name) ?? 0);
}

/** The task of the order, warm; only the last one is kept. */
async function prepared({ kernel, size, threads }: Order): Promise<CheckedTask> {
  if (task?.name === kernel && task.size === size) return task;
  const fresh = new CheckedTask(kernel, size);
  for (let i = 0; i < WARM_UP; i++) {
    fresh.reset();
    await peer.run(fresh, threads);
  }
  await check(fresh);
  task = fresh;
  return fresh;
}

/** The fastest of some runs: what else runs on the machine only makes them slower. The last one's results are checked, outside of the time. */
async function time(order: Order, threads: number): Promise<number> {
  const warm = await prepared(order);
  const sample: number[] = [];
  for (let i = 0; i < order.times; i++) {
    warm.reset();
    sample.push(await peer.run(warm, threads));
  }
  await check(warm);
  return Math.min(...sample);
}

/** How many times faster many threads are than one, in turns, by the fastest of each. */
async function speedUp(order: Order): Promise<number> {
  const warm = await prepared(order);
  const [one, many]: [number[], number[]] = [[], []];
  for (let i = 0; i < order.times; i++) {
    for (const [sample, threads] of [[one, 1], [many, order.threads]] as const) {
      warm.reset();
      sample.push(await peer.run(warm, threads));
      await check(warm);
    }
  }
  return Math.min(...one) / Math.min(...many);
}

/** From nothing started and nothing compiled to the first result. */
async function cold({ kernel, size, threads }: Order): Promise<number> {
  const fresh = new CheckedTask(kernel, size);
  const spent = await peer.run(fresh, threads);
  await check(fresh);
  return spent;
}

async function carryOut(order: Order): Promise<number> {
  switch (order.do) {
    case 'one': return time(order, 1);
    case 'parallel': return time(order, order.threads);
    case 'speed-up': return speedUp(order);
    case 'cold': return cold(order);
    case 'quit': await peer.close?.(); return 0;
    default: {
      const measure = peer.measures?.[order.do];
      if (measure === undefined) throw new Error(`no ${order.do} here`);
      return measure(order);
    }
  }
}

serve(carryOut);
