/**
 * What a pool needs of the place where its workers run. A backend is one class that implements `Backend`; jobs never pass
 * through it: they go through the scheduler, which every worker joins by itself.
 */

/** How workers of one pool are set up. */
export interface WorkerOptions {
  readonly poolName: string;
  /** Number of the pool. */
  readonly pool: number;
  /** Number under which `{ initializer, initargs }` is kept, or -1. */
  readonly initializer: number;
  /** Jobs after which a worker ends, or 0. */
  readonly maxTasks: number;
  /** Milliseconds without a job after which it ends, or 0. */
  readonly idleTimeout: number;
}

/** How a worker ended. */
export interface Ending {
  readonly exitCode: number | null;
  /** What ended it, if something was thrown. */
  readonly error?: unknown;
}

/** Starts and ends workers; told of their endings by the callback of its constructor. */
export interface Backend {
  /** Starts worker `key`. @throws when the system refuses. */
  start(key: number): void;
  /** Ends worker `key` at once, whatever it is doing. */
  kill(key: number): void;
}

/** Called when a worker has ended for good. */
export type Ended = (key: number, ending: Ending) => void;
