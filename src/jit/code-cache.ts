/**
 * Machine code by what it is made of: texts, captured constants, types. A function that is written inline is another one at
 * each call, and has the same code.
 *
 * The last uses are kept here, a bounded number of them; beyond that, code lives as long as somebody has its report, so as long
 * as a function that was compiled to it. Native runs hold the code they run.
 */

import { binding } from '../native/binding.js';
import { expect, forget, type Pending, recycle, takeSlot } from '../runtime/port.js';
import type { UnitRequest } from './captured.js';
import type { KernelReport } from './compiler.js';
import { probe } from './probe.js';

/** What the addon is asked for; see `JitRequest` there. */
export interface CodeRequest {
  readonly units: readonly UnitRequest[];
  readonly entry: string;
  readonly params: readonly string[];
  readonly captured: readonly number[];
  readonly same: readonly number[];
  readonly shapes: readonly number[];
  readonly output: number;
  readonly uncheckedRaces: boolean;
  readonly vectorize: boolean;
}

/** Hears what came of a compilation: the first function gets a report, which may be a refusal, the second what was thrown. */
interface Listener {
  readonly use: (report: KernelReport) => void;
  readonly failed: (error: unknown) => void;
}

/** Most pieces of code that are kept for functions to come: some kibibytes each. */
const MOST = 128;
/** Most characters of the requests they are known by. */
const MOST_TEXT = 2 ** 20;

const dropped = new FinalizationRegistry<number>((kernel) => binding.jitDrop(kernel));

/** Used last: at the end. */
const kept = new Map<string, KernelReport>();
let characters = 0;

/** Who waits for code that is being made. */
const waiting = new Map<string, Listener[]>();

/** The code, made on this thread if need be, or the compiler's refusal. */
export function code(request: CodeRequest): KernelReport {
  const key = keyOf(request);
  const known = find(key);
  if (known !== undefined) return known;
  probeFor(request);
  return keep(key, binding.jitCompile(request) as KernelReport);
}

/** As `code`, but made on a native thread. Code that is there already is used at once. */
export function codeLater(request: CodeRequest, use: Listener['use'], failed: Listener['failed']): void {
  const key = keyOf(request);
  const known = find(key);
  if (known !== undefined) return use(known);
  const others = waiting.get(key);
  if (others !== undefined) {
    others.push({ use, failed });
    return;
  }
  probeFor(request);
  const listeners = [{ use, failed }];
  new Compilation(request, (made) => {
    waiting.delete(key);
    let report: KernelReport;
    try {
      report = find(key) ?? keep(key, made());
    } catch (error) {
      for (const listener of listeners) listener.failed(error);
      return;
    }
    for (const listener of listeners) listener.use(report);
  });
  waiting.set(key, listeners);
}

function find(key: string): KernelReport | undefined {
  const known = kept.get(key);
  if (known === undefined) return undefined;
  kept.delete(key);
  kept.set(key, known);
  return known;
}

/** A refusal is not kept: there is nothing to save, and the system may think better of it. */
function keep(key: string, report: KernelReport): KernelReport {
  if (report.error !== undefined && report.error !== null) return report;
  dropped.register(report, report.kernel);
  kept.set(key, report);
  characters += key.length;
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST && characters <= MOST_TEXT) break;
    kept.delete(oldest);
    characters -= oldest.length;
  }
  return report;
}

function keyOf(request: CodeRequest): string {
  return JSON.stringify(request, exact);
}

/** For `JSON.stringify`: not all numbers survive it. */
export function exact(key: string, value: unknown): unknown {
  if (key !== 'number' || typeof value !== 'number') return value;
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
}

/** The engine's routines are looked for on the thread that has the engine. */
function probeFor({ units }: CodeRequest): void {
  probe(units.flatMap(({ text, values }) => [text, JSON.stringify(values)]));
}

/** A compilation on a native thread. */
class Compilation implements Pending {
  readonly #ended: (made: () => KernelReport) => void;

  constructor(request: CodeRequest, ended: (made: () => KernelReport) => void) {
    this.#ended = ended;
    const slot = takeSlot();
    expect(slot, this);
    try {
      binding.jitCompileLater(request, slot);
    } catch (error) {
      forget(slot);
      recycle(slot);
      throw error;
    }
  }

  settle(slot: number): void {
    this.#ended(() => binding.jitCompiled(slot) as KernelReport);
  }
}
