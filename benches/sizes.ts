/**
 * How much work each figure does: the documented sizes, or a smoke test of everything with `POLYCORE_BENCH_QUICK=1`, for CI, whose
 * numbers mean nothing. `work` goes into the order as it is (peers/order.ts).
 */

const FULL = {
  burst: { rounds: 5, work: { jobs: 50_000 } },
  roundTrip: { rounds: 9, work: { jobs: 1000 } },
  map: { rounds: 5, work: { length: 1_000_000, chunks: 8 } },
  start: { rounds: 9, work: { workers: 2 } },
  startImport: { rounds: 5, work: { workers: 2 } },
  mebibyte: { rounds: 7, work: { times: 100 } },
  rss: { rounds: 5, work: { workers: 4 } },
  scaling: { rounds: 5, work: { items: 64, limit: 280_000 } },
  blockedMain: { rounds: 3, work: { tasks: 8, each: 50, block: 800 } },
};

const QUICK: typeof FULL = {
  burst: { rounds: 1, work: { jobs: 2000 } },
  roundTrip: { rounds: 1, work: { jobs: 100 } },
  map: { rounds: 1, work: { length: 20_000, chunks: 8 } },
  start: { rounds: 1, work: { workers: 2 } },
  startImport: { rounds: 1, work: { workers: 2 } },
  mebibyte: { rounds: 1, work: { times: 5 } },
  rss: { rounds: 1, work: { workers: 4 } },
  scaling: { rounds: 1, work: { items: 16, limit: 50_000 } },
  blockedMain: { rounds: 1, work: { tasks: 8, each: 20, block: 320 } },
};

/** The sizes of this run. */
export function sizes(): typeof FULL {
  return process.env['POLYCORE_BENCH_QUICK'] === '1' ? QUICK : FULL;
}
