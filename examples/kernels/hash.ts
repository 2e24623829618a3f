/** FNV-1a (Fowler, Noll, Vo) of each row of a table of bytes, finished with the mixer of MurmurHash3 (Appleby). */

import { bytes, ints, type KernelCase, sequence } from './case.js';

/** Hashes row `i`. */
export function hash(i: number, table: Uint8Array, length: number, out: Int32Array): void {
  let h = 0x811c9dc5 | 0;
  for (let j = 0; j < length; j++) {
    h ^= table[i * length + j]!;
    h = Math.imul(h, 0x01000193);
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  out[i] = h;
}

export const hashCase: KernelCase = {
  name: 'hash',
  kernel: hash,
  count: (size) => Math.ceil(200_000 * size),
  data: (size) => {
    const n = Math.ceil(200_000 * size);
    const table = bytes(n * 256);
    table.set(sequence(n * 256).map((x) => x * 256));
    return [table, 256, ints(n)];
  },
};
