/** Rust on rayon: the program of crates/jit/benches/rayon, given orders line by line. This process only waits for its answers. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JitPeer } from './order.js';
import { bytes } from './task.js';

const program = spawn(process.argv[3] ?? '', { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
const folder = mkdtempSync(join(tmpdir(), 'polycore-bench-'));

async function ask(order: string): Promise<string> {
  program.stdin.write(`${order}\n`);
  const { done, value } = await answers.next();
  if (done === true) throw new Error(`${order}: the program ended`);
  if (value.startsWith('error')) throw new Error(`${order}: ${value}`);
  return value;
}

export const peer: JitPeer = {
  /** The platform's `exp` and `log` may differ from V8's in the last bit, and a sum of many then in some more. */
  tolerance: (kernel) => (kernel === 'black-scholes' || kernel === 'lyapunov' ? 1e-9 : 0),

  run: async ({ name, size }, threads) => Number(await ask(`run ${name} ${size} ${threads}`)),

  async collect(written) {
    const file = join(folder, 'output');
    await ask(`output ${file}`);
    const output = readFileSync(file);
    let at = 0;
    for (const array of written) at += output.copy(bytes(array), 0, at, at + array.byteLength);
    if (at !== output.length) throw new Error(`expected ${at} bytes of results, got ${output.length}`);
  },

  close() {
    program.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  },
};
