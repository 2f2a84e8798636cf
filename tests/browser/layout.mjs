// One layout for all rooms, tested at one width a file: light and dark, everything fits, can be read, and passes axe.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { ladders, ship } from './ladders.mjs';
import { WITH_WEBGPU, enter, enterPanel, eventually, sharedLab, startBrowser, unfoldSettings } from './lab.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the reader can go to, in the order in which a room is walked through. */
export const ROOMS = [
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

/** The lightness of page and text in each theme, 0 to 255. */
const THEMES = {
  light: { page: [200, 255], text: [0, 90] },
  dark: { page: [0, 60], text: [180, 255] },
};

/** Below this, text on a screen is hard to read; above that many characters, a line is hard to follow. */
const SMALLEST_TEXT_PIXELS = 11.5;
const LONGEST_LINE_CHARACTERS = 130;

/** So much there is to read at least, in any room, and where a figure has its settings, numbers and claims beside it. */
const TEXTS_OF_A_ROOM = 10;
const TEXTS_OF_A_FIGURES_ROOM = 20;

/**
 * Tests every room, step and panel at a width; to be called within `describe`. A room is opened once, at that width and
 * in one of the themes, and walked through in both; every second room begins in the dark.
 */
export function testEveryRoom(width) {
  let browser;
  let shipped;
  before(async () => {
    shipped = ladders();
    browser = await startBrowser(WITH_WEBGPU);
  });
  after(() => browser?.close());

  const links = [...new Set(ROOMS.map(room => room.link))];
  for (const [index, link] of links.entries()) {
    const themes = index % 2 === 0 ? ['light', 'dark'] : ['dark', 'light'];
    describe(link, () => {
      const lab = sharedLab(() => browser, '', { viewport: { width, height: 900 }, colorScheme: themes[0] });
      before(async () => {
        await ship(lab.page, shipped);
        await enter(lab.page, link);
      });

      for (const room of ROOMS.filter(room => room.link === link)) {
        for (const theme of themes) {
          test(`${room.panel ?? link} at ${width} pixels, ${theme}: fits, can be read, and passes axe`, async () => {
            const { page } = lab;
            await page.emulateMedia({ colorScheme: theme });
            if (room.panel) await enterPanel(page, room.panel);
            await drawnFigures(page, room.figures);
            await page.evaluate(() => document.fonts.ready);
            await assertTheme(page, theme);
            await keepScreenshot(page, `${room.file}-${theme}-${width}`);
            await unfoldSettings(page);
            await assertFits(page, width);
            await assertReadable(page, room.figures > 0 ? TEXTS_OF_A_FIGURES_ROOM : TEXTS_OF_A_ROOM);
            await assertAccessible(page);
          });
        }
      }
    });
  }
}

/** Lightness of a CSS colour as the browser computes it, 0 to 255. */
export function lightness(page, property) {
  return page.evaluate(property => {
    const [red, green, blue] = getComputedStyle(document.body)[property].match(/[\d.]+/g).map(Number);
    return 0.2 * red + 0.7 * green + 0.1 * blue;
  }, property);
}

/** The page has the colours of a theme, and none of them is still on its way. */
async function assertTheme(page, theme) {
  await eventually(async () => {
    for (const [what, property] of [['page', 'backgroundColor'], ['text', 'color']]) {
      const [least, most] = THEMES[theme][what];
      const found = await lightness(page, property);
      assert.ok(found >= least && found <= most, `the ${what} has a lightness of ${found} in the ${theme} theme`);
    }
  });
  await page.evaluate(() => {
    const transitions = document.getAnimations().filter(animation => animation instanceof CSSTransition);
    return Promise.allSettled(transitions.map(transition => transition.finished));
  });
}

/** Nothing sticks out: the document does not scroll sideways, and no control lies beyond its edge. */
export async function assertFits(page, width) {
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
export async function assertAccessible(page) {
  // Evaluated by the debugger: the page's own policy lets no script in, and must not be loosened for this.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.ok(passes.length > 10, 'axe has looked');
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(node => node.html).join(' ')}`);
  assert.deepEqual(grave, []);
}
