/** The plain loop over a kernel, as one would write it by hand: a call with so many arguments and no spreading, so that V8 can inline it. */
import type { Argument, Kernel } from './order.js';

/** Calls the kernel for `from` to `to - 1`. */
export type Loop = (kernel: Kernel, from: number, to: number, args: readonly Argument[]) => void;

/** A loop for kernels of so many arguments after the index; a function of its own each time, so that it sees one kernel only. */
export function makeLoop(args: number): Loop {
  const names = Array.from({ length: args }, (_, index) => `a${index}`);
  const body = `const [${names.join()}] = args; for (let i = from; i < to; i++) kernel(${['i', ...names].join()});`;
  return new Function('kernel', 'from', 'to', 'args', body) as Loop;
}
