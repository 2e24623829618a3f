/**
 * Work that gives a pool its tasks little by little: a long `map`, an `imap`. A pool that is closed meanwhile takes the rest of it,
 * as CPython's does.
 */

/** See the file's description. */
export interface Feeder {
  /** Its input comes through the event loop. */
  readonly isAsync: boolean;
  /** Somebody waits for the end of all work: gives the rest without waiting for a reader of the results. */
  drain(): void;
  /** Ends it with this error. */
  abandon(reason: unknown): void;
}

/** An iteration as its pool knows it: nobody may be left who reads on, and then it is collected. */
export class WeakFeeder implements Feeder {
  readonly isAsync: boolean;
  readonly #feeder: WeakRef<Feeder>;

  constructor(feeder: Feeder) {
    this.isAsync = feeder.isAsync;
    this.#feeder = new WeakRef(feeder);
  }

  drain(): void {
    this.#feeder.deref()?.drain();
  }

  abandon(reason: unknown): void {
    this.#feeder.deref()?.abandon(reason);
  }
}
