/** One contestant: a child process that carries out orders (peers/order.ts) and answers each with a number. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.js';
import type { Reply } from './peers/order.js';

/** Where the process of a contestant comes from. */
export interface Entrant {
  readonly name: string;
  /** Whether it can run on this machine at all. */
  readonly isPresent: () => boolean;
  /** Program and arguments. */
  readonly command: () => Promise<[string, string[]]>;
}

/** An order that takes longer than this has hung. */
const DEADLINE = 120_000;

let compiled: Promise<string> | undefined;
let python: boolean | undefined;

/** A contestant in Node: `host.js` of the folder with the name as its argument. */
export function nodeEntrant(folder: string, name: string): Entrant {
  return {
    name,
    isPresent: () => true,
    command: async () => {
      compiled ??= compile();
      return [process.execPath, [`${await compiled}${folder}/host.js`, name]];
    },
  };
}

/** A contestant in Python: the script of that name in the folder. */
export function pythonEntrant(folder: string, name: string): Entrant {
  return {
    name,
    isPresent: () => (python ??= spawnSync('python3', ['--version']).status === 0),
    command: () => Promise.resolve(['python3', [fileURLToPath(new URL(`./${folder}/${name}.py`, import.meta.url))]]),
  };
}

/** The caller's environment without what would reach into the measured processes. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  return { ...rest, PYTHONDONTWRITEBYTECODE: '1' };
}

export class Contestant {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(name: string, child: ChildProcess, lines: Interface) {
    this.name = name;
    this.#child = child;
    this.#lines = lines;
  }

  /** Starts the process; the library is not loaded yet. */
  static async start({ name, command }: Entrant): Promise<Contestant> {
    const [file, args] = await command();
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment() });
    return new Contestant(name, child, createInterface({ input: child.stdout }));
  }

  /** Sends one order and resolves to its number; rejects when the contestant fails, gives a wrong result, dies or hangs. */
  ask(order: { readonly do: string; readonly [argument: string]: unknown }): Promise<number> {
    if (this.#ended) return Promise.reject(new Error(`${this.name}, ${order.do}: the process ended`));
    const { promise, settle } = this.#reply(order.do);
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    return promise.finally(settle);
  }

  #reply(what: string): { promise: Promise<number>; settle: () => void } {
    let settle = (): void => undefined;
    const promise = new Promise<number>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.name}, ${what}: ${why}`));
      const timer = setTimeout(() => fail(`no answer in ${DEADLINE / 1000} s`), DEADLINE);
      const exited = (): void => fail('the process ended');
      const read = (line: string): void => {
        if (!line.startsWith('{"')) return; // what a library prints
        const reply = JSON.parse(line) as Reply;
        if ('error' in reply) fail(reply.error);
        else resolve(reply.value);
      };
      this.#lines.on('line', read).on('close', exited);
      settle = () => {
        clearTimeout(timer);
        this.#lines.off('line', read).off('close', exited);
      };
    });
    return { promise, settle };
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Closes its pool; a contestant that cannot is killed. */
  async quit(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    if (!this.#ended) {
      await this.ask({ do: 'quit' }).catch(() => this.#child.kill('SIGKILL'));
      await ended;
    }
    clearTimeout(killer);
  }
}
