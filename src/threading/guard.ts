/** What an `acquire` gives: the right to be inside, for a `using` declaration. */

import { RuntimeError } from '../errors.js';

/** What a guard keeps entered. */
export interface Guarded {
  /** Leaves; `false` when that entry has been left already. */
  leave(stay: number): boolean;
}

/**
 * An entry into a lock or semaphore. It is left by `release()`, or at the end of a `using` block.
 *
 * @example
 * {
 *   using guard = await lock.acquire();
 *   count.value += 1;
 * }
 */
export class Guard {
  /** Whether the last owner died inside: what the lock protects may be half done. Only locks know that. */
  readonly abandoned: boolean;
  #guarded: Guarded | undefined;
  /** Number of the stay inside that it belongs to. */
  readonly #stay: number;

  /** Made by locks and semaphores. */
  constructor(guarded: Guarded, stay: number, abandoned: boolean) {
    this.#guarded = guarded;
    this.#stay = stay;
    this.abandoned = abandoned;
  }

  /** Leaves. @throws {RuntimeError} when it has been left already, also by the `release` of the lock itself. */
  release(): void {
    if (!this.#leave()) throw new RuntimeError('The guard has been released already');
  }

  #leave(): boolean {
    const guarded = this.#guarded;
    this.#guarded = undefined;
    return guarded !== undefined && guarded.leave(this.#stay);
  }

  /** Leaves, unless that has been done. */
  [Symbol.dispose](): void {
    this.#leave();
  }

  /** Leaves, unless that has been done. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
  }
}
