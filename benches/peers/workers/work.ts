/**
 * The work every contestant does, in every figure. Each function takes one argument and names nothing outside itself, so that
 * libraries that ship a function as text (multithreading) can run the very same source. `cpython_host.py` has the Python twin.
 */

/** The smallest job there is: what is left is the library. */
export function increment(x: number): number {
  return x + 1;
}

/** One item of a map. */
export function twice(x: number): number {
  return x * 2;
}

/** One chunk of a map, for libraries without a map of their own. */
export function double(chunk: number[]): number[] {
  return chunk.map((x) => x * 2);
}

/** Gives the bytes back. */
export function echo(bytes: Uint8Array): Uint8Array {
  return bytes;
}

/** Counts the primes below `limit` by trial division: CPU only, no memory. */
export function primes(limit: number): number {
  let count = 0;
  for (let n = 2; n < limit; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) {
      if (n % d === 0) {
        prime = false;
        break;
      }
    }
    if (prime) count += 1;
  }
  return count;
}

/** Keeps a core busy for `milliseconds`, then counts itself in `finished[0]`, which every thread shares. */
export function spin(task: { readonly milliseconds: number; readonly finished: Int32Array }): number {
  const end = performance.now() + task.milliseconds;
  while (performance.now() < end);
  return Atomics.add(task.finished, 0, 1) + 1;
}
