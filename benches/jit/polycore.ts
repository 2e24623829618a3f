/** polycore: the kernel as machine code on native threads, in the blocking form. */
import { jit, parallelForSync, sortSync } from 'polycore';
import { median } from '../peers/median.js';
import { fiftyLines, fiftyLinesData } from './fifty-lines.js';
import { timeSort } from './numbers.js';
import type { Argument, JitPeer, Kernel, Order, Task } from './order.js';

const compiled = new Map<string, Kernel>();

function run({ name, kernel, count, args }: Task, threads: number): number {
  const start = performance.now();
  let fn = compiled.get(name);
  if (fn === undefined) compiled.set(name, (fn = jit(kernel)));
  parallelForSync<Argument[]>(count, fn, ...args, { threads });
  return performance.now() - start;
}

let texts = 0;

/** The function with a text that it has never had, so that its code is not known yet. */
function anew(kernel: typeof fiftyLines): typeof fiftyLines {
  return new Function(`return (${String(kernel).replace('{', `{ /* ${texts++} */`)})`)() as typeof fiftyLines;
}

/** From the function to machine code, each time anew; a loop of no iterations does nothing else. */
function compile({ times }: Order): number {
  const { args, count, expected } = fiftyLinesData();
  const sample: number[] = [];
  for (let i = 0; i < times; i++) {
    const fn = jit(anew(fiftyLines));
    const start = performance.now();
    parallelForSync(0, fn, ...args);
    sample.push(performance.now() - start);
  }
  parallelForSync(count, jit(fiftyLines), ...args);
  if (args[1].some((value, index) => value !== expected[index])) throw new Error('wrong result of compile');
  return median(sample);
}

/** A loop whose iterations do nothing; microseconds. */
function dispatch({ times }: Order): number {
  const empty = jit((_i: number) => undefined);
  const sample: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    parallelForSync(1000, empty);
    sample.push((performance.now() - start) * 1000);
  }
  return median(sample);
}

/** Numbers in order. */
function sort({ size }: Order): number {
  return timeSort(size, (array) => sortSync(array));
}

export const peer: JitPeer = { run, measures: { compile, dispatch, sort } };
