/** `wait`: Python's `multiprocessing.connection.wait`. */

import { whenAborted } from '../runtime/abort.js';
import { alarm, limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { isWatchable, type Readiness, readiness, type Watchable, watch, watchSync } from '../runtime/watching.js';
import { typeName } from '../type-name.js';

/**
 * Resolves to those of the objects that are ready, in the order given, as soon as there is one: queues that have an item,
 * connections that have a message or whose other end is closed, events that are set, threads that have ended. Takes nothing
 * from them. Of no objects none is ever ready, which is known at once: `[]`.
 *
 * @param options `timeout` in milliseconds (default: none) resolves to `[]`, `signal` rejects with its reason.
 * @throws rejects with `TypeError` when one of them cannot be waited for, or they are no iterable, and with what its methods throw when it is closed
 * in this thread.
 * @example
 * for (const reader of await wait(readers)) console.log(reader.recvSync());
 */
export async function wait<T extends Watchable>(objects: Iterable<T>, options: WaitOptions = {}): Promise<T[]> {
  const timeout = limitOf(options);
  const candidates = listOf(objects);
  const end = performance.now() + timeout;
  for (;;) {
    const ready = readyOf(candidates);
    const left = end - performance.now();
    if (ready.length > 0 || left <= 0 || candidates.length === 0) return ready;
    await oneOf(candidates, left, options.signal);
  }
}

/** As `wait`, blocking this thread. */
export function waitSync<T extends Watchable>(objects: Iterable<T>, options: { timeout?: number } = {}): T[] {
  const timeout = timeoutOf(options);
  const candidates = listOf(objects);
  const end = performance.now() + timeout;
  for (;;) {
    const ready = readyOf(candidates);
    const left = end - performance.now();
    if (ready.length > 0 || left <= 0 || candidates.length === 0) return ready;
    watchSync(
      candidates.map(({ how }) => how.wish),
      left,
    );
  }
}

interface Candidate<T> {
  readonly object: T;
  readonly how: Readiness;
}

function listOf<T extends Watchable>(objects: Iterable<T>): Candidate<T>[] {
  if (typeof (objects as Partial<Iterable<T>> | null | undefined)?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`Expected \`objects\` to be iterable, got ${typeName(objects)}`);
  }
  return Array.from(objects, (object, index) => {
    if (!isWatchable(object)) throw new TypeError(`Expected \`objects[${index}]\` to be something to wait for, got ${typeof object}`);
    return { object, how: object[readiness]() };
  });
}

function readyOf<T>(candidates: readonly Candidate<T>[]): T[] {
  return candidates.filter(({ how }) => how.isReady()).map(({ object }) => object);
}

/** Resolves when one may be ready, or after `timeout` milliseconds. */
function oneOf(candidates: readonly Candidate<unknown>[], timeout: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    let isOver = false;
    const finish = (end: () => void): void => {
      isOver = true;
      for (const stop of stops.splice(0)) stop();
      end();
    };
    stops.push(alarm(timeout, () => finish(resolve)));
    stops.push(whenAborted(signal, () => finish(() => reject(signal?.reason))));
    try {
      for (const { how } of candidates) {
        const stop = watch(how.wish, () => finish(resolve));
        // It may be ready at once, and then there is nothing left to stop it.
        if (isOver) return stop();
        stops.push(stop);
      }
    } catch (error) {
      finish(() => reject(error));
    }
  });
}
