/**
 * A figure: the median of ours, compared with the median of the best peer. As one line of JSON:
 * `{"suite","name","value","unit","vs","ratio"}`, where `ratio` > 1 means that polycore is better, whatever the unit.
 */
import type { Outcome } from './interleave.js';
import { median } from './peers/median.js';

/** The line; `vs` and `ratio` are null when no peer could be measured. */
export interface Figure {
  readonly suite: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly vs: string | null;
  readonly ratio: number | null;
}

/** One bench after its rounds: the median of each contestant that got through, why the others did not, and the figure. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly medians: ReadonlyMap<string, number>;
  readonly errors: ReadonlyMap<string, string>;
  /** Undefined when polycore was left out or failed. */
  readonly figure: Figure | undefined;
}

/** How the figure of a bench is made from its medians. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** The peers the ratio may be taken against; a text when the value itself is the ratio against that. */
  readonly against: readonly string[] | string;
  /** Default: ours / theirs, or theirs / ours if less is better. */
  readonly ratio?: (ours: number, theirs: number) => number;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function best(comparison: Comparison, medians: ReadonlyMap<string, number>): string | undefined {
  const sign = comparison.better === 'more' ? 1 : -1;
  const value = (name: string): number => sign * (medians.get(name) ?? Number.NaN);
  return [...medians.keys()]
    .filter((name) => comparison.against.includes(name))
    .sort((a, b) => value(b) - value(a))[0];
}

function figure(suite: string, comparison: Comparison, medians: ReadonlyMap<string, number>): Figure | undefined {
  const ours = medians.get('polycore');
  if (ours === undefined) return undefined;
  const { name, unit, against } = comparison;
  const line = { suite, name, value: round(ours), unit };
  if (typeof against === 'string') return { ...line, vs: against, ratio: round(ours) };
  const vs = best(comparison, medians);
  const theirs = vs === undefined ? undefined : medians.get(vs);
  if (vs === undefined || theirs === undefined) return { ...line, vs: null, ratio: null };
  const plain = comparison.better === 'more' ? ours / theirs : theirs / ours;
  return { ...line, vs, ratio: round(comparison.ratio?.(ours, theirs) ?? plain) };
}

/** Medians and figure of one bench. */
export function compare(suite: string, comparison: Comparison, outcomes: ReadonlyMap<string, Outcome>): Measurement {
  const medians = new Map<string, number>();
  const errors = new Map<string, string>();
  for (const [name, { sample, error }] of outcomes) {
    if (error === undefined) medians.set(name, median(sample));
    else errors.set(name, error);
  }
  return { name: comparison.name, unit: comparison.unit, medians, errors, figure: figure(suite, comparison, medians) };
}
