/** jest-worker: threads instead of its default child processes; it can only copy, so the bytes go as they are. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'jest-worker';
import type { Argument, Peer, Result, WorkName } from './peer.js';

const METHODS: readonly WorkName[] = ['increment', 'twice', 'double', 'echo', 'primes', 'spin'];

/** The farm puts one method per exposed name on the instance; its types cannot say so. */
type Farm = Worker & Record<WorkName, (argument: unknown) => Promise<unknown>>;

class JestWorkerPeer implements Peer {
  #farm: Farm | undefined;

  get #open(): Farm {
    if (this.#farm === undefined) throw new Error('jest-worker: not open');
    return this.#farm;
  }

  open(workers: number): void {
    const file = fileURLToPath(new URL('./workers/work.js', import.meta.url));
    this.#farm = new Worker(file, { numWorkers: workers, enableWorkerThreads: true, exposedMethods: METHODS }) as Farm;
  }

  run<N extends WorkName>(name: N, argument: Argument<N>): Promise<Result<N>> {
    return this.#open[name](argument) as Promise<Result<N>>;
  }

  echo(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.run('echo', bytes);
  }

  close(): unknown {
    return this.#open.end();
  }
}

export const peer: Peer = new JestWorkerPeer();
