/**
 * Hearing of the abort of a signal. All that one signal ends in this thread share one listener of it, as some versions of Node
 * warn of a leak from the eleventh on.
 */

type Listener = () => void;

/** The listeners of one signal. */
class Ear {
  static readonly #ears = new WeakMap<AbortSignal, Ear>();
  readonly #listeners = new Set<Listener>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  static of(signal: AbortSignal): Ear {
    let ear = Ear.#ears.get(signal);
    if (ear === undefined) Ear.#ears.set(signal, (ear = new Ear(signal)));
    return ear;
  }

  add(listener: Listener): void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#fire, { once: true });
    this.#listeners.add(listener);
  }

  delete(listener: Listener): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#signal.removeEventListener('abort', this.#fire);
  }

  readonly #fire = (): void => {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  };
}

/** Calls `listener` once when the signal is aborted, in the order of asking; returns what stops that. */
export function whenAborted(signal: AbortSignal | undefined, listener: Listener): () => void {
  if (signal === undefined) return () => {};
  const ear = Ear.of(signal);
  ear.add(listener);
  return () => ear.delete(listener);
}
