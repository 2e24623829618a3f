/** What `imap` reads: an iterable of either kind, chunk by chunk. */

/** See the file's description. */
export class Input {
  /** Its items come through the event loop. */
  readonly isAsync: boolean;
  readonly #items: Iterator<unknown> | AsyncIterator<unknown>;
  #isExhausted = false;

  /** @param iterable plain, or asynchronous. */
  constructor(iterable: unknown) {
    const source = iterable as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    this.isAsync = source[Symbol.iterator] === undefined;
    this.#items = (source[Symbol.iterator]?.() ?? source[Symbol.asyncIterator]?.()) as Iterator<unknown> | AsyncIterator<unknown>;
  }

  /** Whether nothing more will be read. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** The next items, at most so many, fewer only at the end; a promise if they come through the event loop. */
  read(most: number): unknown[] | Promise<unknown[]> {
    if (this.isAsync) return this.#readAsync(this.#items as AsyncIterator<unknown>, most);
    const chunk: unknown[] = [];
    while (chunk.length < most && !this.#push(chunk, this.#items.next() as IteratorResult<unknown>));
    return chunk;
  }

  async #readAsync(items: AsyncIterator<unknown>, most: number): Promise<unknown[]> {
    const chunk: unknown[] = [];
    while (chunk.length < most && !this.#push(chunk, await items.next()));
    return chunk;
  }

  #push(chunk: unknown[], step: IteratorResult<unknown>): boolean {
    if (step.done === true) this.#isExhausted = true;
    else chunk.push(step.value);
    return step.done === true;
  }

  /** It has failed. */
  fail(): void {
    this.#isExhausted = true;
  }

  /** Nobody wants the rest. */
  end(): void {
    if (this.#isExhausted) return;
    this.#isExhausted = true;
    void this.#items.return?.();
  }
}
