/** poolifier: FixedThreadPool with its defaults. Its tasks queue, which is off by default, made every figure here worse (README.md). */
import { fileURLToPath } from 'node:url';
import { FixedThreadPool } from 'poolifier';
import type { Argument, Peer, Result, WorkName } from './peer.js';

class PoolifierPeer implements Peer {
  #pool: FixedThreadPool<unknown, unknown> | undefined;

  get #open(): FixedThreadPool<unknown, unknown> {
    if (this.#pool === undefined) throw new Error('poolifier: not open');
    return this.#pool;
  }

  open(workers: number): void {
    const file = fileURLToPath(new URL('./workers/poolifier.js', import.meta.url));
    this.#pool = new FixedThreadPool(workers, file);
  }

  run<N extends WorkName>(name: N, argument: Argument<N>): Promise<Result<N>> {
    return this.#open.execute(argument, name) as Promise<Result<N>>;
  }

  echo(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const copy = new Uint8Array(bytes);
    return this.#open.execute(copy, 'echo', undefined, [copy.buffer]) as Promise<Uint8Array>;
  }

  close(): Promise<void> {
    return this.#open.destroy();
  }
}

export const peer: Peer = new PoolifierPeer();
