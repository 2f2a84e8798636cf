// The quantization room: the same bytes as the command line, the tour, training that is seen, stopped and gone on with.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bklab } from './command.mjs';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { drop, file } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, enterPanel, eventually, field, heading, onScreen, rows,
  said, startBrowser, table, withLab,
} from './lab.mjs';

const LINK = '#/quantization?v=1';

/** Settings of a record, as the link has them, and as the command line has them. */
const RECORDS = [
  { name: 'the defaults', link: '', options: ['--mode', 'ptq-int8'] },
  {
    name: 'groups of 50 in 3 bits by least squares',
    link: '&potential_bits=3&green_bits=3&group=50&rule=least-squares&zero_point=false&sites=333&seed=7',
    options: ['--potential-bits', '3', '--green-bits', '3', '--group', '50', '--rule', 'least-squares', '--symmetric', '--sites', '333', '--seed', '7'],
  },
  {
    name: 'half precision beside the 99th percentile',
    link: '&potential_bits=16&green_bits=2&rule=percentile:99&granularity=tensor&batches=9',
    options: ['--potential-bits', '16', '--green-bits', '2', '--rule', 'percentile:99', '--granularity', 'tensor', '--batches', '9'],
  },
  {
    name: 'the published INT4',
    link: '&reading=published&potential_bits=4&green_bits=4&steps=10&seed=3',
    options: ['--mode', 'ptq-int4', '--reading', 'published', '--seed', '3'],
  },
  { name: 'NF4 with its scales quantized, too', link: '&format=nf4-double', options: ['--format', 'nf4-double'] },
  { name: 'FP4 with a short last block', link: '&format=fp4&sites=200', options: ['--format', 'fp4', '--sites', '200'] },
  { name: 'LLM.int8', link: '&format=llm-int8&seed=4', options: ['--format', 'llm-int8', '--seed', '4'] },
];

const COMPARED = {
  link: '&sites=64&group=32&seed=3&seeds=2&step=seeds',
  options: ['compare', '--seeds', '3..5', '--sites', '64', '--group', '32', '--json'],
};

const STEPS = [
  'Levels', 'Staircase', 'Groups', 'Bytes', 'Before and after', 'Sweep', 'Training', 'As published', 'Over seeds', 'Claims',
];

const TRAINED = {
  link: '&potential_bits=4&green_bits=4&trained=rounding&steps=25&sites=128&batches=20&step=training',
  options: ['--mode', 'qat-int4', '--steps', '25', '--sites', '128', '--batches', '20'],
};

/** The record that the page gives away, once what is shown is what was asked for. */
async function record(page, pattern) {
  await onScreen(page, pattern).first().waitFor();
  return (await downloaded(page, () => button(page, 'Record JSON').click())).bytes;
}

/** Fails with the first place where two files differ, not with all of both. */
function assertSameBytes(found, expected) {
  if (found.equals(expected)) return;
  const place = found.findIndex((byte, index) => byte !== expected[index]);
  const around = bytes => bytes.subarray(Math.max(0, place - 80), place + 80).toString();
  assert.fail(`they differ at byte ${place}:\n${around(found)}\n${around(expected)}`);
}

describe('the quantization room', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  for (const { name, link, options } of RECORDS) {
    test(`writes the same codes, scales and bytes as the command line: ${name}`, () =>
      withLab(browser, LINK + link, {}, async (page, lab) => {
        assertSameBytes(await record(page, /Quantized BK core/), bklab('quantize', '--json', ...options));
        assertQuiet(lab);
      }));
  }

  test('trains live, and to the same bytes as the command line', () =>
    withLab(browser, LINK + TRAINED.link, {}, async (page, lab) => {
      await button(page, 'Train').click();
      await said(page, /25 of 25 steps/);
      const found = await record(page, /25 training steps, rounding learned/);
      assertSameBytes(found, bklab('quantize', '--json', ...TRAINED.options));
      const losses = await rows(page, 'Loss and gradient');
      assert.equal(losses.length, 25);
      assert.ok(Number(losses[24][1]) < Number(losses[0][1]), 'the loss falls');
      assert.ok(losses.every(row => Number(row[2]) > 0), 'there is a gradient');
      // The published training of the same core stands beside it: passes without a gradient.
      const beside = 'As published: the loss of ten forward passes, and no gradient';
      await eventually(async () => assert.equal((await rows(page, beside)).length, 10));
      assert.ok((await rows(page, beside)).every(row => Number(row[1]) > 0 && Number(row[2]) === 0));
      await drawnFigures(page, 1);
      assertQuiet(lab);
    }));

  test('stops training, goes on with it, and opens what the command line has begun', () =>
    withLab(browser, `${LINK}${TRAINED.link.replace('steps=25', 'steps=400')}`, {}, async page => {
      await button(page, 'Train').click();
      await said(page, /[1-9]\d* of 400 steps/);
      await button(page, 'Stop training').click();
      await eventually(async () => assert.ok(await button(page, 'Train').isEnabled()));
      const stopped = JSON.parse(await record(page, /training steps so far/));
      assert.ok(stopped.training.loss.length < 400);

      const begun = bklab('quantize', '--json', '--until', '8', ...TRAINED.options);
      await drop(page, [file('begun.json', JSON.parse(begun))]);
      await said(page, /8 of 25 steps/);
      await button(page, 'Train').click();
      await said(page, /25 of 25 steps/);
      const found = await record(page, /rounding learned/);
      assertSameBytes(found, bklab('quantize', '--json', ...TRAINED.options));
    }));

  test('shows the published training as one without a gradient', () =>
    withLab(browser, `${LINK}&reading=published&trained=steps&steps=10&step=training`, {}, async page => {
      await button(page, 'Train').click();
      await said(page, /10 of 10 steps; largest derivative 0\.000e0/);
      const gradients = (await rows(page, 'Loss and gradient')).map(row => row[2]);
      assert.deepEqual(new Set(gradients), new Set(['0.000e0']));
    }));

  test('leads through the tour by buttons, keys and links', () =>
    withLab(browser, LINK, {}, async page => {
      const current = () => page.getByRole('navigation', { name: 'Steps' }).locator('[aria-current]').innerText();
      const isAt = step => eventually(async () => assert.equal(await current(), step));
      await isAt('Levels');
      await button(page, 'Next').click();
      await isAt('Staircase');
      await page.keyboard.press('ArrowRight');
      await isAt('Groups');
      await page.keyboard.press('ArrowLeft');
      await isAt('Staircase');
      await button(page, 'Back').click();
      await isAt('Levels');
      assert.ok(await button(page, 'Back').isDisabled());
      await enterPanel(page, 'Bytes');
      await isAt('Bytes');
      await eventually(async () => assert.match(page.url(), /step=bytes/));
      // A field keeps its arrow keys.
      await field(page, 'Sites').focus();
      await page.keyboard.press('ArrowRight');
      await isAt('Bytes');
      await page.reload();
      await heading(page).waitFor();
      await isAt('Bytes');
    }));

  test('has a link for every step, which restores it', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      const links = page.getByRole('navigation', { name: 'Steps' }).getByRole('link');
      assert.deepEqual(await links.allInnerTexts(), STEPS);
      const addresses = await links.evaluateAll(all => all.map(link => link.getAttribute('href')));
      assert.equal(new Set(addresses).size, STEPS.length);
      for (const [place, address] of addresses.entries()) {
        await page.evaluate(address => { location.hash = address; }, address);
        const current = page.getByRole('navigation', { name: 'Steps' }).locator('[aria-current]');
        await eventually(async () => assert.equal(await current.innerText(), STEPS[place]));
        assert.ok(await onScreen(page, `Step ${place + 1} of ${STEPS.length};`).first().isVisible());
      }
      assertQuiet(lab);
    }));

  test('compares the modes over seeds to the same bytes as the command line, and opens such a file', () =>
    withLab(browser, LINK + COMPARED.link, {}, async (page, lab) => {
      await button(page, 'Compare over 2 seeds').click();
      await said(page, /computed here Seeds 3 to 4, 64 sites, groups of 32/);
      const errors = await rows(page, 'Error of G end to end over seeds, in %');
      assert.equal(errors.length, 11);
      assert.ok(errors.every(row => row[1] === '2' && Number(row[2]) > 0 && Number(row[3]) > 0));
      assert.equal((await rows(page, 'Errors divided, seed by seed')).length, 3);
      const { name, bytes } = await downloaded(page, () => button(page, 'Comparison as JSON').click());
      assert.equal(name, 'quantize-modes.json');
      assertSameBytes(bytes, bklab('quantize', ...COMPARED.options));
      // The claims are about another core.
      await enterPanel(page, 'Claims');
      await onScreen(page, /The claims are about 512 sites in groups of 128/).first().waitFor();

      await drop(page, [file('modes.json', bklab('quantize', 'compare', '--seeds', '1', '--json').toString())]);
      await said(page, /imported, unverified Seeds 1 to 1, 512 sites/);
      assert.equal((await rows(page, 'Error of G end to end over seeds, in %'))[0][3], '–', 'one seed has no interval');
      assertQuiet(lab);
    }));

  test('holds every claim against the comparison, and gives it a verdict and a reason', () =>
    withLab(browser, `${LINK}&seeds=2&step=claims`, {}, async (page, lab) => {
      await onScreen(page, /held against a comparison over seeds/).first().waitFor();
      await button(page, 'Compare over 2 seeds').click();
      const caption = 'Claims and verdicts';
      await table(page, caption).waitFor({ timeout: 60_000 });
      const claims = await rows(page, caption);
      assert.equal(claims.length, 23);
      const verdicts = new Map(claims.map(row => [row[0], row[4]]));
      assert.equal(verdicts.get('QAT INT4 has an error of about 8 %'), 'differs');
      assert.equal(verdicts.get('Demonstration 3: error of INT4 in groups of 128 end to end'), 'reproduced');
      assert.equal(verdicts.get('INT4 in groups raises the perplexity by less than 15 %'), 'not reproducible');
      assert.ok(claims.every(row => row[2] !== '' && /\.$/.test(row[5])));
      assert.ok(await onScreen(page, '14 reproduced').first().isVisible());
      // The same rows as in the terminal.
      const printed = bklab('quantize', 'compare', '--seeds', '2').toString();
      for (const [statement, , , here, , reason] of claims) {
        assert.ok(printed.includes(statement) && printed.includes(reason), statement);
        assert.ok(here === '–' || printed.includes(`here ${here}.`), here);
      }
      await keepScreenshot(page, 'quantization-claims');
      assertQuiet(lab);
    }));

  test('a long comparison can be stopped, and what was shown stays', () =>
    withLab(browser, LINK + COMPARED.link, {}, async page => {
      await button(page, 'Compare over 2 seeds').click();
      await said(page, /Seeds 3 to 4/);
      await field(page, 'Number of seeds').fill('900');
      await button(page, 'Compare over 900 seeds').click();
      const progress = page.getByRole('progressbar', { name: 'Progress of the comparison' });
      await eventually(async () => assert.ok(Number(await progress.evaluate(bar => bar.value)) > 0));
      await button(page, 'Stop comparing').click();
      await eventually(async () => assert.ok(await button(page, 'Compare over 900 seeds').isEnabled()));
      await said(page, /Seeds 3 to 4/);
    }));

  test('runs the four demonstrations, and leads to each', () =>
    withLab(browser, `${LINK}&seed=5&step=published`, {}, async (page, lab) => {
      await button(page, 'Run the demonstrations').click();
      await eventually(async () => assert.equal((await rows(page, 'Demonstrations')).length, 5), 60_000);
      const found = await rows(page, 'Demonstrations');
      assert.deepEqual(found.map(row => row[1]), ['INT8', 'INT8', 'INT4', 'INT8', 'INT4']);
      assert.ok(found.every(row => row[7] === '5'));
      assert.equal(found[0][6], '17.00 KB, 1.18 ×');
      await page.getByRole('link', { name: 'Demonstration 3' }).click();
      await onScreen(page, /v in INT4, G in INT4, not trained \(as published, seed 5\)/).first().waitFor();
      assertQuiet(lab);
    }));

  test('lets NF4 be chosen, and shows its levels', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      await choice(page, 'Format').selectOption('nf4');
      await onScreen(page, /v in NF4, G in NF4/).first().waitFor();
      const levels = (await rows(page, 'Levels and their codes')).map(row => Number(row[2]));
      assert.equal(levels.length, 16);
      const [first, middle] = [levels[1] - levels[0], levels[8] - levels[7]];
      assert.ok(first > 2 * middle, 'dense around 0');
      assert.equal(await choice(page, 'Bits of v').count(), 0);
      await enterPanel(page, 'Groups');
      assert.equal((await rows(page, 'Levels of every group')).length, 8);
      assert.equal((await rows(page, 'Codes of the group looked at')).length, 25);
      await choice(page, 'Format').selectOption('uniform');
      await onScreen(page, /v in INT8, G in INT8/).first().waitFor();
      assertQuiet(lab);
    }));

  test('shows every byte that is stored', () =>
    withLab(browser, `${LINK}&sites=20&group=8&potential_bits=4&step=bytes`, {}, async page => {
      const bytes = await eventually(async () => {
        const found = await rows(page, 'Packed codes of the first row');
        assert.ok(found.length > 0);
        return found;
      });
      const hexadecimal = bytes.map(row => row[1]).join(' ').split(' ');
      const codes = bytes.flatMap(row => row[2].split(' ').map(Number));
      assert.equal(hexadecimal.length, 10);
      assert.deepEqual(codes.length, 20);
      hexadecimal.forEach((byte, index) => {
        const halves = [codes[2 * index], codes[2 * index + 1]].map(code => (code & 15).toString(16));
        assert.equal(byte, halves.join(''));
      });
      const [potential] = await rows(page, 'Bytes of one row');
      // Ten bytes of codes, three scales, three zero points of four bits.
      assert.deepEqual(potential.slice(0, 5), ['v', '10', '12', '2', '24']);
    }));

  test('sweeps bits, groups and rules, and compares the readings, while they are computed', () =>
    withLab(browser, `${LINK}&sites=64&batches=10&step=sweep`, {}, async (page, lab) => {
      await button(page, 'Run the sweep').click();
      await eventually(async () => assert.equal((await rows(page, 'The sweep so far')).length, 24), 60_000);
      const errors = (await rows(page, 'The sweep so far')).map(row => Number(row[2]));
      assert.ok(errors.slice(0, 5).every(error => error > Math.max(...errors.slice(15, 20))), '2 bits are worse than 8');
      await drawnFigures(page, 1);
      await keepScreenshot(page, 'quantization-sweep');
      await enterPanel(page, 'As published');
      await button(page, 'Compute all modes').click();
      await eventually(async () => assert.equal((await rows(page, 'As published beside exact')).length, 8), 60_000);
      assertQuiet(lab);
    }));

  test('says what is wrong with settings and keeps what is shown', () =>
    withLab(browser, LINK, {}, async page => {
      await onScreen(page, /Quantized BK core/).first().waitFor();
      await field(page, 'Sites').fill('100000');
      await said(page, /100000 sites are not possible here\. Give from 1 to 4096/);
      assert.ok(await onScreen(page, /512 sites/).first().isVisible());
      await choice(page, 'Reading').selectOption('published');
      await field(page, 'Sites').fill('64');
      await onScreen(page, /64 sites.*as published/).first().waitFor();
    }));
});
