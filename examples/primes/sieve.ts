/** The small primes that a segmented sieve needs, and the known numbers of primes to check it against. */

/** The odd primes up to `limit`, by the sieve of Eratosthenes over odd numbers: index i stands for 2i + 1. */
export function oddPrimes(limit: number): Uint32Array {
  const composite = new Uint8Array((limit >> 1) + 1);
  const primes: number[] = [];
  for (let n = 3; n <= limit; n += 2) {
    if (composite[n >> 1]) continue;
    primes.push(n);
    for (let multiple = n * n; multiple <= limit; multiple += 2 * n) composite[multiple >> 1] = 1;
  }
  return Uint32Array.from(primes);
}

/** pi(10^k), the number of primes up to 10^k, for k = 1, 2, … (OEIS A006880). */
const KNOWN = [4, 25, 168, 1229, 9592, 78498, 664579, 5761455, 50847534, 455052511, 4118054813];

/** The known number of primes up to `limit`, or `null` if it is no power of ten. */
export function knownCount(limit: number): number | null {
  const index = KNOWN.findIndex((_, position) => 10 ** (position + 1) === limit);
  return KNOWN[index] ?? null;
}
