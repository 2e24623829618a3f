/**
 * The addon as TypeScript sees it: the only importer of the native library. The functions are declared in
 * `crates/addon/src`; their documentation is there.
 */

import { PolycoreError } from '../errors.js';
import { loadNative } from './load.js';

/** Numbers of a pool, see `pool.stats()`. */
export interface NativeStats {
  readonly workers: number;
  readonly idle: number;
  readonly queued: number;
  readonly running: number;
}

/** How an algorithm is run; see `crates/addon/src/background.rs`. */
export interface AlgorithmWay {
  readonly threads: number;
  /** What comes home at the end; negative: the call blocks. */
  readonly slot: number;
  readonly takesPart: boolean;
  readonly milliseconds: number;
}

/** What `analyzeFunction` and `analyzeModule` return is declared by `pickle/analysis.ts`, of `jitCompile` and
 * `jitFailure` by `jit/compiler.ts` and `jit/run.ts`, their only users. */
export interface Binding {
  analyzeFunction(source: string): unknown;
  analyzeModule(source: string, isModule: boolean): unknown;
  attach(onWake: () => void): ArrayBuffer;
  hold(hold: boolean): void;
  nameIsolate(name: string): void;
  nameAfter(slot: number, generation: number): void;
  segment(index: number): ArrayBuffer;
  regionUsed(): number;
  regionSlots(): number;
  reserve(count: number): number;
  release(slot: number): void;
  releaseMany(count: number): void;
  submit(pool: number, slot: number, depth: number, priority: number): boolean;
  post(pool: number, slot: number, key: number): boolean;
  cancel(slot: number): boolean;
  condemn(pool: number, key: number, slot: number): boolean;
  next(floor: number, wait: number, milliseconds: number): number;
  complete(slot: number): void;
  collect(): number;
  wait(milliseconds: number): number;
  setPolling(polls: boolean): void;
  createPool(): number;
  closePool(pool: number): void;
  cancelQueued(pool: number): number;
  dropPool(pool: number): void;
  retire(pool: number, count: number): void;
  poolStats(pool: number): NativeStats;
  join(pool: number, key: number): void;
  say(value: number): void;
  allocBlock(slot: number, length: number): number;
  blockView(offset: number, length: number): ArrayBuffer;
  writeBlock(slot: number, main: Uint8Array, parts: readonly Uint8Array[], handles?: Uint32Array): void;
  readBlock(slot: number, offset: number, into: Uint8Array): void;
  dropBlock(slot: number): void;
  putFunction(bytes: Uint8Array, handles: Uint32Array | undefined, outlives: boolean): number;
  getFunction(number: number): Uint8Array | null;
  hasFunction(number: number): boolean;
  dropFunction(number: number): void;
  createObject(slot: number, kind: number, bytes: number): number;
  holdObject(slot: number, generation: number): boolean;
  createBuffer(slot: number, bytes: Uint8Array): number;
  copyBuffer(slot: number, into: Uint8Array): void;
  borrowBuffer(slot: number, generation: number): ArrayBuffer;
  detachBuffer(buffer: ArrayBufferLike): void;
  unrefObject(slot: number, generation: number): void;
  letGo(slot: number, generation: number): boolean;
  objects(): number;
  objectView(slot: number, generation: number): ArrayBuffer | null;
  expectBirth(isWorker: boolean, first: number, second: number): void;
  watchBirth(isWorker: boolean, first: number, second: number): void;
  forgetBirth(isWorker: boolean, first: number, second: number): void;
  lookForStillborn(): void;
  nextThreadNumber(): number;
  setThreadName(slot: number, generation: number, name: string): void;
  threadName(slot: number, generation: number): string;
  beginThread(slot: number, generation: number): void;
  undoThread(slot: number, generation: number): void;
  enterThread(slot: number, generation: number): void;
  endThread(slot: number, generation: number): void;
  aliveThreads(): Uint32Array;
  mainThread(): Uint32Array;
  electMainThread(slot: number, generation: number): Uint32Array;
  setHook(isSet: boolean): void;
  sendUncaught(slot: number): number;
  openSegment(slot: number, generation: number, name: string, bytes: number): number;
  trackSegment(slot: number, generation: number, name: string): boolean;
  unlinkSegment(name: string): number;
  isolateNumber(): number;
  waitSync(slot: number, generation: number, base: number, want: number, waiter: number, milliseconds: number): number;
  waitAsync(slot: number, generation: number, base: number, want: number, waiter: number): number;
  withdraw(slot: number, generation: number, waiter: number, isOver: boolean): boolean;
  reportAfter(): number;
  explain(slot: number, generation: number, base: number, milliseconds: number): string;
  waiters(slot: number, generation: number, base: number): number;
  releaseLock(slot: number, generation: number): number;
  releaseSemaphore(slot: number, generation: number, base: number, permits: number, limit: number): number;
  setEvent(slot: number, generation: number): number;
  bindCondition(slot: number, generation: number, lock: number, lockGeneration: number): void;
  notify(slot: number, generation: number, count: number): number;
  finishBarrier(slot: number, generation: number, ticket: number, isDone: boolean): number;
  endBarrier(slot: number, generation: number, reset: boolean): number;
  releaseRwLock(slot: number, generation: number, writes: boolean): number;
  tallyWord(slot: number): number;
  initQueue(slot: number, limit: number, mostBytes: number, order: number, cells: number): void;
  queuePut(queue: number, item: number): number;
  queueGet(queue: number, spin: boolean): number;
  queuePutMany(queue: number, items: Uint32Array, count: number): number;
  queueGetMany(queue: number, most: number): number;
  queueReturn(queue: number, item: number): void;
  queueSpinForRoom(queue: number): boolean;
  queueDone(queue: number): boolean;
  queueNotDone(queue: number): number;
  queueLen(queue: number): number;
  queueWaiting(queue: number): number;
  queueIsEmpty(queue: number): boolean;
  queueIsFull(queue: number): boolean;
  queueIsReady(queue: number): boolean;
  queueShutDown(queue: number, immediate: boolean): void;
  initEnd(end: number, queues: Uint32Array): void;
  useEnd(end: number): void;
  waitAnySync(goals: Uint32Array, milliseconds: number): number;
  jitProbe(name: string, x: Float64Array, y: Float64Array, results: Float64Array): boolean;
  jitSquareIsExact(exact: boolean): void;
  jitScan(text: string): string[];
  jitCompile(request: unknown): unknown;
  jitCompileLater(request: unknown, slot: number): void;
  jitCompiled(slot: number): unknown;
  jitDrop(kernel: number): void;
  jitCount(): number;
  jitRunSync(
    kernel: number,
    values: readonly unknown[],
    count: number,
    seed: number,
    threads: number,
    takesPart: boolean,
    milliseconds: number,
  ): number;
  jitRun(
    kernel: number,
    values: readonly unknown[],
    count: number,
    seed: number,
    threads: number,
    slot: number,
  ): void;
  jitReduceSync(
    kernel: number,
    combine: number,
    values: readonly unknown[],
    identity: unknown,
    count: number,
    threads: number,
    takesPart: boolean,
    milliseconds: number,
  ): number;
  jitReduce(
    kernel: number,
    combine: number,
    values: readonly unknown[],
    identity: unknown,
    count: number,
    threads: number,
    slot: number,
  ): void;
  jitCancel(slot: number): void;
  jitOutcome(slot: number): number;
  jitFailure(): unknown;
  jitValue(big: boolean, signed: boolean): number | bigint;
  jitCall(kernel: number, values: readonly unknown[], into: Float64Array): number | bigint | boolean | null;
  jitThreads(): number;
  algorithmSort(array: ArrayBufferView, way: AlgorithmWay): number;
  algorithmScan(array: ArrayBufferView, into: ArrayBufferView, exclusive: boolean, way: AlgorithmWay): number;
  algorithmExtent(array: ArrayBufferView, way: AlgorithmWay): number;
  algorithmValues(): (number | bigint)[];
  algorithmSelect(answers: ArrayBufferView, way: AlgorithmWay): number;
  algorithmCount(): number;
  algorithmGather(array: ArrayBufferView, into: ArrayBufferView, way: AlgorithmWay): number;
  algorithmHistogram(
    array: ArrayBufferView,
    edges: Float64Array,
    areEqual: boolean,
    counts: Uint32Array,
    way: AlgorithmWay,
  ): number;
  algorithmMatmul(
    a: ArrayBufferView,
    b: ArrayBufferView,
    into: ArrayBufferView,
    rows: number,
    inner: number,
    columns: number,
    way: AlgorithmWay,
  ): number;
  algorithmCancel(slot: number): void;
  algorithmOutcome(slot: number): number;
}

/** This isolate's instance of the addon. */
export const binding = loadNative() as Binding;

/** The runtime handed out copies of shared memory where views were asked for. */
export class NoSharedMemoryError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_NO_SHARED_MEMORY';
}
