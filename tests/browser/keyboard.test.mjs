// Without a mouse: Tab reaches every control in the order in which they stand, each shows that it has the focus,
// and keys do what clicks do.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { drawnFigures } from './figures.mjs';
import {
  WITHOUT_ADAPTER, button, choice, enter, eventually, field, heading, rows, startBrowser, onScreen, unfoldSettings,
  withLab,
} from './lab.mjs';

const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

const ROOMS = [
  { link: 'Robustness', figures: 1 },
  { link: 'Resolvent', figures: 1 },
  { link: 'Quantization', figures: 1 },
  { link: 'Quantized LoRA', figures: 1 },
  { link: 'Efficiency', figures: 1 },
  { link: 'Stability', figures: 1 },
];

describe('by keyboard', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  for (const room of ROOMS) {
    test(`Tab reaches every control of ${room.link} in order, and each shows its focus`, () =>
      withLab(browser, '', {}, async page => {
        await enter(page, room.link);
        await drawnFigures(page, room.figures);
        await unfoldSettings(page);
        const expected = await page.evaluate(selector => {
          const controls = [...document.querySelectorAll(selector)]
            .filter(element => element.checkVisibility() && !element.disabled && element.tabIndex >= 0);
          controls.forEach((element, index) => (element.dataset.test = index));
          controls[0].focus();
          return controls.map(element => element.outerHTML.slice(0, 100));
        }, CONTROLS);
        assert.ok(expected.length > 12, 'there are controls to reach');
        const invisible = [];
        for (const [index, html] of expected.entries()) {
          // The first has the focus already; that the first Tab of all leads there is tested with the skip link.
          if (index > 0) await page.keyboard.press('Tab');
          const reached = await page.evaluate(() => document.activeElement.dataset.test);
          assert.equal(reached, String(index), `after ${index} Tabs the focus should be on ${html}`);
          if (!(await showsFocus(page))) invisible.push(html);
        }
        assert.deepEqual(invisible, [], 'controls that do not show their focus');
      }));
  }

  test('the skip link leads past the navigation to the content', () =>
    withLab(browser, '', {}, async page => {
      await page.keyboard.press('Tab');
      const skip = page.getByRole('link', { name: /^Skip/ });
      assert.ok(await skip.evaluate(element => element === document.activeElement));
      const { x } = await skip.boundingBox();
      assert.ok(x >= 0, 'it can be seen while it has the focus');
      const address = page.url();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      const isInside = await page.evaluate(() => document.querySelector('main').contains(document.activeElement));
      assert.ok(isInside, 'the next control is one of the room');
      assert.equal(page.url(), address);
    }));

  test('Enter follows links, and keys work buttons, folds, choices and sliders', () =>
    withLab(browser, '', {}, async page => {
      await page.getByRole('link', { name: 'Resolvent' }).focus();
      await page.keyboard.press('Enter');
      await eventually(async () => assert.equal(await heading(page).innerText(), 'The resolvent of a chain'));
      await drawnFigures(page, 1);

      const fold = page.getByRole('form', { name: 'Settings' }).locator('summary').first();
      const isOpen = () => fold.evaluate(summary => summary.parentElement.open);
      const before = await isOpen();
      await fold.focus();
      await page.keyboard.press('Space');
      assert.equal(await isOpen(), !before);
      await page.keyboard.press('Enter');
      assert.equal(await isOpen(), before);

      await choice(page, 'Potential').focus();
      await page.keyboard.press('ArrowDown');
      await eventually(async () => assert.match(await field(page, 'Potential, in full').inputValue(), /^impurity:/));

      await page.getByRole('slider', { name: /^Sites/ }).focus();
      await page.keyboard.press('ArrowLeft');
      await eventually(async () => assert.equal(await field(page, 'Sites N').inputValue(), '128'));
      await onScreen(page, 'of 128').first().waitFor();

      await button(page, 'Later rows').first().focus();
      await page.keyboard.press('Space');
      await eventually(async () => assert.equal((await rows(page, 'Gᵢᵢ by site'))[0][0], '25'));

      await button(page, 'Start over').focus();
      await page.keyboard.press('Enter');
      await onScreen(page, 'of 256').first().waitFor();
    }));

  test('the file chooser opens with a key', () =>
    withLab(browser, '', {}, async page => {
      await page.getByLabel('Import result files…').filter({ visible: true }).focus();
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
      assert.ok(chooser.isMultiple());
    }));
});

/**
 * Whether the pixels around the focused element differ from those without the focus. The label counts where the
 * element itself is a hidden file input.
 */
async function showsFocus(page) {
  const clip = await page.evaluate(() => {
    const focused = document.activeElement;
    const visible = focused.type === 'file' ? focused.closest('label') : focused;
    visible.scrollIntoView({ block: 'center' });
    const { x, y, width, height } = visible.getBoundingClientRect();
    const margin = 8;
    const left = Math.max(0, x - margin);
    const top = Math.max(0, y - margin);
    const right = Math.min(innerWidth, x + width + margin);
    const bottom = Math.min(innerHeight, y + height + margin);
    return { x: left, y: top, width: right - left, height: bottom - top };
  });
  const focused = await page.screenshot({ clip, animations: 'disabled' });
  const control = await page.evaluateHandle(() => document.activeElement);
  await control.evaluate(element => element.blur());
  const blurred = await page.screenshot({ clip, animations: 'disabled' });
  // Back, since Tab goes on from where the focus is.
  await control.evaluate(element => element.focus());
  return !focused.equals(blurred);
}
