/** Worker file of tinypool: named exports; `echo` hands its bytes over instead of copying them. */
import Tinypool from 'tinypool';

export { increment, twice, double, primes, spin } from './work.js';

export function echo(bytes: Uint8Array<ArrayBuffer>): unknown {
  return Tinypool.move(bytes);
}
