// Every back end of the browser on many chains, energies and broadenings, within its error bound of the command
// line's double precision.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertGreen } from './accuracy.mjs';
import { drawnFigures } from './figures.mjs';
import { MACHINES, assertQuiet, button, downloaded, eventually, onScreen, sharedLab, startBrowser } from './lab.mjs';

const ETAS = [1, 1e-1, 1e-2, 1e-3, 1e-4];
const ENERGIES = [0.3, 1.999, 2, -2.5];
const SITES = [1, 2, 31, 33, 512, 4096];
const POTENTIALS = [
  'constant:0',
  'random:strength=1,seed=7',
  'random:strength=3,seed=7',
  'random:strength=20,seed=7',
  'aubry-andre:strength=1.5,phase=0',
  'impurity:strength=1000',
  'steps:height=2,width=32',
];

/** A chain that is long for a table, and for one chunk of the GPU's. */
const LONG = 65536;

/** Every potential at an η; energies and lengths take turns, so that each comes with each over all of them. */
function problems(eta, shift) {
  const short = POTENTIALS.map((potential, index) => ({
    potential, eta, energy: ENERGIES[(index + shift) % ENERGIES.length], sites: SITES[(index + shift) % SITES.length],
  }));
  return [...short, { potential: POTENTIALS[(2 + shift) % POTENTIALS.length], eta, energy: 0.3, sites: LONG }];
}

for (const machine of MACHINES) {
  describe(`the accuracy of the resolvent ${machine.name}`, () => {
    let browser;
    before(async () => {
      browser = await startBrowser(machine);
    });
    after(() => browser?.close());

    for (const backend of machine.hasAdapter ? ['gpu'] : ['f32', 'f64']) {
      describe(backend, () => {
        const lab = sharedLab(() => browser, `#/resolvent?v=1&backend=${backend}`);
        before(() => drawnFigures(lab.page, 1));

        ETAS.forEach((eta, shift) => {
          test(`${backend} at η = ${eta}`, async () => {
            for (const problem of problems(eta, shift)) {
              const { re, im } = await computed(lab.page, { ...problem, backend });
              assert.equal(re.length, problem.sites);
              assert.ok(im.every(value => value > 0), `Im G is above zero everywhere: ${JSON.stringify(problem)}`);
              assertGreen(backend, problem, re.map((real, site) => [real, im[site]]));
            }
            assertQuiet(lab);
          });
        });
      });
    }
  });
}

/** The record of a problem that a link leads to. */
async function computed(page, problem) {
  const settings = Object.entries(problem).map(([name, value]) => `${name}=${value}`);
  await page.evaluate(hash => {
    location.hash = hash;
  }, `/resolvent?v=1&${settings.join('&')}`);
  return eventually(async () => {
    assert.ok(await button(page, 'Stop').isDisabled(), 'it is being computed');
    assert.equal(await onScreen(page, /belongs to the earlier settings/).count(), 0);
    const { bytes } = await downloaded(page, () => button(page, 'Record JSON').last().click());
    const record = JSON.parse(bytes);
    for (const [name, value] of Object.entries(problem)) {
      assert.equal(record.config[name].toString(), value.toString());
    }
    assert.equal(record.backend, problem.backend);
    return record;
  });
}
