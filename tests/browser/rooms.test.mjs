// Every room, with WebGPU and without an adapter: opened by its link, drawn, labelled, sharp, and quiet.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { drawnFigures, figures, keepScreenshot } from './figures.mjs';
import { ladders, ship } from './ladders.mjs';
import {
  MACHINES, assertQuiet, button, downloaded, enter, eventually, hasAdapter, heading, onScreen, sharedLab, startBrowser, withLab,
} from './lab.mjs';

/** Shown with records that come with the lab. */
const LADDER = 'Measured efficiency and stability';

const ROOMS = [
  { link: 'Robustness', title: 'Quantization robustness', figures: 1, provenance: 'published simulation' },
  { link: 'Efficiency', title: 'Dynamic efficiency', figures: 1, provenance: 'published simulation' },
  { link: 'Stability', title: 'Long-context stability', figures: 1, provenance: 'published simulation' },
  { link: 'Quantization', title: 'Quantization', figures: 1, provenance: 'computed here' },
  { link: 'Quantized LoRA', title: 'Quantized LoRA for vision transformers', figures: 1, provenance: 'published simulation' },
  { link: 'Measured robustness', title: 'Measured robustness', figures: 1, provenance: 'measured natively' },
  { link: LADDER, title: LADDER, figures: 1, provenance: 'measured natively' },
  { link: 'Resolvent', title: 'The resolvent of a chain', figures: 1, provenance: 'computed here' },
];

for (const machine of MACHINES) {
  describe(`rooms ${machine.name}`, () => {
    let browser;
    let shipped;
    before(async () => {
      shipped = ladders();
      browser = await startBrowser(machine);
    });
    after(() => browser?.close());

    test('the browser is the one this run is about', () =>
      withLab(browser, '', {}, async page => {
        assert.equal(await hasAdapter(page), machine.hasAdapter);
      }));

    describe('on an ordinary screen', () => {
      const lab = sharedLab(() => browser);
      before(() => ship(lab.page, shipped));

      for (const room of ROOMS) {
        test(`${room.link} opens by its link and shows what it promises`, async () => {
          const { page } = lab;
          // By way of the other room, so that the click on the link is what opens this one.
          await enter(page, ROOMS.find(other => other !== room).link);
          await enter(page, room.link);
          assert.equal(await heading(page).innerText(), room.title);
          await drawnFigures(page, room.figures);
          const alternatives = await figures(page).evaluateAll(all => all.map(each => each.ariaLabel));
          for (const alternative of alternatives) assert.match(alternative, /\w+ \w+ \w+/, 'a sentence');
          assert.ok(await onScreen(page, room.provenance, { exact: true }).first().isVisible());
          await keepScreenshot(page, `${room.link} ${machine.name}`.toLowerCase().replaceAll(' ', '-'));
          assertQuiet(lab);
        });

        test(`${room.link} gives its figures away as SVG and PNG`, async () => {
          const { page } = lab;
          await enter(page, room.link);
          await drawnFigures(page, room.figures);
          for (let figure = 0; figure < room.figures; figure += 1) {
            const svg = await downloaded(page, () => button(page, 'Figure as SVG').nth(figure).click());
            assert.match(svg.name, /\.svg$/);
            assert.match(svg.bytes.toString(), /^(<\?xml[^>]*>\s*)?<svg[^]*<\/svg>\s*$/);
            const png = await downloaded(page, () => button(page, 'Figure as PNG').nth(figure).click());
            assert.match(png.name, /\.png$/);
            assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
            // 12 inches at 300 dots an inch.
            assert.equal(png.bytes.readUInt32BE(16), 3600);
          }
        });
      }
    });

    describe('on a high-density screen', () => {
      const lab = sharedLab(() => browser, '', { deviceScaleFactor: 2 });
      before(() => ship(lab.page, shipped));

      for (const room of ROOMS) {
        test(`${room.link} is sharp on a high-density screen`, async () => {
          await enter(lab.page, room.link);
          for (const figure of await drawnFigures(lab.page, room.figures)) {
            const { width, height, shownWidth, shownHeight } = figure;
            assert.ok(Math.abs(width - 2 * shownWidth) <= 4, `${width} pixels for ${shownWidth} CSS pixels across`);
            assert.ok(Math.abs(height - 2 * shownHeight) <= 4, `${height} pixels for ${shownHeight} CSS pixels down`);
          }
        });
      }
    });

    test('the page carries a content security policy that lets nothing in or out', () =>
      withLab(browser, '', {}, async (page, lab) => {
        const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
        const directives = new Map(policy.split(';').map(part => part.trim().split(/ (.*)/s)));
        assert.equal(directives.get('default-src'), "'none'");
        assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'|https?:|\*/);
        // That the policy is in force is seen by breaking it; this also shows that a violation is noticed.
        const failed = await page.evaluate(() => fetch('https://example.org/').then(() => false, () => true));
        assert.ok(failed);
        await eventually(async () => assert.equal(lab.violations.length, 1));
        assert.match(lab.violations[0], /^connect-src/);
      }));
  });
}
