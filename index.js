/** polycore: Python's multiprocessing for Node.js. The sources are in `src/`, this is their build. */
import { createRequire } from 'node:module';

export const {
  // Errors.
  AuthenticationError, BrokenBarrierError, BrokenPipeError, BrokenPoolError, BufferTooShort, CancelledError, CompileError,
  EOFError, Empty, Full, InvalidStateError, KernelError, NotSupported, OSError, PicklingError, PolycoreError, RuntimeError,
  ShutDown, StaleHandleError, TimeoutError, WorkerCrashedError,
  // multiprocessing.
  Array, AsyncResult, Connection, Pipe, Pool, ShareableList, SharedArray, SharedMemory, Value, cpuCount, wait, waitSync,
  // queue.
  JoinableQueue, LifoQueue, PriorityQueue, Queue, SimpleQueue,
  // threading.
  Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, RwLock, Semaphore, Thread, Timer, activeCount, currentThread,
  enumerate, excepthook, local, mainThread, setExcepthook,
  // Functions and values that travel.
  isMain, pickle, ref, transfer,
  // Machine code.
  jit, parallelFor, parallelForSync, parallelReduce, parallelReduceSync,
  // Native algorithms.
  filter, filterSync, histogram, histogramSync, matmul, matmulSync, scan, scanSync, sort, sortSync,
} = createRequire(import.meta.url)('./dist/bundle/polycore.cjs');
