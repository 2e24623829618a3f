/** polycore: Python's multiprocessing for Node.js. The sources are in `src/`, this is their build. */
import { createRequire } from 'node:module';

export const {
  AsyncResult, AuthenticationError, BrokenBarrierError, BrokenPipeError, BrokenPoolError, CancelledError, CompileError,
  EOFError, Empty, Full, InvalidStateError, KernelError, NotSupported, PicklingError, PolycoreError, Pool, RuntimeError,
  ShutDown, TimeoutError, WorkerCrashedError, cpuCount, isMain, jit, parallelFor, parallelForSync, parallelReduce,
  parallelReduceSync, pickle, ref,
} = createRequire(import.meta.url)('./dist/bundle/polycore.cjs');
