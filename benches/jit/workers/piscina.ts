/** Worker file of piscina.ts: a range of a kernel's iterations. */
import { KERNELS } from '../../../examples/kernels/index.js';
import { type Loop, makeLoop } from '../loop.js';
import type { Kernel } from '../order.js';
import type { Range } from '../piscina.js';

const loops = new Map<string, { loop: Loop; kernel: Kernel }>();

export default function run({ name, from, to, args }: Range): void {
  let found = loops.get(name);
  if (found === undefined) {
    const kernel = KERNELS.find((one) => one.name === name)?.kernel as Kernel;
    loops.set(name, (found = { kernel, loop: makeLoop(args.length) }));
  }
  found.loop(found.kernel, from, to, args);
}
