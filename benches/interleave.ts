/**
 * Rounds: every contestant is measured once, then every contestant once again, and so on. What the machine does to one round it does to
 * all of them, and the medians over rounds drop it. The order turns by one each round, so that nobody always follows the same neighbour.
 */

/** What one contestant gave: one number per round, or why it was dropped. */
export interface Outcome {
  readonly sample: number[];
  error?: string;
}

/** Runs `rounds` rounds of `measure`, one contestant at a time. One that rejects is dropped from the rounds that follow. */
export async function interleave<Name extends string>(
  rounds: number,
  names: readonly Name[],
  measure: (name: Name) => Promise<number>,
): Promise<Map<Name, Outcome>> {
  const outcomes = new Map<Name, Outcome>(names.map((name) => [name, { sample: [] }]));
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % Math.max(names.length, 1);
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const outcome = outcomes.get(name);
      if (outcome === undefined || outcome.error !== undefined) continue;
      try {
        outcome.sample.push(await measure(name));
      } catch (error) {
        outcome.error = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return outcomes;
}
