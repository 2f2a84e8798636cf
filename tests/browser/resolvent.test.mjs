// The resolvent room, with WebGPU and without an adapter: what is on screen against the command line's double
// precision, within the error that rounding can cause.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertGreen, bounds } from './accuracy.mjs';
import { bklab, resolvent } from './command.mjs';
import { drawnFigures } from './figures.mjs';
import {
  MACHINES, WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, enter, enterPanel, eventually, field, rows, said,
  startBrowser, onScreen, table, unfoldSettings, withLab,
} from './lab.mjs';

const SITES = 'Gᵢᵢ by site';

/** Half a unit of the last digit that the table shows. */
const TABLE_ROUNDING = 0.5e-6 + 1e-12;

/** Half a unit of the last digit of the table, and what single precision may be off by at η = 0.05. */
const DENSITY_TOLERANCE = 0.5e-6 + 2e-5;

/** The caption of the measured speed of the kernels, and how long measuring may take on a busy machine. */
const SPEED = "Speed of the resolvent's kernels";
const MEASURING_MILLISECONDS = 180_000;

/** What f32 and f64 may differ from the plain loop at η = 0.1: as in tests/speed.rs. */
const SPEED_DEVIATION = { f32: 3e-5, f64: 1e-13 };

/** The published reference: v − 2 for v = 0.3, −0.2, 0.5, 0.1 at z = i. */
const REFERENCE = {
  values: [-1.7, -2.2, -1.5, -1.9],
  green: [[-0.391783, 0.365703], [-0.283861, 0.359116], [-0.262465, 0.547574], [-0.346472, 0.331098]],
  exact: [0.588519, 0.52935, 0.857794, 0.478317],
  original: [3.057087, 5.014662, 2.791546, 4.016226],
};

/** Thirty sites of a potential without a pattern, short enough for one page of the table twice over. */
const UNEVEN = Array.from({ length: 30 }, (_, site) => Number((1.5 * Math.cos(2.4 * site * site + 1)).toFixed(3)));

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

/** Asserts that the deviation the page has measured is within its bound, and is not simply zero. */
async function assertDeviation(page, what) {
  const { facts } = await report(page);
  const text = facts[`Deviation of the ${what} from f64`];
  const [, absolute, ratio] = /(\d\S*), (\d\S*) of the bound/.exec(text) ?? assert.fail(`no deviation in “${text}”`);
  assert.ok(Number(absolute) > 0, text);
  assert.ok(Number(ratio) <= 1, text);
}

const SAYS = { gpu: /WebGPU in single precision on \S+/, f32: /the CPU in single precision/, f64: /the CPU in double precision/ };

for (const machine of MACHINES) {
  describe(`the resolvent room ${machine.name}`, () => {
    // Of a browser without a real GPU “Automatic” makes the CPU: its adapter, if it has one, is the CPU too, only slower.
    const automatic = 'f32';
    // The back end most is tried on: the GPU wherever there is an adapter, real or not.
    const tried = machine.hasAdapter ? 'gpu' : automatic;
    let browser;
    before(async () => {
      browser = await startBrowser(machine);
    });
    after(() => browser?.close());

    test('says which back end ran, where, how long it took and how far off it was', () =>
      withLab(browser, '#/resolvent?v=1', {}, async (page, lab) => {
        await drawnFigures(page, 1);
        const { computed, facts } = await report(page);
        assert.match(computed, SAYS[automatic]);
        assert.match(computed, machine.hasAdapter ? /adapter.*CPU playing a GPU/ : /no usable GPU|no .*adapter/i);
        assert.match(facts.Time, /^[\d.]+ ms$/);
        assert.ok(Number(facts['Largest deviation rounding can cause']) > 0);
        await assertDeviation(page, 'lines');
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

    test('measures the kernels beside plain JavaScript, and keeps a measurement when the next one is stopped', () =>
      withLab(browser, '#/resolvent?v=1', {}, async (page, lab) => {
        await button(page, 'Measure the speed').click();
        await eventually(async () => assert.equal(await table(page, SPEED).count(), 1), MEASURING_MILLISECONDS);
        const first = await rows(page, SPEED);
        await button(page, 'Later rows').last().click();
        const measured = [...first, ...(await rows(page, SPEED))];
        const find = kernel => measured.filter(([name]) => name === kernel);
        for (const precision of ['f32', 'f64']) {
          for (const kernel of ['batch', 'causal batch', 'forward and gradient']) {
            const found = find(`${kernel}, ${precision}`);
            assert.deepEqual(found.map(([, , sites]) => sites), ['512', '4096', '65536']);
            for (const [, , , time, bandwidth, ratio, , deviation] of found) {
              for (const cell of [time, bandwidth, ratio]) assert.ok(Number(cell) > 0, found.join());
              const allowed = precision === 'f32' ? SPEED_DEVIATION.f32 : SPEED_DEVIATION.f64;
              assert.ok(deviation !== '' && Number(deviation) <= allowed, found.join());
            }
          }
        }
        assert.equal(find('one sequence, η = 0.1, f32').length, 2);
        // Neither browser has a GPU: one has none at all, the other plays it on the CPU.
        const [gpu] = find('batch on the GPU, f32');
        assert.equal(gpu[3], 'not measured');
        assert.match(await onScreen(page, /Medians of 9 interleaved/).innerText(), /measured here.*Chrome.*SIMD128.*JavaScript/s);

        const { bytes } = await downloaded(page, () => button(page, 'Speed record JSON').click());
        const record = JSON.parse(bytes);
        assert.deepEqual([record.study, record.provenance, record.plain], ['speed', 'measured', 'JavaScript']);
        assert.equal(record.timings.length, measured.length);

        await button(page, 'Measure the speed').click();
        await page.getByRole('progressbar', { name: 'Progress of the measurement' }).waitFor();
        await button(page, 'Stop measuring').click();
        await said(page, /earlier measurement/);
        assert.deepEqual(await rows(page, SPEED), measured.slice(first.length));
        assertQuiet(lab);
      }));

    for (const eta of [0.5, 1e-3]) {
      test(`agrees with the command line at η = ${eta}`, () =>
        withLab(browser, '', {}, async (page, lab) => {
          await enter(page, 'Resolvent');
          const problem = { values: UNEVEN, energy: 0.25, eta };
          if (tried !== automatic) await chooseBackend(page, tried);
          await setProblem(page, problem);
          await assertShown(page, tried, problem);
          assert.match((await report(page)).computed, SAYS[tried]);
          await assertDeviation(page, 'lines');
          await assertRecord(page, tried, problem);
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
          if (backend !== 'f64') await assertDeviation(page, 'lines');
          await assertRecord(page, backend, problem);
        }));
    }

    test('shows the density of states of the same chain, within its bound', () =>
      withLab(browser, '#/resolvent?v=1&panel=density&map_energies=101&map_from=-2&map_to=2', {}, async (page, lab) => {
        await field(page, 'Potential, in full').fill(`values:${UNEVEN}`);
        await drawnFigures(page, 1);
        await eventually(async () => {
          const shown = await rows(page, 'Density of states by energy');
          assert.deepEqual([shown.length, shown[0][0], Number(shown[1][0])], [25, '-2.0000', -1.96]);
          const { im } = resolvent({ potential: `values:${UNEVEN}`, energy: -2, eta: 0.05 });
          const mean = im.reduce((sum, value) => sum + value, 0) / im.length / Math.PI;
          assert.ok(Math.abs(Number(shown[0][1]) - mean) < DENSITY_TOLERANCE, `${shown[0][1]} is not ${mean}`);
        });
        await assertDeviation(page, 'map');
        assertQuiet(lab);
      }));

    test('marks where the published recursion dies, and what it returns then', () =>
      withLab(browser, '#/resolvent?v=1&panel=published&sites=968&potential=constant:-2&eta=1', {}, async (page, lab) => {
        await drawnFigures(page, 2);
        assert.match((await report(page)).facts.Original, /^largest \|ΔG\| \d/);
        await field(page, 'Sites N').fill('969');
        await eventually(async () => {
          const { facts } = await report(page);
          assert.match(facts.Original, /from the left it overflows after 969 sites.*every value returned is 0/);
          assert.match(facts.Later, /^largest \|ΔG\| [3-7]\.\de-4$/);
        });
        assertQuiet(lab);
      }));

    test('shows the published reference gradients beside the exact one', () =>
      withLab(browser, '#/resolvent?v=1&panel=gradient&eta=1', {}, async (page, lab) => {
        await field(page, 'Potential, in full').fill(`values:${REFERENCE.values}`);
        await eventually(async () => {
          const shown = await rows(page, 'Derivative by the potential of each site');
          assert.deepEqual(shown.map(([site]) => site), ['0', '1', '2', '3']);
          shown.forEach(([, exact, difference, original], site) => {
            assert.equal(Number(exact), REFERENCE.exact[site]);
            assert.ok(Math.abs(difference - exact) < 2e-6, `${difference} and ${exact}`);
            assert.ok(Math.abs(original - REFERENCE.original[site]) < 2e-6, original);
          });
        });
        assert.match((await report(page)).facts['Cosine of the later published to the exact one'], /points against/);
        await field(page, 'Blend α').fill('1.5');
        await said(page, /α = 1\.5 is no share/);
        assertQuiet(lab);
      }));

    test('shows that a site feels its successor, and that the one-sided form does not', () =>
      withLab(browser, '#/resolvent?v=1&panel=causality&sites=101&potential=constant:-2&eta=1', {}, async (page, lab) => {
        await drawnFigures(page, 2);
        const { facts } = await report(page);
        assert.match(facts['Moved potential'], /j = 50/);
        assert.equal(facts['Site j − 1 feels it, relative to j itself'], '0.2309');
        assert.equal(facts['Site j − 2 feels it, relative to j itself'], '0.0533');
        await field(page, 'Site j').fill('3');
        await eventually(async () => {
          const shown = await rows(page, 'What one site’s potential moves');
          assert.deepEqual(shown.slice(0, 5).map(([site, distance]) => [site, distance]),
            [['0', '-3'], ['1', '-2'], ['2', '-1'], ['3', '0'], ['4', '1']]);
          assert.deepEqual(shown.slice(0, 4).map(([, , , oneSided]) => Number(oneSided) > 0), [false, false, false, true]);
          assert.ok(shown.every(([, , twoSided]) => Number(twoSided) > 0));
        });
        await field(page, 'Site j').fill('101');
        await said(page, /beyond the last site 100/);
        assertQuiet(lab);
      }));

    test('measures every precision it has against the bound', () =>
      withLab(browser, '#/resolvent?v=1&panel=precision&sites=128', {}, async (page, lab) => {
        await drawnFigures(page, 1);
        const shown = await rows(page, 'Deviation from f64 by η');
        assert.equal(shown.length, 25);
        assert.equal(shown[0].length, machine.hasAdapter ? 7 : 4);
        for (const [, ...numbers] of shown) {
          for (let curve = 0; curve < numbers.length; curve += 3) {
            const [measured, largest, ratio] = numbers.slice(curve, curve + 3).map(Number);
            assert.ok(measured > 0 && measured <= largest && ratio <= 1, `${numbers}`);
          }
        }
        assertQuiet(lab);
      }));

    test('follows a slider while it moves', () =>
      withLab(browser, '', {}, async page => {
        await enter(page, 'Resolvent');
        const problem = { values: UNEVEN, energy: 0, eta: 0.5 };
        if (tried !== automatic) await chooseBackend(page, tried);
        await setProblem(page, problem);
        await assertShown(page, tried, problem);
        const [before] = await drawnFigures(page, 1);
        const slider = page.getByRole('slider', { name: 'Energy E' });
        await slider.focus();
        for (let step = 0; step < 25; step += 1) await slider.press('ArrowRight');
        assert.equal(await field(page, 'Energy E').inputValue(), '0.25');
        await assertShown(page, tried, { ...problem, energy: 0.25 });
        assert.notEqual((await drawnFigures(page, 1))[0].fingerprint, before.fingerprint);
      }));
  });
}

describe('the panels of the resolvent room', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('are links that take the settings along, and the back button returns', () =>
    withLab(browser, '#/resolvent?v=1&sites=40', {}, async page => {
      await drawnFigures(page, 1);
      await enterPanel(page, 'Causality');
      assert.match(page.url(), /#\/resolvent\?v=1&sites=40&panel=causality$/);
      await drawnFigures(page, 2);
      await page.goBack();
      await drawnFigures(page, 1);
      assert.equal((await rows(page, SITES)).length, 25);
      assert.match(page.url(), /#\/resolvent\?v=1&sites=40$/);
    }));

  test('have settings to try that are computed at once', () =>
    withLab(browser, '#/resolvent?v=1&panel=causality', {}, async page => {
      await page.getByRole('link', { name: 'as published, v = −2 and z = i' }).click();
      await eventually(async () => assert.equal((await report(page)).facts['Site j − 1 feels it, relative to j itself'], '0.2309'));
      assert.match(page.url(), /panel=causality/);
    }));

  test('keep their results while a panel that cannot be computed says why', () =>
    withLab(browser, '#/resolvent?v=1&sites=5000', {}, async page => {
      await drawnFigures(page, 1);
      await enterPanel(page, 'Density of states');
      await said(page, /map of 5000 sites is too large/);
      await enterPanel(page, 'Green’s function');
      await drawnFigures(page, 1);
      await eventually(async () => assert.doesNotMatch(await page.locator('main').innerText(), /too large/));
    }));

  test('print the same table in the terminal', () =>
    withLab(browser, '#/resolvent?v=1&panel=causality&sites=20&backend=f64', {}, async page => {
      await drawnFigures(page, 2);
      const shown = await rows(page, 'What one site’s potential moves');
      const printed = bklab('resolvent', '--panel=causality', '--sites=20', '--eta=0.05',
        '--potential=aubry-andre:strength=1.5,phase=0').toString().trim().split('\n').slice(-20).map(line => line.split(/\s+/));
      const numbers = table => table.map(row => row.map(Number));
      numbers(shown).forEach((row, site) => row.forEach((number, column) => {
        const other = numbers(printed)[site][column];
        assert.ok(Math.abs(number - other) <= 1e-5 * Math.abs(other), `site ${site}: ${row} and ${printed[site]}`);
      }));
    }));
});

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
      const before = { numbers: await rows(page, SITES), pictures: await drawnFigures(page, 1) };
      await chooseBackend(page, 'gpu');
      await said(page, /no usable GPU.*choose the back end/i);
      assert.deepEqual({ numbers: await rows(page, SITES), pictures: await drawnFigures(page, 1) }, before);
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
  const allowance = bounds(kind, record);
  const largest = record.re.map((re, site) => allowance([re, record.im[site]]));
  const ratio = record.deviation_bound / Math.max(...largest);
  assert.ok(Math.abs(ratio - 1) < 1e-3, `the page states ${ratio} times the bound`);
}
