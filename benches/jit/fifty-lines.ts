/** A kernel of fifty lines, for the time to compile: one step of an integrator with limits, branches, loops, Math and integers. */

/** Advances particle `i` by some steps; returns nothing. The function, from its first line to its last, has fifty lines. */
export function fiftyLines(i: number, input: Float64Array, out: Float64Array, steps: number, dt: number): void {
  const clamp = (x: number, low: number, high: number): number => {
    if (x < low) return low;
    return x > high ? high : x;
  };
  let x = input[i * 4]!;
  let y = input[i * 4 + 1]!;
  let vx = input[i * 4 + 2]!;
  let vy = input[i * 4 + 3]!;
  let state = Math.imul(i + 1, 0x9e3779b1) | 1;
  let bounces = 0;
  let energy = 0;
  for (let step = 0; step < steps; step++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const noise = (state >>> 0) / 4294967296 - 0.5;
    const radius = Math.sqrt(x * x + y * y) + 1e-9;
    const speed = Math.hypot(vx, vy);
    const drag = speed > 3 ? 0.99 : 1;
    const force = radius < 1 ? -x : -x / (radius * radius);
    const torque = radius < 1 ? -y : -y / (radius * radius);
    vx = vx * drag + (force + noise * 0.01) * dt;
    vy = vy * drag + (torque - noise * 0.01) * dt;
    x += vx * dt;
    y += vy * dt;
    if (x < -2 || x > 2) {
      vx = -vx * 0.9;
      x = clamp(x, -2, 2);
      bounces++;
    }
    if (y < -2 || y > 2) {
      vy = -vy * 0.9;
      y = clamp(y, -2, 2);
      bounces++;
    }
    switch (step & 3) {
      case 0:
        energy += 0.5 * (vx * vx + vy * vy);
        break;
      case 1:
        energy += Math.log(1 + radius);
        break;
      default:
        energy *= 0.999;
    }
  }
  out[i * 2] = energy;
  out[i * 2 + 1] = bounces + Math.atan2(y, x);
}

type Arguments = [Float64Array, Float64Array, number, number];

/** Arguments for `count` particles, and what JavaScript makes of them. */
export function fiftyLinesData(): { args: Arguments; count: number; expected: Float64Array } {
  const count = 100;
  const input = Float64Array.from({ length: count * 4 }, (_, index) => Math.sin(index));
  const expected = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) fiftyLines(i, input, expected, 100, 0.01);
  return { args: [input, new Float64Array(count * 2), 100, 0.01], count, expected };
}
