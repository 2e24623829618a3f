/** polycore: functions passed as they are; `map` with default chunks. Imported by the package's own name, as a user does. */
import { Pool, transfer } from 'polycore';
import type { Argument, Peer, Result, WorkName } from './peer.js';
import * as work from './workers/work.js';

function job<N extends WorkName>(name: N): (argument: Argument<N>) => Result<N> {
  return work[name] as (argument: Argument<N>) => Result<N>;
}

/** Moves its argument back, as the other libraries that can are made to. */
function echo(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  return transfer(bytes, [bytes.buffer]);
}

class PolycorePeer implements Peer {
  #pool: Pool | undefined;

  get #open(): Pool {
    if (this.#pool === undefined) throw new Error('polycore: not open');
    return this.#pool;
  }

  open(workers: number): void {
    this.#pool = new Pool(workers);
  }

  run<N extends WorkName>(name: N, argument: Argument<N>): PromiseLike<Result<N>> {
    return this.#open.apply(job(name), [argument]);
  }

  echo(bytes: Uint8Array<ArrayBuffer>): PromiseLike<Uint8Array> {
    return this.#open.apply(echo, [bytes]);
  }

  map<N extends WorkName>(name: N, items: readonly Argument<N>[]): PromiseLike<readonly Result<N>[]> {
    return this.#open.map(job(name), items) as PromiseLike<readonly Result<N>[]>;
  }

  close(): unknown {
    return this.#open.terminate();
  }
}

export const peer: Peer = new PolycorePeer();
