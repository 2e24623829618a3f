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

/** What `analyzeFunction` and `analyzeModule` return is declared by `pickle/analysis.ts`, of `jitCompile` and
 * `jitFailure` by `jit/compiler.ts` and `jit/run.ts`, their only users. */
export interface Binding {
  analyzeFunction(source: string): unknown;
  analyzeModule(source: string, isModule: boolean): unknown;
  attach(onWake: () => void): ArrayBuffer;
  hold(hold: boolean): void;
  segment(index: number): ArrayBuffer;
  regionUsed(): number;
  reserve(count: number): number;
  release(slot: number): void;
  submit(pool: number, slot: number, depth: number, priority: number): boolean;
  post(pool: number, slot: number, key: number): boolean;
  cancel(slot: number): boolean;
  condemn(pool: number, key: number, slot: number): boolean;
  next(floor: number, wait: number, milliseconds: number): number;
  complete(slot: number): void;
  collect(): number;
  wait(milliseconds: number): number;
  createPool(): number;
  closePool(pool: number): void;
  cancelQueued(pool: number): number;
  dropPool(pool: number): void;
  retire(pool: number, count: number): void;
  poolStats(pool: number): NativeStats;
  join(pool: number, key: number): void;
  say(value: number): void;
  writeBlock(slot: number, main: Uint8Array, parts: readonly Uint8Array[]): void;
  readBlock(slot: number, offset: number, into: Uint8Array): void;
  dropBlock(slot: number): void;
  putFunction(bytes: Uint8Array): number;
  getFunction(number: number): Uint8Array | null;
  dropFunction(number: number): void;
  jitProbe(name: string, x: Float64Array, y: Float64Array, results: Float64Array): boolean;
  jitSquareIsExact(exact: boolean): void;
  jitScan(text: string): string[];
  jitCompile(request: unknown): unknown;
  jitDrop(kernel: number): void;
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
}

/** This isolate's instance of the addon. */
export const binding = loadNative() as Binding;

/** The runtime handed out copies of shared memory where views were asked for. */
export class NoSharedMemoryError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_NO_SHARED_MEMORY';
}
