/** Worker file of piscina: named exports; `echo` hands its bytes over instead of copying them. */
import { move } from 'piscina';

export { increment, twice, double, primes, spin } from './work.js';

export function echo(bytes: Uint8Array): unknown {
  return move(bytes);
}
