/** polycore: Python's multiprocessing for Node.js. The sources are in `src/`, this is their build. */
import { createRequire } from 'node:module';

export const {
  AsyncResult, AuthenticationError, BrokenBarrierError, BrokenPipeError, BrokenPoolError, CancelledError, EOFError, Empty,
  Full, InvalidStateError, NotSupported, PicklingError, PolycoreError, Pool, RuntimeError, ShutDown, TimeoutError,
  WorkerCrashedError, cpuCount, isMain, pickle, ref,
} = createRequire(import.meta.url)('./dist/bundle/polycore.cjs');
