/** `Pipe`: Python's `multiprocessing.Pipe`. */

import { Queue } from '../queue/queue.js';
import { Connection } from './connection.js';
import { describe } from './options.js';

/** Bytes of messages under way in one direction beyond which `send` waits. */
const MAX_BYTES = 16 << 20;

const direction = (): Queue => new Queue(0, { maxBytes: MAX_BYTES });

/**
 * Two connected ends.
 *
 * @param duplex `true` (default): both send and receive. `false`: the first only receives, the second only sends.
 * @throws {TypeError} when it is no boolean; {RangeError} when all slots of shared memory are in use.
 * @example
 * const [reader, writer] = Pipe<number>(false);
 * pool.apply((end: Connection<number>) => end.sendSync(42), [writer]);
 * console.log(await reader.recv()); // 42
 */
export function Pipe<T = unknown>(duplex = true): [Connection<T>, Connection<T>] {
  if (typeof duplex !== 'boolean') throw new TypeError(`Expected \`duplex\` to be a boolean, got ${describe(duplex)}`);
  const there = direction();
  const back = duplex ? direction() : undefined;
  return [new Connection<T>(there, back), new Connection<T>(back, there)];
}
