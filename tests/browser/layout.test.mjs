// The layout of pages that change: imported files, another width, another theme, another panel.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { file, importByButton } from './files.mjs';
import { ROOMS, assertAccessible, assertFits, lightness } from './layout.mjs';
import {
  WITH_WEBGPU, choice, enter, enterPanel, eventually, said, startBrowser, table, withLab,
} from './lab.mjs';

describe('layout', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITH_WEBGPU);
  });
  after(() => browser?.close());

  test('a room full of imported files with long names fits on a narrow screen and passes axe', () =>
    withLab(browser, '', { viewport: { width: 360, height: 700 } }, async page => {
      const name = `${'a-name-without-any-place-to-break_'.repeat(6)}.json`;
      const row = { model: 'mamba', bits: 8, perplexity: 41.5 };
      await importByButton(page, [file(name, [row]), file('broken.json', '{')]);
      await said(page, /was imported/);
      await said(page, /broken\.json/);
      await drawnFigures(page, 1);
      await assertFits(page, 360);
      await assertAccessible(page);
      await keepScreenshot(page, 'robustness-imported-360');
    }));

  test('the figure is laid out anew when the window changes its width', () =>
    withLab(browser, '', { viewport: { width: 1400, height: 900 } }, async page => {
      const [wide] = await drawnFigures(page, 1);
      await page.setViewportSize({ width: 360, height: 700 });
      await eventually(async () => {
        const [narrow] = await drawnFigures(page, 1);
        assert.ok(narrow.shownWidth <= 360 && narrow.shownWidth > 250, `${narrow.shownWidth} pixels wide`);
        assert.ok(Math.abs(narrow.width - narrow.shownWidth) <= 2, 'as many pixels as it is shown with');
        assert.ok(narrow.height / narrow.width > wide.height / wide.width, 'a narrow figure is taller for its width');
      });
      await assertFits(page, 360);
    }));

  test('the theme follows the reader, outlives a reload, and follows the system when told to', () =>
    withLab(browser, '', { colorScheme: 'light' }, async page => {
      const [light] = await drawnFigures(page, 1);
      assert.ok((await lightness(page, 'backgroundColor')) > 200);
      await choice(page, 'Theme').selectOption('dark');
      const isDark = async () => {
        assert.ok((await lightness(page, 'backgroundColor')) < 60, 'the page is dark');
        assert.ok((await lightness(page, 'color')) > 180, 'the text is light');
        assert.notEqual((await drawnFigures(page, 1))[0].fingerprint, light.fingerprint, 'the figure is dark too');
      };
      await eventually(isDark);
      await page.reload();
      await eventually(isDark);
      assert.equal(await choice(page, 'Theme').inputValue(), 'dark');
      await choice(page, 'Theme').selectOption('light');
      await eventually(async () => assert.deepEqual(await drawnFigures(page, 1), [light]));
      await page.emulateMedia({ colorScheme: 'dark' });
      await eventually(async () => assert.deepEqual(await drawnFigures(page, 1), [light]));
      await choice(page, 'Theme').selectOption('system');
      await eventually(isDark);
      await page.emulateMedia({ colorScheme: 'light' });
      await eventually(async () => assert.deepEqual(await drawnFigures(page, 1), [light]));
    }));

  test('every figure has a table of its numbers beside it', () =>
    withLab(browser, '', {}, async page => {
      await drawnFigures(page, 1);
      assert.equal(await table(page, 'Perplexity by bit width').count(), 1);
      const panels = ['Gᵢᵢ by site', 'Density of states by energy', 'Gᵢᵢ, exact and as published', 'Derivative by the potential of each site', 'What one site’s potential moves', 'Deviation from f64 by η'];
      const rooms = ROOMS.filter(room => room.link === 'Resolvent');
      for (const [index, caption] of panels.entries()) {
        await enter(page, rooms[index].link);
        if (rooms[index].panel) await enterPanel(page, rooms[index].panel);
        await drawnFigures(page, rooms[index].figures);
        await eventually(async () => assert.equal(await table(page, caption).count(), 1));
      }
    }));
});
