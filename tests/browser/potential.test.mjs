// The potential, drawn by hand, by keyboard, pasted and dropped; and the operators that are made of it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bklab, resolvent } from './command.mjs';
import { drawnFigures } from './figures.mjs';
import { drop, file } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, eventually, field, rows, said, startBrowser, withLab,
} from './lab.mjs';

const SITES = 'Gᵢᵢ by site';

/** Half a unit of the last digit that the table shows, and what single precision may be off by at η = 0.5. */
const TOLERANCE = 0.5e-6 + 1e-5;

const LINK = '#/resolvent?v=1&potential=constant:0&sites=8&eta=0.5';

/** Half a unit of the last of the six digits that a table shows, relative to the number. */
const HALF_A_DIGIT = 5.1e-6;

const drawing = page => page.getByRole('slider', { name: 'Potential at a site' });

/** Opens the drawing of the potential. */
async function unfold(page) {
  await drawnFigures(page, 1);
  await page.getByText('Draw or paste the potential').click();
}

/** The values that the room has been given. */
async function values(page) {
  const text = await field(page, 'Potential, in full').inputValue();
  assert.match(text, /^values:/);
  return text.slice('values:'.length).split(',').map(Number);
}

/** Waits until the table shows the G of these values. */
function assertComputed(page, expected) {
  return eventually(async () => {
    assert.deepEqual(await values(page), expected);
    const { re, im } = resolvent({ potential: `values:${expected}`, eta: 0.5 });
    const shown = await rows(page, SITES);
    assert.equal(shown.length, expected.length);
    shown.forEach(([, real, imaginary], site) => {
      const difference = Math.hypot(Number(real) - re[site], Number(imaginary) - im[site]);
      assert.ok(difference <= TOLERANCE, `site ${site} is off by ${difference}`);
    });
  });
}

describe('a potential of one’s own', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('is drawn by keyboard', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      await unfold(page);
      await drawing(page).focus();
      for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'PageUp', 'ArrowUp', 'End', 'ArrowDown']) await page.keyboard.press(key);
      await assertComputed(page, [0, 0, 0.55, 0, 0, 0, 0, -0.05]);
      assert.equal(await drawing(page).getAttribute('aria-valuetext'), '-0.05 at site 7');
      assertQuiet(lab);
    }));

  test('is drawn by hand, and the link leads to it', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      await unfold(page);
      const area = await drawing(page).boundingBox();
      const at = (site, value) => [area.x + (area.width * (site + 0.5)) / 8, area.y + (area.height * (1 - value / 4)) / 2];
      await page.mouse.move(...at(1, 1));
      await page.mouse.down();
      await page.mouse.move(...at(3, 2), { steps: 6 });
      await page.mouse.up();
      // While the pointer crosses half a site the line rises by a quarter, and its ends are rounded to 0.05.
      await eventually(async () => {
        const drawn = await values(page);
        [0, 1, 1.5, 2, 0, 0, 0, 0].forEach((value, site) => {
          assert.ok(Math.abs(drawn[site] - value) <= 0.3 + 1e-9, `site ${site}: ${drawn}`);
        });
      });
      const drawn = await values(page);
      await assertComputed(page, drawn);
      await eventually(async () => assert.match(decodeURIComponent(page.url()), new RegExp(`values:${drawn.join(',')}`)));
      await page.mouse.move(...at(6, -3));
      assert.deepEqual(await values(page), drawn, 'a pointer that is not down draws nothing');
      assertQuiet(lab);
    }));

  test('is pasted as CSV and as JSON', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      await unfold(page);
      const use = button(page, 'Use these values');
      assert.ok(await use.isDisabled());
      await page.getByLabel('Values as CSV or JSON').fill('site,v\n0,0.3\n1,-0.2\n2,0.5\n');
      await use.click();
      await said(page, /A potential of 3 sites was read from what was pasted/);
      await assertComputed(page, [0.3, -0.2, 0.5]);
      await page.getByLabel('Values as CSV or JSON').fill('[1, -1]');
      await use.click();
      await assertComputed(page, [1, -1]);
      // Into the drawing itself, as from a spreadsheet.
      await drawing(page).evaluate(element => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', '0.1\n0.2\n0.3\n0.4');
        element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      });
      await assertComputed(page, [0.1, 0.2, 0.3, 0.4]);
      assertQuiet(lab);
    }));

  test('is dropped as a file, also as a record of this lab', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      await unfold(page);
      await drop(page, [file('mine.csv', 'v\n0.5\n-0.5\n0.25\n', 'text/csv')], drawing(page));
      await said(page, /3 sites was read from mine\.csv/);
      await assertComputed(page, [0.5, -0.5, 0.25]);
      const record = bklab('resolvent', '--json', '--sites', '4', '--potential', 'steps:height=2,width=2');
      await drop(page, [file('record.json', record)], drawing(page));
      await said(page, /4 sites was read from record\.json/);
      await eventually(async () => assert.equal(await field(page, 'Sites N').inputValue(), '4'));
      assertQuiet(lab);
    }));

  for (const [what, content, sentence] of [
    ['words among the numbers', '0.5\npotato\n', /No potential was found in bad\.csv.*potato/],
    ['a number that is none', '[1, NaN]', /No potential was found in bad\.csv/],
    ['nothing', '', /No potential was found in bad\.csv/],
    ['markup', '<img src=x onerror=alert(1)>', /No potential was found in bad\.csv/],
  ]) {
    test(`${what} is refused, and the earlier potential stays`, () =>
      withLab(browser, LINK, {}, async (page, lab) => {
        await unfold(page);
        await button(page, 'Start flat').click();
        await assertComputed(page, Array(8).fill(0));
        await drop(page, [file('bad.csv', content, 'text/csv')], drawing(page));
        await said(page, sentence);
        await assertComputed(page, Array(8).fill(0));
        assertQuiet(lab);
      }));
  }
});

describe('the Birman–Schwinger panel', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  const OPTIONS = ['--potential', 'prime-bump:scale=0.02', '--sites', '64', '--eta', '0.5'];

  test('shows the singular values that the command line prints', () =>
    withLab(browser, '#/resolvent?v=1&panel=birman-schwinger&potential=prime-bump:scale=0.02&sites=64&eta=0.5', {}, async (page, lab) => {
      await drawnFigures(page, 2);
      const printed = bklab('resolvent', '--panel', 'birman-schwinger', ...OPTIONS).toString();
      const lines = printed.split('\n').map(line => line.split(/ {2,}/));
      const start = lines.findIndex(([first]) => first === 'Rank');
      const shown = await rows(page, 'Singular values of K');
      assert.ok(shown.length > 10);
      // Singular values below the rounding of the largest depend on the order of operations.
      shown.slice(0, 10).forEach((row, index) => {
        row.slice(0, 3).forEach((cell, column) => {
          const expected = Number(lines[start + 1 + index][column]);
          assert.ok(Math.abs(Number(cell) - expected) <= HALF_A_DIGIT * Math.abs(expected), `rank ${index + 1}: ${row}`);
        });
      });
      const sentence = printed.split('\n').find(line => line.startsWith('Mourre estimate'));
      assert.match(sentence, /holds/);
      await page.getByText(/holds: least eigenvalue/).first().waitFor();
      assertQuiet(lab);
    }));

  test('refuses a chain that is too long for it, and keeps what is shown', () =>
    withLab(browser, '#/resolvent?v=1&panel=birman-schwinger&sites=32', {}, async page => {
      const before = await drawnFigures(page, 2);
      await field(page, 'Sites N').fill('513');
      await button(page, 'Run').click();
      await said(page, /513 sites is too large/);
      assert.deepEqual(await drawnFigures(page, 2), before);
    }));
});
