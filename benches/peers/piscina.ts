/** piscina: fixed threads, default (`sync`) atomics, one task per worker at a time, unbounded queue: its documented way for CPU work. */
import { Piscina } from 'piscina';
import type { Argument, Peer, Result, WorkName } from './peer.js';

class PiscinaPeer implements Peer {
  #pool: Piscina | undefined;

  get #open(): Piscina {
    if (this.#pool === undefined) throw new Error('piscina: not open');
    return this.#pool;
  }

  open(workers: number): void {
    const filename = new URL('./workers/piscina.js', import.meta.url).href;
    this.#pool = new Piscina({ filename, minThreads: workers, maxThreads: workers });
  }

  run<N extends WorkName>(name: N, argument: Argument<N>): Promise<Result<N>> {
    return this.#open.run(argument, { name }) as Promise<Result<N>>;
  }

  echo(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const copy = new Uint8Array(bytes);
    return this.#open.run(copy, { name: 'echo', transferList: [copy.buffer] }) as Promise<Uint8Array>;
  }

  close(): Promise<void> {
    return this.#open.destroy();
  }
}

export const peer: Peer = new PiscinaPeer();
