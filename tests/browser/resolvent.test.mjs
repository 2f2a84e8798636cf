// The resolvent room, with WebGPU and without an adapter: what is on screen against the command line's double
// precision, within the error that rounding can cause.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { resolvent } from './command.mjs';
import { drawnFigures } from './figures.mjs';
import {
  MACHINES, WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, enter, eventually, field, rows, said,
  startBrowser, onScreen, unfoldSettings, withLab,
} from './lab.mjs';

const SITES = 'Gᵢᵢ by site';

/** What WebGPU, and single and double precision on the CPU may do: C and the unit roundoff u of the error bound. */
const PRECISION = {
  gpu: { constant: 4, roundoff: 2 ** -24 },
  f32: { constant: 1.5, roundoff: 2 ** -24 },
  f64: { constant: 1.5, roundoff: 2 ** -53 },
};

/** Half a unit of the last digit that the table shows. */
const TABLE_ROUNDING = 0.5e-6 + 1e-12;

/** The published reference: v − 2 for v = 0.3, −0.2, 0.5, 0.1 at z = i. */
const REFERENCE = {
  values: [-1.7, -2.2, -1.5, -1.9],
  green: [[-0.391783, 0.365703], [-0.283861, 0.359116], [-0.262465, 0.547574], [-0.346472, 0.331098]],
};

/** Thirty sites of a potential without a pattern, short enough for one page of the table twice over. */
const UNEVEN = Array.from({ length: 30 }, (_, site) => Number((1.5 * Math.cos(2.4 * site * site + 1)).toFixed(3)));

/** What may separate G from its exact value: C·u·(4|G| + (reach + 2)/η·Im G), reach = max |v − E|. */
function bound(kind, { values, energy, eta }, [re, im]) {
  const { constant, roundoff } = PRECISION[kind];
  const reach = Math.max(...values.map(value => Math.abs(value - energy)));
  return constant * roundoff * (4 * Math.hypot(re, im) + ((reach + 2) / eta) * im);
}

/** Compares G with the command line's, site by site from `first`; `extra` is what else may separate them. */
function assertGreen(kind, problem, green, first, extra) {
  const { re, im } = resolvent({ ...problem, potential: `values:${problem.values}` });
  assert.equal(re.length, problem.values.length);
  green.forEach((found, index) => {
    const exact = [re[first + index], im[first + index]];
    const allowed = bound(kind, problem, exact) + extra;
    const difference = Math.hypot(found[0] - exact[0], found[1] - exact[1]);
    assert.ok(difference <= allowed, `site ${first + index}: ${found} is ${difference} from ${exact}, allowed ${allowed}`);
  });
}

/** Site numbers and G of the rows that the table shows. */
async function shownGreen(page) {
  const shown = await rows(page, SITES);
  return { sites: shown.map(([site]) => Number(site)), green: shown.map(([, re, im]) => [Number(re), Number(im)]) };
}

/** Sets a problem by the controls, as a reader does. */
async function setProblem(page, { values, energy, eta }) {
  await field(page, 'Potential, in full').fill(`values:${values}`);
  await field(page, 'Energy E').fill(String(energy));
  await field(page, 'Broadening η').fill(String(eta));
}

async function chooseBackend(page, backend) {
  await unfoldSettings(page);
  await choice(page, 'Back end').selectOption(backend);
}

/** The table agrees with the command line, on its first page and on its second if there is one. */
async function assertShown(page, kind, problem) {
  const extra = Math.SQRT2 * TABLE_ROUNDING;
  await eventually(async () => {
    const { sites, green } = await shownGreen(page);
    assert.deepEqual(sites, problem.values.map((_, site) => site).slice(0, 25));
    assertGreen(kind, problem, green, 0, extra);
  });
  if (problem.values.length <= 25) return;
  await button(page, 'Later rows').first().click();
  await eventually(async () => {
    const { sites, green } = await shownGreen(page);
    assert.equal(sites[0], 25);
    assertGreen(kind, problem, green, 25, extra);
  });
  await button(page, 'Earlier rows').first().click();
}

/** What the page says of the computation: who computed, and each named fact. */
async function report(page) {
  const computed = await onScreen(page, /Computed by/).innerText();
  const facts = await page.getByRole('term').evaluateAll(terms =>
    Object.fromEntries(terms.map(term => [term.textContent, term.nextElementSibling.textContent])));
  return { computed, facts };
}

/** Asserts that the deviations the page has measured are within their bound, and are not simply zero. */
async function assertDeviations(page) {
  const { facts } = await report(page);
  for (const what of ['lines', 'map']) {
    const text = facts[`Deviation of the ${what} from f64`];
    const [, absolute, ratio] = /(\d\S*), (\d\S*) of the bound/.exec(text) ?? assert.fail(`no deviation in “${text}”`);
    assert.ok(Number(absolute) > 0, text);
    assert.ok(Number(ratio) <= 1, text);
  }
}

const SAYS = { gpu: /WebGPU in single precision on \S+/, f32: /the CPU in single precision/, f64: /the CPU in double precision/ };

for (const machine of MACHINES) {
  describe(`the resolvent room ${machine.name}`, () => {
    // What “Automatic” comes to: the GPU, or the CPU in the same precision where there is none.
    const automatic = machine.hasAdapter ? 'gpu' : 'f32';
    let browser;
    before(async () => {
      browser = await startBrowser(machine);
    });
    after(() => browser?.close());

    test('says which back end ran, where, how long it took and how far off it was', () =>
      withLab(browser, '#/resolvent?v=1', {}, async (page, lab) => {
        await drawnFigures(page, 2);
        const { computed, facts } = await report(page);
        assert.match(computed, SAYS[automatic]);
        assert.match(computed, machine.hasAdapter ? /adapter/ : /no usable GPU|no .*adapter/i);
        assert.match(facts.Time, /lines in [\d.]+ ms, map of 256 energies in [\d.]+ ms/);
        assert.ok(Number(facts['Largest deviation rounding can cause']) > 0);
        await assertDeviations(page);
        assertQuiet(lab);
      }));

    test('shows the published reference values', () =>
      withLab(browser, '#/resolvent?v=1', {}, async page => {
        await setProblem(page, { ...REFERENCE, energy: 0, eta: 1 });
        await eventually(async () => {
          const { green } = await shownGreen(page);
          assert.equal(green.length, REFERENCE.green.length);
          green.forEach((found, site) => {
            const [re, im] = REFERENCE.green[site];
            assert.ok(Math.hypot(found[0] - re, found[1] - im) < 3e-6, `site ${site}: ${found}`);
          });
        });
      }));

    for (const eta of [0.5, 1e-3]) {
      test(`agrees with the command line at η = ${eta}`, () =>
        withLab(browser, '', {}, async (page, lab) => {
          await enter(page, 'Resolvent');
          const problem = { values: UNEVEN, energy: 0.25, eta };
          await setProblem(page, problem);
          await assertShown(page, automatic, problem);
          assert.match((await report(page)).computed, SAYS[automatic]);
          await assertDeviations(page);
          await assertRecord(page, automatic, problem);
          assertQuiet(lab);
        }));
    }

    for (const backend of machine.hasAdapter ? ['gpu', 'f32', 'f64'] : ['f32', 'f64']) {
      test(`computes on the back end ${backend} when told to`, () =>
        withLab(browser, '', {}, async page => {
          await enter(page, 'Resolvent');
          await chooseBackend(page, backend);
          const problem = { values: UNEVEN, energy: -0.5, eta: 0.01 };
          await setProblem(page, problem);
          await assertShown(page, backend, problem);
          assert.match((await report(page)).computed, SAYS[backend]);
          if (backend !== 'f64') await assertDeviations(page);
          await assertRecord(page, backend, problem);
        }));
    }

    test('follows a slider while it moves', () =>
      withLab(browser, '', {}, async page => {
        await enter(page, 'Resolvent');
        const problem = { values: UNEVEN, energy: 0, eta: 0.5 };
        await setProblem(page, problem);
        await assertShown(page, automatic, problem);
        const [before] = await drawnFigures(page, 2);
        const slider = page.getByRole('slider', { name: 'Energy E' });
        await slider.focus();
        for (let step = 0; step < 25; step += 1) await slider.press('ArrowRight');
        assert.equal(await field(page, 'Energy E').inputValue(), '0.25');
        await assertShown(page, automatic, { ...problem, energy: 0.25 });
        assert.notEqual((await drawnFigures(page, 2))[0].fingerprint, before.fingerprint);
      }));
  });
}

describe('the resolvent room and the command line', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('write the same record in double precision, but for the time it took', () =>
    withLab(browser, '', {}, async page => {
      await enter(page, 'Resolvent');
      await chooseBackend(page, 'f64');
      await field(page, 'Energies').fill('0');
      const problem = { values: UNEVEN, energy: 0.25, eta: 0.01 };
      await setProblem(page, problem);
      await assertShown(page, 'f64', problem);
      const file = await downloaded(page, () => button(page, 'Record JSON').last().click());
      const expected = resolvent({ ...problem, potential: `values:${UNEVEN}` });
      const found = JSON.parse(file.bytes);
      assert.ok(found.wall_seconds >= 0 && expected.wall_seconds >= 0);
      delete found.wall_seconds;
      delete expected.wall_seconds;
      assert.deepEqual(found, expected);
    }));

  test('WebGPU without an adapter gives advice and leaves the earlier result', () =>
    withLab(browser, '', {}, async (page, lab) => {
      await enter(page, 'Resolvent');
      const problem = { values: UNEVEN, energy: 0.25, eta: 0.01 };
      await setProblem(page, problem);
      await assertShown(page, 'f32', problem);
      const before = { numbers: await rows(page, SITES), pictures: await drawnFigures(page, 2) };
      await chooseBackend(page, 'gpu');
      await said(page, /no usable GPU.*choose the back end/i);
      assert.deepEqual({ numbers: await rows(page, SITES), pictures: await drawnFigures(page, 2) }, before);
      await chooseBackend(page, 'auto');
      await field(page, 'Energy E').fill('0.5');
      await assertShown(page, 'f32', { ...problem, energy: 0.5 });
      assertQuiet(lab);
    }));
});

/** The record that the page gives away holds the same numbers, to more digits than the table. */
async function assertRecord(page, kind, problem) {
  const file = await downloaded(page, () => button(page, 'Record JSON').last().click());
  const record = JSON.parse(file.bytes);
  assert.equal(record.backend, kind);
  assert.equal(record.re.length, problem.values.length);
  assertGreen(kind, problem, record.re.map((re, site) => [re, record.im[site]]), 0, 0);
  const largest = record.re.map((re, site) => bound(kind, problem, [re, record.im[site]]));
  const ratio = record.deviation_bound / Math.max(...largest);
  assert.ok(Math.abs(ratio - 1) < 1e-3, `the page states ${ratio} times the bound`);
}
