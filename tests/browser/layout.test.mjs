// One layout for all rooms: from 360 to 2560 pixels, light and dark, with nothing for axe to complain about.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { file, importByButton } from './files.mjs';
import { ladders, ship } from './ladders.mjs';
import {
  WITH_WEBGPU, choice, enter, enterPanel, eventually, said, startBrowser, table, unfoldSettings, withLab,
} from './lab.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const ROOMS = [
  { link: 'Robustness', file: 'robustness', figures: 1 },
  { link: 'Resolvent', file: 'resolvent', figures: 1 },
  { link: 'Resolvent', panel: 'Density of states', file: 'density', figures: 1 },
  { link: 'Resolvent', panel: 'Exact against published', file: 'published', figures: 2 },
  { link: 'Resolvent', panel: 'Gradient', file: 'gradient', figures: 2 },
  { link: 'Resolvent', panel: 'Causality', file: 'causality', figures: 2 },
  { link: 'Resolvent', panel: 'Precision', file: 'precision', figures: 1 },
  { link: 'Resolvent', panel: 'Spectral function', file: 'spectral-function', figures: 1 },
  { link: 'Quantization', file: 'quantization', figures: 1 },
  { link: 'Quantization', panel: 'Staircase', file: 'staircase', figures: 2 },
  { link: 'Quantization', panel: 'Groups', file: 'groups', figures: 1 },
  { link: 'Quantization', panel: 'Bytes', file: 'bytes', figures: 0 },
  { link: 'Quantization', panel: 'Before and after', file: 'before-and-after', figures: 2 },
  { link: 'Quantization', panel: 'As published', file: 'as-published', figures: 0 },
  { link: 'Quantization', panel: 'Over seeds', file: 'over-seeds', figures: 0 },
  { link: 'Quantization', panel: 'Claims', file: 'claims', figures: 0 },
  { link: 'Measured robustness', file: 'widths', figures: 1 },
  { link: 'Measured robustness', panel: 'Statements', file: 'widths-statements', figures: 0 },
  { link: 'Measured robustness', panel: 'Where the loss comes from', file: 'widths-places', figures: 1 },
  { link: 'Measured robustness', panel: 'Training length', file: 'widths-lengths', figures: 0 },
  { link: 'Measured robustness', panel: 'Training with quantization', file: 'widths-tuning', figures: 1 },
  { link: 'Measured robustness', panel: 'The leak', file: 'widths-leak', figures: 0 },
  { link: 'Measured robustness', panel: 'Models and counting', file: 'widths-models', figures: 0 },
  { link: 'Measured efficiency and stability', file: 'ladder', figures: 1 },
  { link: 'Measured efficiency and stability', panel: 'Stability', file: 'ladder-stability', figures: 1 },
  { link: 'Language models', file: 'models', figures: 0 },
  { link: 'Language models', panel: 'Parts', file: 'models-parts', figures: 1 },
  { link: 'Language models', panel: 'Predictions', file: 'models-predictions', figures: 0 },
  { link: 'Language models', panel: 'Causality', file: 'models-causality', figures: 0 },
  { link: 'Language models', panel: 'Mixed precision', file: 'models-precision', figures: 0 },
  { link: 'Language models', panel: 'As published', file: 'models-published', figures: 0 },
  { link: 'Quantized LoRA', file: 'lora', figures: 1 },
  { link: 'Quantized LoRA', panel: 'Measured here', file: 'lora-measured', figures: 0 },
  { link: 'Efficiency', file: 'efficiency', figures: 1 },
  { link: 'Stability', file: 'stability', figures: 1 },
  { link: 'Files', file: 'files', figures: 0 },
];

const THEMES = ['light', 'dark'];

/** Below this, text on a screen is hard to read; above that many characters, a line is hard to follow. */
const SMALLEST_TEXT_PIXELS = 11.5;
const LONGEST_LINE_CHARACTERS = 130;

/** So much there is to read at least, in any room, and where a figure has its settings, numbers and claims beside it. */
const TEXTS_OF_A_ROOM = 10;
const TEXTS_OF_A_FIGURES_ROOM = 20;

/** Lightness of a CSS colour as the browser computes it, 0 to 255. */
function lightness(page, property) {
  return page.evaluate(property => {
    const [red, green, blue] = getComputedStyle(document.body)[property].match(/[\d.]+/g).map(Number);
    return 0.2 * red + 0.7 * green + 0.1 * blue;
  }, property);
}

async function show(page, room, shipped) {
  if (shipped) await ship(page, shipped);
  await enter(page, room.link);
  if (room.panel) await enterPanel(page, room.panel);
  await drawnFigures(page, room.figures);
  await page.evaluate(() => document.fonts.ready);
}

describe('layout', () => {
  let browser;
  let shipped;
  before(async () => {
    shipped = ladders();
    browser = await startBrowser(WITH_WEBGPU);
  });
  after(() => browser?.close());

  for (const width of [360, 1400, 2560]) {
    for (const theme of THEMES) {
      for (const room of ROOMS) {
        test(`${room.panel ?? room.link} at ${width} pixels, ${theme}: fits, can be read, and passes axe`, () =>
          withLab(browser, '', { viewport: { width, height: 900 }, colorScheme: theme }, async page => {
            await show(page, room, shipped);
            await keepScreenshot(page, `${room.file}-${theme}-${width}`);
            await unfoldSettings(page);
            await assertFits(page, width);
            await assertReadable(page, room.figures > 0 ? TEXTS_OF_A_FIGURES_ROOM : TEXTS_OF_A_ROOM);
            await assertAccessible(page);
          }));
      }
    }
  }

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
      await show(page, ROOMS[0]);
      assert.equal(await table(page, 'Perplexity by bit width').count(), 1);
      const panels = ['Gᵢᵢ by site', 'Density of states by energy', 'Gᵢᵢ, exact and as published', 'Derivative by the potential of each site', 'What one site’s potential moves', 'Deviation from f64 by η'];
      const rooms = ROOMS.filter(room => room.link === 'Resolvent');
      for (const [index, caption] of panels.entries()) {
        await show(page, rooms[index]);
        await eventually(async () => assert.equal(await table(page, caption).count(), 1));
      }
    }));
});

/** Nothing sticks out: the document does not scroll sideways, and no control lies beyond its edge. */
async function assertFits(page, width) {
  const { scrollable, outside } = await page.evaluate(() => ({
    scrollable: document.documentElement.scrollWidth,
    outside: [...document.querySelectorAll('main :is(button, input, select, summary, h1, h2, p, canvas), header *')]
      // What scrolls within a frame of its own may be wider than the screen.
      .filter(element => element.checkVisibility() && !element.closest('.table-scroll, math'))
      .filter(element => {
        const { left, right } = element.getBoundingClientRect();
        return left < 0 || right > document.documentElement.clientWidth + 1;
      })
      .map(element => `${element.localName} “${element.textContent.slice(0, 30)}”`),
  }));
  assert.ok(scrollable <= width, `the document is ${scrollable} pixels wide`);
  assert.deepEqual(outside, []);
}

/** Text is neither too small nor set in lines too long to follow. */
async function assertReadable(page, least) {
  const texts = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    // Characters that fit across a block, from the width its text takes in all lines together.
    const longestLine = block => {
      const range = document.createRange();
      range.selectNodeContents(block);
      const inAll = [...range.getClientRects()].reduce((sum, line) => sum + line.width, 0);
      const across = block.getBoundingClientRect().width;
      // A single line, however long, has no next line to be lost on the way to.
      return inAll <= across ? 0 : Math.round((block.textContent.length * across) / inAll);
    };
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent.trim();
      if (!text || !element.checkVisibility() || element.closest('math')) continue;
      const size = Number.parseFloat(getComputedStyle(element).fontSize);
      const block = element.closest('p, figcaption, td, dd, li');
      const characters = block ? longestLine(block) : 0;
      found.push({ text: text.slice(0, 40), size, characters });
    }
    return found;
  });
  assert.ok(texts.length > least, `there are ${texts.length} texts to read`);
  assert.deepEqual(texts.filter(({ size }) => size < SMALLEST_TEXT_PIXELS), []);
  assert.deepEqual(texts.filter(({ characters }) => characters > LONGEST_LINE_CHARACTERS), []);
}

/** axe finds nothing that it calls serious or critical. */
async function assertAccessible(page) {
  // Evaluated by the debugger: the page's own policy lets no script in, and must not be loosened for this.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.ok(passes.length > 10, 'axe has looked');
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(node => node.html).join(' ')}`);
  assert.deepEqual(grave, []);
}
