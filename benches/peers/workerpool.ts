/** workerpool: dedicated worker script on threads (a function sent as text on every call is its slower way). */
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import type { Argument, Peer, Result, WorkName } from './peer.js';

class WorkerpoolPeer implements Peer {
  #pool: workerpool.Pool | undefined;

  get #open(): workerpool.Pool {
    if (this.#pool === undefined) throw new Error('workerpool: not open');
    return this.#pool;
  }

  open(workers: number): void {
    const script = fileURLToPath(new URL('./workers/workerpool.js', import.meta.url));
    this.#pool = workerpool.pool(script, { maxWorkers: workers, workerType: 'thread' });
  }

  run<N extends WorkName>(name: N, argument: Argument<N>): PromiseLike<Result<N>> {
    return this.#open.exec(name, [argument]) as PromiseLike<Result<N>>;
  }

  echo(bytes: Uint8Array<ArrayBuffer>): PromiseLike<Uint8Array> {
    const copy = new Uint8Array(bytes);
    return this.#open.exec('echo', [copy], { transfer: [copy.buffer] }) as PromiseLike<Uint8Array>;
  }

  close(): unknown {
    return this.#open.terminate();
  }
}

export const peer: Peer = new WorkerpoolPeer();
