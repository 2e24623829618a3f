/** From steps to colours: the set itself is black, around it a cosine palette (after Inigo Quilez) over the logarithm of the steps. */

import type { Picture } from '../image/png.ts';
import type { View } from './runs.ts';

/** Phase of red, green and blue. */
const PHASES = [0.55, 0.65, 0.8] as const;
/** Rounds of the palette for each doubling of the steps. */
const PACE = 0.28;

/** The picture of these steps. */
export function colour({ width, height, iterations }: View, steps: Int32Array): Picture {
  const palette = new Map<number, readonly number[]>([[iterations, [0, 0, 0]]]);
  const pixels = new Uint8Array(steps.length * 3);
  for (const [index, count] of steps.entries()) {
    let rgb = palette.get(count);
    if (rgb === undefined) palette.set(count, (rgb = shade(count)));
    pixels.set(rgb, index * 3);
  }
  return { width, height, pixels };
}

function shade(count: number): readonly number[] {
  const position = Math.log2(count + 1) * PACE;
  return PHASES.map((phase) => Math.round(127.5 - 127.5 * Math.cos(2 * Math.PI * (position + phase))));
}
