/**
 * multithreading: `spawn(move(argument), function)`. It sends the function's text once per worker and always hands typed arrays over,
 * in both directions, so a caller that keeps its bytes copies them first. Needs two globals that came after Node 20 (`globals.ts`).
 */
import './globals.js';
import { initRuntime, move, shutdown, spawn } from 'multithreading';
import type { Argument, Peer, Result, WorkName } from './peer.js';
import * as work from './workers/work.js';

class MultithreadingPeer implements Peer {
  open(workers: number): void {
    initRuntime({ maxWorkers: workers });
  }

  async run<N extends WorkName>(name: N, argument: Argument<N>): Promise<Result<N>> {
    const task = work[name] as (argument: Argument<N>) => Result<N>;
    const outcome = await spawn(move(argument), task).join();
    if (!outcome.ok) throw outcome.error;
    return outcome.value;
  }

  echo(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.run('echo', new Uint8Array(bytes));
  }

  close(): void {
    shutdown();
  }
}

export const peer: Peer = new MultithreadingPeer();
