// Exploring a figure: by wheel, hand, fingers and keys; what a link and a file keep of it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { drawn, frame, pointTo, visible } from './exploring.mjs';
import { figures, keepScreenshot, look } from './figures.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, downloaded, enter, eventually, field, onScreen, rows, startBrowser, withLab,
} from './lab.mjs';

const ROOMS = ['robustness', 'efficiency', 'stability'];

/** What the figure last said aloud. */
const spoken = page => page.locator('.figure .spoken').filter({ visible: true });

const settings = page => new URL(page.url()).hash.split('?')[1] ?? '';

async function isWhole(page) {
  await eventually(async () => assert.doesNotMatch(settings(page), /[&?][xy]=/));
}

async function isZoomed(page) {
  await eventually(async () => assert.match(settings(page), /&x=[\d.]+,[\d.]+/));
}

describe('exploring', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  for (const room of ROOMS) {
    test(`the wheel zooms the ${room} figure, dragging moves it, a button shows all of it`, () =>
      withLab(browser, `#/${room}?v=1`, {}, async (page, lab) => {
        const box = await drawn(page);
        const whole = await look(figures(page).first());
        await pointTo(page, box, 0.5, 0.5);
        await page.mouse.wheel(0, -300);
        await isZoomed(page);
        const before = settings(page);
        await eventually(async () => assert.notEqual((await look(figures(page).first())).fingerprint, whole.fingerprint));
        await pointTo(page, box, 0.5, 0.5);
        await page.mouse.down();
        await page.mouse.move(box.x + 0.4 * box.width, box.y + 0.45 * box.height, { steps: 8 });
        await page.mouse.up();
        await eventually(async () => assert.notEqual(settings(page), before));
        await keepScreenshot(page, `exploring-${room}`);
        await visible(page, 'Whole figure').click();
        await isWhole(page);
        await page.mouse.move(0, 0);
        await eventually(async () => assert.equal((await look(figures(page).first())).fingerprint, whole.fingerprint));
        assertQuiet(lab);
      }));

    test(`keys zoom, move and read the ${room} figure, and all of it is said`, () =>
      withLab(browser, `#/${room}?v=1`, {}, async page => {
        await drawn(page);
        await frame(page).focus();
        await page.keyboard.press('+');
        await isZoomed(page);
        await eventually(async () => assert.match(await spoken(page).innerText(), /^Shown: .+ from .+ to /));
        const before = settings(page);
        await page.keyboard.press('ArrowRight');
        await eventually(async () => assert.notEqual(settings(page), before));
        await page.keyboard.press('0');
        await isWhole(page);
        assert.equal(await spoken(page).innerText(), 'The whole figure is shown.');
        await page.keyboard.press('Shift+ArrowRight');
        const first = await spoken(page).innerText();
        assert.match(first, /^ResNet-BK.*: .+\d/);
        await page.keyboard.press('Shift+ArrowRight');
        await eventually(async () => assert.notEqual(await spoken(page).innerText(), first));
        assert.equal(await page.locator('.reading').count(), 1, 'the value is marked');
        await page.keyboard.press('Escape');
        await eventually(async () => assert.equal(await page.locator('.reading').count(), 0));
      }));

    test(`a link restores how the ${room} figure is looked at`, () =>
      withLab(browser, `#/${room}?v=1`, {}, async page => {
        await drawn(page);
        await visible(page, 'Mamba').click();
        await visible(page, 'Log y').click();
        await eventually(async () => assert.match(settings(page), /hidden=mamba/));
        await eventually(async () => assert.match(settings(page), /y_scale=(linear|logarithmic)/));
        await frame(page).focus();
        await page.keyboard.press('+');
        await isZoomed(page);
        const link = settings(page);
        await page.mouse.move(0, 0);
        const looked = await look(figures(page).first());
        await page.reload();
        await drawn(page);
        assert.equal(settings(page), link);
        assert.equal(await visible(page, 'Mamba').getAttribute('aria-pressed'), 'false');
        await eventually(async () => assert.equal((await look(figures(page).first())).fingerprint, looked.fingerprint));
        await eventually(async () => assert.match(await page.locator('figcaption').filter({ visible: true }).innerText(), /Not shown: Mamba.*Zoomed to/));
      }));
  }

  test('a box drawn around a part of the figure shows that part', () =>
    withLab(browser, '#/stability?v=1', {}, async page => {
      const box = await drawn(page);
      await pointTo(page, box, 0.3, 0.5);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.6 * box.width, box.y + 0.7 * box.height, { steps: 5 });
      assert.equal(await page.locator('.selection').count(), 1);
      await page.mouse.up();
      await isZoomed(page);
      const [low, high] = /x=([\d.]+),([\d.]+)/.exec(settings(page)).slice(1).map(Number);
      assert.ok(low > 200 && low < 400 && high > 500 && high < 800, `${low} to ${high}`);
    }));

  test('a value is read off where the pointer rests', () =>
    withLab(browser, '#/efficiency?v=1', {}, async page => {
      await drawn(page);
      await frame(page).focus();
      await page.keyboard.press('Shift+ArrowRight');
      const words = await page.locator('.reading span').innerText();
      const { left, top } = await page.locator('.reading').evaluate(element => element.getBoundingClientRect());
      await page.keyboard.press('Escape');
      await page.mouse.move(left - 20, top - 5);
      await page.mouse.move(left + 3, top - 3, { steps: 3 });
      await eventually(async () => assert.equal(await page.locator('.reading span').innerText(), words));
      await page.mouse.move(2, 2);
      await eventually(async () => assert.equal(await page.locator('.reading').count(), 0));
    }));

  test('two fingers zoom on a telephone, and the controls fit there', () =>
    withLab(browser, '#/stability?v=1', { viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: 'dark' }, async (page, lab) => {
      const box = await drawn(page);
      const session = await lab.context.newCDPSession(page);
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const fingers = apart => [-1, 1].map((side, id) => ({ x: x + side * apart, y, id }));
      await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(20) });
      for (let apart = 25; apart <= 70; apart += 5) {
        await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) });
      }
      await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      await isZoomed(page);
      await keepScreenshot(page, 'exploring-telephone');
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing is cut off');
    }));

  test('run A stays beside what is shown later, with a table of differences, also after a reload', () =>
    withLab(browser, '#/robustness?v=1', {}, async page => {
      await drawn(page);
      await visible(page, 'Pin this run as A').click();
      await field(page, 'Seed').filter({ visible: true }).fill('7');
      const caption = 'Run B, published simulation, seed 7, against run A, published simulation, seed 42';
      const check = async () => {
        const differences = await eventually(async () => {
          const all = await rows(page, caption);
          assert.equal(all.length, 10);
          return all;
        });
        for (const [model, , quantity, a, b, difference, relative] of differences) {
          assert.match(model, /ResNet-BK|Mamba/);
          assert.equal(quantity, 'Perplexity');
          const number = text => Number(text.replace('−', '-'));
          assert.ok(Math.abs(number(b) - number(a) - number(difference)) < 2e-3, `${b} − ${a} is not ${difference}`);
          assert.match(relative, /^[+-][\d.]+ %$/);
        }
        await eventually(async () => {
          const summary = await page.locator('figcaption').filter({ visible: true }).innerText();
          assert.match(summary, /A, published simulation, seed 42/);
          assert.match(summary, /B, published simulation, seed 7/);
        });
      };
      await check();
      const csv = await downloaded(page, () => button(page, `${caption} as CSV`).click());
      assert.match(csv.bytes.toString(), /^Model,At,Quantity,A,B,B − A,Relative\r\nResNet-BK,FP32,Perplexity,30\.\d+,/);
      await page.reload();
      await drawn(page);
      await check();
      await keepScreenshot(page, 'exploring-pinned');
      await visible(page, 'Unpin run A').click();
      await eventually(async () => assert.equal(await page.getByText(caption).count(), 0));
    }));

  test('an exported figure restores how it was looked at', () =>
    withLab(browser, '#/efficiency?v=1', {}, async page => {
      await drawn(page);
      await visible(page, 'Mamba').click();
      await frame(page).focus();
      await page.keyboard.press('+');
      await isZoomed(page);
      const looked = settings(page);
      const svg = await downloaded(page, () => visible(page, 'Figure as SVG').click());
      assert.doesNotMatch(svg.bytes.toString(), />Mamba</, 'the file shows what the screen shows');
      await visible(page, 'Published settings').click();
      await isWhole(page);
      await visible(page, 'Import result files…').or(page.locator('input[type=file]').first()).first()
        .setInputFiles([{ name: svg.name, mimeType: 'image/svg+xml', buffer: svg.bytes }]);
      await isZoomed(page);
      for (const key of ['x', 'y', 'hidden']) {
        const value = text => new URLSearchParams(text).get(key);
        assert.equal(value(settings(page)), value(looked), key);
      }
    }));

  test('files with several runs and other models show their intervals and names', () =>
    withLab(browser, '#/robustness?v=1', {}, async page => {
      await drawn(page);
      const row = (model, bits, seed, perplexity) => ({ model, bits, seed, perplexity });
      const models = ['resnet_bk', 'mamba', 'third_model', 'a model with a long name'];
      const list = models.flatMap((model, index) => ['FP32', 'INT8', 'INT4'].flatMap((bits, step) =>
        [1, 2, 3, 4].map(seed => row(model, bits, seed, 25 + 6 * index + 9 * step * (index + 1) + seed))));
      await page.locator('input[type=file]').first().setInputFiles([
        { name: 'several.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(list)) },
      ]);
      await eventually(async () => assert.equal(await visible(page, 'third_model · origin unknown').count(), 1));
      const table = await eventually(async () => {
        const all = await rows(page, 'Perplexity by bit width');
        assert.equal(all.length, 3);
        return all;
      });
      // 26, 27, 28, 29: mean 27.5, s = 1.29099, t₀.₉₇₅(3) = 3.18245, so ± 2.054.
      assert.deepEqual(table[0].slice(0, 5), ['FP32', '27.50', '2.05', '+0.0 %', '4']);
      assert.equal(table[0].length, 1 + 4 * 4 + 1);
      await keepScreenshot(page, 'exploring-models');
    }));
});
