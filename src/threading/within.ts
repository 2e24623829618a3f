/** Running something inside a lock. */

import type { Guard } from './guard.js';

/** Runs `work` when the guard is there, and leaves in any case. */
export async function within<R>(entry: Promise<Guard>, work: () => R | PromiseLike<R>): Promise<R> {
  const guard = await entry;
  try {
    return await work();
  } finally {
    guard[Symbol.dispose]();
  }
}

/** As `within`, at once. */
export function withinSync<R>(guard: Guard, work: () => R): R {
  try {
    return work();
  } finally {
    guard[Symbol.dispose]();
  }
}
