// How far G may be from its exact value: the error bound of each back end, and the command line to hold it against.

import assert from 'node:assert/strict';
import { resolvent } from './command.mjs';

/** What WebGPU, and single and double precision on the CPU may do: C and the unit roundoff u of the error bound. */
const PRECISION = {
  // Division on a GPU may be off by 2.5 units of the last place, which counts most at small η.
  gpu: eta => ({ constant: eta < 1e-3 ? 16 : 4, roundoff: 2 ** -24 }),
  f32: () => ({ constant: 1.5, roundoff: 2 ** -24 }),
  f64: () => ({ constant: 1.5, roundoff: 2 ** -53 }),
};

/**
 * What may separate the G of a record from its exact value, as a function of G: C·u·(4|G| + (reach + 2)/η·Im G) with
 * reach = max |v − E|.
 */
export function bounds(kind, { diagonal, config: { energy, eta } }) {
  const { constant, roundoff } = PRECISION[kind](eta);
  const reach = diagonal.reduce((most, value) => Math.max(most, Math.abs(value - energy)), 0);
  return ([re, im]) => constant * roundoff * (4 * Math.hypot(re, im) + ((reach + 2) / eta) * im);
}

/**
 * Compares G with the command line's, site by site from `first`; `extra` is what else may separate them. A problem
 * has values, or a potential in words and its number of sites.
 */
export function assertGreen(kind, problem, green, first = 0, extra = 0) {
  const reference = resolvent({ potential: `values:${problem.values}`, ...problem, backend: 'f64' });
  const allowance = bounds(kind, reference);
  assert.ok(green.length > 0 && first + green.length <= reference.re.length);
  green.forEach((found, index) => {
    const exact = [reference.re[first + index], reference.im[first + index]];
    const allowed = allowance(exact) + extra;
    const difference = Math.hypot(found[0] - exact[0], found[1] - exact[1]);
    assert.ok(difference <= allowed, `site ${first + index}: ${found} is ${difference} from ${exact}, allowed ${allowed}`);
  });
}
