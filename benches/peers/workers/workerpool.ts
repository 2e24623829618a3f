/** Worker file of workerpool (a "dedicated worker"); `echo` hands its bytes over instead of copying them. */
import workerpool from 'workerpool';
import { double, increment, primes, spin, twice } from './work.js';

workerpool.worker({
  increment,
  twice,
  double,
  primes,
  spin,
  echo: (bytes: Uint8Array) => new workerpool.Transfer(bytes, [bytes.buffer]),
});
