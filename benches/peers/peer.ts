/**
 * What one contestant has to be able to do: open a pool, run one job, close. The host (`host.ts`) builds every figure from this,
 * so all contestants in Node are timed by the same code.
 */
import type * as work from './workers/work.js';

/** The functions of `workers/work.ts`. */
export type Work = typeof work;
/** Name of one of them. */
export type WorkName = keyof Work;
/** What it takes. */
export type Argument<N extends WorkName> = Parameters<Work[N]>[0];
/** What it gives. */
export type Result<N extends WorkName> = ReturnType<Work[N]>;

export interface Peer {
  /** Constructs the pool and returns at once; workers may still be starting. */
  open(workers: number): void;
  /** Submits one job. */
  run<N extends WorkName>(name: N, argument: Argument<N>): PromiseLike<Result<N>>;
  /** Sends bytes and gets them back, in the library's fastest way that leaves `bytes` usable by the caller. */
  echo(bytes: Uint8Array<ArrayBuffer>): PromiseLike<Uint8Array>;
  /** The library's own map with its default chunks, if it has one; for the others `measure.ts` cuts chunks by hand. */
  map?<N extends WorkName>(name: N, items: readonly Argument<N>[]): PromiseLike<readonly Result<N>[]>;
  close(): unknown;
}
