/** How many workers make sense on this machine. */

import { readFileSync } from 'node:fs';

let counted: number | undefined;

/**
 * Processors this process may use, at least 1: those of its affinity mask, and no more than the quota of its control group
 * allows (Linux, version 1 and 2), rounded up.
 */
export function cpuCount(): number {
  // Not imported: few isolates ask, and each would keep the module.
  counted ??= Math.max(1, Math.min(process.getBuiltinModule('node:os').availableParallelism(), Math.ceil(quota())));
  return counted;
}

function quota(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const [max, period] = read('/sys/fs/cgroup/cpu.max').split(' ');
  const v2 = Number(max) / Number(period);
  if (v2 > 0) return v2;
  const v1 = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')) / Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
  return v1 > 0 ? v1 : Number.POSITIVE_INFINITY;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
