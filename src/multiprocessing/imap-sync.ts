/** What `imapSync` and `imapUnorderedSync` give: an iterator that blocks its thread for each result. */

import type { ImapIterator } from './imap.js';

/** So that it has the methods that all iterators of the runtime have. */
const ITERATOR = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;

/** Results one by one, in this thread. Leaving a `for … of` early ends it, as `using` does. */
export class ImapSyncIterator<R> implements IterableIterator<R, undefined>, Disposable {
  readonly #results: ImapIterator<R>;

  /** Made by pools. */
  constructor(results: ImapIterator<R>) {
    this.#results = results;
  }

  static {
    Object.setPrototypeOf(this.prototype, ITERATOR);
  }

  /**
   * The next result.
   *
   * @param options `timeout`: milliseconds to wait for it, default: no limit.
   * @throws {TimeoutError} when it is not there in time; a later call gets it. What the task of this result has thrown; later
   * calls get the results after it.
   */
  next(options?: { timeout?: number }): IteratorResult<R, undefined> {
    return this.#results.nextSync(options);
  }

  /** Ends the iteration: what nobody has begun is not run. */
  return(): IteratorResult<R, undefined> {
    this.#results.close();
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.#results.close();
  }
}
