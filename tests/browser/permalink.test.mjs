// The address: it follows the controls, restores them, and each room keeps its own.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { summary } from './command.mjs';
import {
  WITHOUT_ADAPTER, address, assertQuiet, button, choice, enter, eventually, field, heading, rows, said,
  startBrowser, onScreen, unfoldSettings, withLab,
} from './lab.mjs';

const NUMBERS = 'Perplexity by bit width';

/** Waits until the address bar shows a fragment. */
async function addressIs(page, fragment) {
  await eventually(async () => assert.equal(decodeURIComponent(page.url()), address + fragment));
}

async function controlIs(control, value) {
  await eventually(async () => assert.equal(await control.inputValue(), value));
}

async function roomIs(page, title) {
  await eventually(async () => assert.equal(await heading(page).innerText(), title));
}

describe('permalinks', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('the address follows the controls and leaves the defaults out', () =>
    withLab(browser, '', {}, async page => {
      await field(page, 'Seed').fill('7');
      await addressIs(page, '#/robustness?v=1&seed=7');
      await field(page, 'Bit widths').fill('2, 4 8');
      await addressIs(page, '#/robustness?v=1&seed=7&bit_widths=2,4,8');
      await field(page, 'Seed').fill('42');
      await addressIs(page, '#/robustness?v=1&bit_widths=2,4,8');
      await button(page, 'Published settings').click();
      await addressIs(page, '#/robustness?v=1');
      await enter(page, 'Resolvent');
      await addressIs(page, '#/resolvent?v=1');
      await choice(page, 'Potential').selectOption({ label: 'Random (Anderson)' });
      await field(page, 'Sites N').fill('40');
      await field(page, 'Energy E').fill('-0.75');
      await addressIs(page, '#/resolvent?v=1&sites=40&potential=random:strength=2,seed=7&energy=-0.75');
      await button(page, 'Start over').click();
      await addressIs(page, '#/resolvent?v=1');
    }));

  test('what is typed and cannot be used does not get into the address', () =>
    withLab(browser, '#/resolvent?v=1&sites=40', {}, async page => {
      await controlIs(field(page, 'Sites N'), '40');
      await field(page, 'Sites N').fill('many');
      await said(page, /“many” is not a whole number/);
      assert.equal(page.url(), `${address}#/resolvent?v=1&sites=40`);
    }));

  test('a copied link opens the same room with the same settings elsewhere', () =>
    withLab(browser, '', { permissions: ['clipboard-read', 'clipboard-write'] }, async page => {
      await field(page, 'Seed').fill('7');
      await field(page, 'Bit widths').fill('8,4');
      await button(page, 'Copy link').click();
      await said(page, /^Copied: /);
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(decodeURIComponent(link), `${address}#/robustness?v=1&seed=7&bit_widths=8,4`);
      await withLab(browser, link.slice(address.length), {}, async other => {
        assert.equal(await field(other, 'Seed').inputValue(), '7');
        assert.equal(await field(other, 'Bit widths').inputValue(), '8, 4');
        const { mamba } = JSON.parse(summary('--seed', '7', '--bit-widths', '8,4'));
        await eventually(async () => {
          assert.deepEqual((await rows(other, NUMBERS)).map(cells => cells[4]),
            [mamba['8'], mamba['4']].map(({ perplexity }) => perplexity.toFixed(2)));
        });
      });
    }));

  test('a reload restores every setting of the resolvent room', () =>
    withLab(browser, '#/resolvent?v=1&panel=density', {}, async (page, lab) => {
      await unfoldSettings(page);
      const settings = [['Broadening η', '0.2'], ['From energy', '-3'], ['To energy', '2.5'], ['Energies', '64']];
      await field(page, 'Potential, in full').fill('steps:height=1.5,width=8');
      await field(page, 'Sites N').fill('48');
      for (const [label, value] of settings) await field(page, label).fill(value);
      await choice(page, 'Back end').selectOption('f64');
      await onScreen(page, 'of 64').first().waitFor();
      const before = { url: page.url(), numbers: await rows(page, 'Density of states by energy') };
      await page.reload();
      await unfoldSettings(page);
      assert.equal(await field(page, 'Potential, in full').inputValue(), 'steps:height=1.5,width=8');
      assert.equal(await field(page, 'Sites N').inputValue(), '48');
      for (const [label, value] of settings) assert.equal(await field(page, label).inputValue(), value);
      assert.equal(await choice(page, 'Back end').inputValue(), 'f64');
      await onScreen(page, 'of 64').first().waitFor();
      assert.deepEqual({ url: page.url(), numbers: await rows(page, 'Density of states by energy') }, before);
      assertQuiet(lab);
    }));

  test('editing the address changes room and settings', () =>
    withLab(browser, '', {}, async page => {
      await page.goto(`${address}#/resolvent?v=1&sites=33&eta=0.5`);
      await roomIs(page, 'The resolvent of a chain');
      await controlIs(field(page, 'Sites N'), '33');
      await onScreen(page, 'of 33').first().waitFor();
      await page.goto(`${address}#/robustness?v=1&seed=3`);
      await roomIs(page, 'Quantization robustness');
      await controlIs(field(page, 'Seed'), '3');
    }));

  test('each room keeps its settings while the reader goes to and fro', () =>
    withLab(browser, '', {}, async page => {
      await field(page, 'Seed').fill('7');
      await enter(page, 'Resolvent');
      await field(page, 'Sites N').fill('50');
      await enter(page, 'Robustness');
      assert.equal(await field(page, 'Seed').inputValue(), '7');
      await addressIs(page, '#/robustness?v=1&seed=7');
      await enter(page, 'Resolvent');
      assert.equal(await field(page, 'Sites N').inputValue(), '50');
      await addressIs(page, '#/resolvent?v=1&sites=50');
    }));

  test('the browser’s back and forward buttons go between rooms with their settings', () =>
    withLab(browser, '', {}, async page => {
      await field(page, 'Seed').fill('7');
      await enter(page, 'Resolvent');
      await field(page, 'Sites N').fill('50');
      await addressIs(page, '#/resolvent?v=1&sites=50');
      await page.goBack();
      await roomIs(page, 'Quantization robustness');
      assert.equal(await field(page, 'Seed').inputValue(), '7');
      await page.goForward();
      await roomIs(page, 'The resolvent of a chain');
      assert.equal(await field(page, 'Sites N').inputValue(), '50');
    }));

  test('a link to imported data opens without them and says what is missing', () =>
    withLab(browser, '#/robustness?v=1&source=imported', {}, async page => {
      await onScreen(page, 'There is no data yet').waitFor();
      await choice(page, 'Data').selectOption('published');
      await eventually(async () => assert.equal((await rows(page, NUMBERS)).at(-1)[4], '479.53'));
    }));
});
