/** Prices of European options by Black and Scholes (1973), with the normal distribution of Abramowitz and Stegun 26.2.17. */

import { doubles, type KernelCase, sequence } from './case.js';

function normal(x: number): number {
  const k = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
  const tail = 0.3989422804014327 * Math.exp(-0.5 * x * x) * series;
  return x < 0 ? tail : 1 - tail;
}

/** Prices call and put `i`. */
export function blackScholes(
  i: number,
  spot: Float64Array,
  strike: Float64Array,
  years: Float64Array,
  rate: number,
  volatility: number,
  call: Float64Array,
  put: Float64Array,
): void {
  const s = spot[i]!;
  const k = strike[i]!;
  const t = years[i]!;
  const root = volatility * Math.sqrt(t);
  const d1 = (Math.log(s / k) + (rate + 0.5 * volatility * volatility) * t) / root;
  const d2 = d1 - root;
  const discounted = k * Math.exp(-rate * t);
  const price = s * normal(d1) - discounted * normal(d2);
  call[i] = price;
  put[i] = price + discounted - s;
}

export const blackScholesCase: KernelCase = {
  name: 'black-scholes',
  kernel: blackScholes,
  count: (size) => Math.ceil(1e6 * size),
  data: (size) => {
    const n = Math.ceil(1e6 * size);
    const spot = doubles(n);
    const strike = doubles(n);
    const years = doubles(n);
    spot.set(sequence(n, 1).map((x) => 5 + x * 25));
    strike.set(sequence(n, 2).map((x) => 1 + x * 99));
    years.set(sequence(n, 3).map((x) => 0.25 + x * 9.75));
    return [spot, strike, years, 0.02, 0.3, doubles(n), doubles(n)];
  },
};
