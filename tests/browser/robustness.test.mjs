// The robustness room: the published numbers on screen, and those of any other settings.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bklab, summary } from './command.mjs';
import { drawnFigures } from './figures.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, eventually, field, rows, said, startBrowser, onScreen, withLab,
} from './lab.mjs';

const NUMBERS = 'Perplexity by bit width';

/** Precision, ResNet-BK and Mamba of the published figure, as its completion note states them. */
const PUBLISHED = [
  ['FP32', '30.25', '32.99'],
  ['FP16', '30.23', '32.68'],
  ['INT8', '31.52', '38.10'],
  ['INT4', '34.36', '211.05'],
  ['INT2', '44.88', '479.53'],
];

/** The same three columns from the page. */
async function perplexities(page) {
  return (await rows(page, NUMBERS)).map(([precision, resnetbk, , , mamba]) => [precision, resnetbk, mamba]);
}

/** The same three columns from the command line's summary, by falling width as the page has them. */
function expected(json) {
  const { resnetbk, mamba } = JSON.parse(json);
  return Object.keys(resnetbk)
    .sort((one, other) => other - one)
    .map(bits => [resnetbk[bits].precision, resnetbk[bits].perplexity.toFixed(2), mamba[bits].perplexity.toFixed(2)]);
}

describe('the robustness room', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('shows the published numbers, the checks and what they rest on', () =>
    withLab(browser, '', {}, async (page, lab) => {
      await eventually(async () => assert.deepEqual(await perplexities(page), PUBLISHED));
      const checks = await rows(page, 'The published checks');
      assert.deepEqual(checks.map(check => check.at(-1)), Array(6).fill('pass'));
      const claims = await rows(page, 'Claims and verdicts');
      assert.ok(claims.some(claim => claim.includes('reproduced')));
      assert.ok(claims.some(claim => claim.includes('simulated only')));
      assert.ok(await onScreen(page, 'no model was trained or quantized').first().isVisible());
      assertQuiet(lab);
    }));

  test('follows a seed and widths that are typed in, and goes back to the published ones', () =>
    withLab(browser, '', {}, async page => {
      await field(page, 'Seed').fill('7');
      await field(page, 'Bit widths').fill('2,4,8,16,32');
      const options = ['--seed', '7', '--bit-widths', '2,4,8,16,32'];
      const numbers = expected(summary(...options));
      assert.notDeepEqual(numbers, PUBLISHED, 'another seed has to give other numbers');
      await eventually(async () => assert.deepEqual(await perplexities(page), numbers));
      await button(page, 'Published settings').click();
      await eventually(async () => assert.deepEqual(await perplexities(page), PUBLISHED));
      assert.equal(await field(page, 'Seed').inputValue(), '42');
    }));

  test('counts how often its checks hold over any range of seeds, as the command line does', () =>
    withLab(browser, '', {}, async page => {
      const counted = async (first, seeds) => {
        const lines = bklab('fragility', 'robustness', '--seeds', `${first}..${first + seeds}`).toString().split('\n');
        const [, held, runs] = lines.find(line => line.startsWith('All of them')).match(/(\d+) +(\d+)/);
        await button(page, `Try ${seeds} seeds`).click();
        await onScreen(page, `All checks hold in ${held} of ${runs} seeds.`, { exact: false }).waitFor();
      };
      await counted(0, 1000);
      await field(page, 'First seed').fill('40');
      await field(page, 'Number of seeds').fill('25');
      await counted(40, 25);
      await field(page, 'Number of seeds').fill('0');
      await button(page, 'Try 0 seeds').click();
      await said(page, /0 seeds cannot be tried/);
      await onScreen(page, 'of 25 seeds.', { exact: false }).waitFor();
    }));

  test('counts for the stability figure what its formula decides', () =>
    withLab(browser, '#/stability?v=1', {}, async page => {
      await button(page, 'Try 1000 seeds').click();
      await onScreen(page, 'All checks hold in 0 of 1000 seeds.', { exact: false }).waitFor();
      const counts = await rows(page, 'How often each check holds');
      const held = words => counts.find(([check]) => check.includes(words))[2];
      assert.equal(held('lower than Mamba\'s at 8k'), '0 of 1000');
      assert.equal(held('ResNet-BK diverges at no length'), '1000 of 1000');
    }));

  test('draws another figure for another seed', () =>
    withLab(browser, '', {}, async page => {
      const [published] = await drawnFigures(page, 1);
      await field(page, 'Seed').fill('7');
      await eventually(async () => {
        const [other] = await drawnFigures(page, 1);
        assert.notEqual(other.fingerprint, published.fingerprint);
      });
    }));
});
