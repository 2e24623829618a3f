/** tinypool: `worker_threads` runtime, fixed threads, defaults otherwise. */
import Tinypool from 'tinypool';
import type { Argument, Peer, Result, WorkName } from './peer.js';

class TinypoolPeer implements Peer {
  #pool: Tinypool | undefined;

  get #open(): Tinypool {
    if (this.#pool === undefined) throw new Error('tinypool: not open');
    return this.#pool;
  }

  open(workers: number): void {
    const filename = new URL('./workers/tinypool.js', import.meta.url);
    this.#pool = new Tinypool({ filename, runtime: 'worker_threads', minThreads: workers, maxThreads: workers });
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

export const peer: Peer = new TinypoolPeer();
