/** The median of a sample: the middle one, or the mean of the two in the middle. NaN of an empty sample. */
export function median(sample: readonly number[]): number {
  const sorted = Float64Array.from(sample).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
