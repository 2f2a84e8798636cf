// Both programs come in parts: a room's code with the room, the worker's with the work, and a part that does not come
// takes nothing with it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { drawnFigures } from './figures.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, downloaded, enter, eventually, field, heading, said, startBrowser, withLab,
} from './lab.mjs';

/** The code of the resolvent room. */
const PART = /\/build-[0-9a-f]{8}\/page\/split_resolvent\.wasm$/;

/** The code that writes files. */
const WORK = /\/build-[0-9a-f]{8}\/worker\/split_export\.wasm$/;

/** How a part fails to come. */
const FAILURES = [
  { name: 'the network is gone', answer: route => route.abort('internetdisconnected') },
  { name: 'the server has it no longer', answer: route => route.fulfill({ status: 404, body: 'Not found' }) },
  { name: 'something else comes', answer: route => route.fulfill({ contentType: 'application/wasm', body: 'no code' }) },
];

describe('parts', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('a room brings its code when it is opened, once', () =>
    withLab(browser, '', {}, async (page, lab) => {
      const loaded = () => lab.requests.filter(url => PART.test(url)).length;
      await drawnFigures(page, 1);
      assert.equal(loaded(), 0);
      await enter(page, 'Resolvent');
      await drawnFigures(page, 1);
      assert.equal(loaded(), 1);
      await enter(page, 'Robustness');
      await enter(page, 'Resolvent');
      await drawnFigures(page, 1);
      assert.equal(loaded(), 1);
      assertQuiet(lab);
    }));

  test('a room on its way says so', () =>
    withLab(browser, '', {}, async (page, lab) => {
      let letThrough;
      const held = new Promise(resolve => {
        letThrough = resolve;
      });
      await lab.context.route(PART, async route => {
        await held;
        await route.continue();
      });
      await enter(page, 'Resolvent');
      await page.getByText('Loading this room…').waitFor();
      assert.equal(await heading(page).count(), 0);
      letThrough();
      await drawnFigures(page, 1);
      assert.equal(await page.getByText('Loading this room…').count(), 0);
    }));

  for (const failure of FAILURES) {
    test(`a room can be tried again when ${failure.name}`, () =>
      withLab(browser, '', {}, async (page, lab) => {
        await field(page, 'Seed').fill('43');
        await eventually(async () => assert.match(page.url(), /seed=43/));
        const kept = page.url();
        await lab.context.route(PART, failure.answer);
        await enter(page, 'Resolvent');
        const trouble = page.getByRole('alert').filter({ hasText: 'This room could not be loaded' });
        await trouble.waitFor();
        // The rooms that are here stay as they were.
        await enter(page, 'Robustness');
        assert.equal(page.url(), kept);
        await drawnFigures(page, 1);
        // Who comes back, and who presses the button, tries again.
        await enter(page, 'Resolvent');
        await trouble.waitFor();
        await lab.context.unroute(PART);
        await button(page, 'Try again').click();
        assert.equal(await heading(page).innerText(), 'The resolvent of a chain');
        await drawnFigures(page, 1);
      }));
  }

  test('the worker brings the code for a file when one is asked for', () =>
    withLab(browser, '', {}, async (page, lab) => {
      const loaded = () => lab.requests.filter(url => WORK.test(url)).length;
      const save = () => downloaded(page, () => button(page, 'Figure as SVG').click());
      await drawnFigures(page, 1);
      assert.equal(loaded(), 0);
      await lab.context.route(WORK, FAILURES[0].answer);
      await button(page, 'Figure as SVG').click();
      await said(page, /The code for this could not be loaded/);
      await drawnFigures(page, 1);
      await lab.context.unroute(WORK);
      const failed = loaded();
      assert.match((await save()).name, /\.svg$/);
      await save();
      assert.equal(loaded(), failed + 1);
    }));

  test('every part is in the version file', () =>
    withLab(browser, '', {}, async page => {
      const about = await page.evaluate(async () => (await fetch('version.json')).json());
      for (const part of [PART, WORK]) {
        assert.ok(Object.keys(about.sha256).some(path => part.test(`/${path}`)), JSON.stringify(about));
      }
    }));
});
