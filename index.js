/** polycore: Python's multiprocessing for Node.js. The sources are in `src/`, this is their build. */
import { createRequire } from 'node:module';

export const {
  // Errors.
  AuthenticationError, BrokenBarrierError, BrokenPipeError, BrokenPoolError, CancelledError, EOFError, Empty, Full,
  InvalidStateError, NotSupported, PicklingError, PolycoreError, RuntimeError, ShutDown, StaleHandleError, TimeoutError,
  WorkerCrashedError,
  // multiprocessing.
  Array, AsyncResult, Pool, ShareableList, SharedArray, SharedMemory, Value, cpuCount,
  // queue.
  JoinableQueue, LifoQueue, PriorityQueue, Queue, SimpleQueue,
  // threading.
  Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, RwLock, Semaphore, Thread, Timer, activeCount, currentThread,
  enumerate, excepthook, local, mainThread, setExcepthook,
  // Functions and values that travel.
  isMain, pickle, ref, transfer,
} = createRequire(import.meta.url)('./dist/bundle/polycore.cjs');
