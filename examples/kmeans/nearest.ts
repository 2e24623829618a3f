/** The step of k-means that takes the time: the nearest of `k` colours for one pixel. An ordinary function; what runs it is up to the caller. */

/** Finds the centre nearest to point `i`; `labels[i]` is its number, `distances[i]` the square of the distance. */
export function nearest(
  i: number,
  points: Float64Array,
  centres: Float64Array,
  k: number,
  labels: Uint8Array,
  distances: Float64Array,
): void {
  const red = points[i * 3]!;
  const green = points[i * 3 + 1]!;
  const blue = points[i * 3 + 2]!;
  let best = 0;
  let least = Infinity;
  for (let c = 0; c < k; c++) {
    const r = red - centres[c * 3]!;
    const g = green - centres[c * 3 + 1]!;
    const b = blue - centres[c * 3 + 2]!;
    const distance = r * r + g * g + b * b;
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  labels[i] = best;
  distances[i] = least;
}
