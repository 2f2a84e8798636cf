// Links, files and browser databases that earlier versions wrote: the page restores them.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { drop, file } from './files.mjs';
import {
  WITHOUT_ADAPTER, address, assertQuiet, eventually, heading, onScreen, sentences, startBrowser, withLab,
} from './lab.mjs';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../compatibility/today');

const read = path => readFileSync(join(FOLDER, path));

/** What the page says of a link or a file that it cannot use. */
const REFUSAL = /not possible|does not know|does not have|was not used|cannot be read|damaged/;

const isFine = async page => assert.deepEqual((await sentences(page)).filter(sentence => REFUSAL.test(sentence)), []);

/** The address of the room that is shown, as the page writes it. */
const current = page =>
  page.getByRole('navigation', { name: 'Rooms' }).locator('[aria-current=page]').getAttribute('href');

const settings = link => decodeURIComponent(link).split('?')[1].split('&').sort();

/** Fills the browser's own stores, and opens the page anew. */
async function restoreBrowser(page, { localStorage, indexedDB }) {
  await page.evaluate(async ({ localStorage: items, databases }) => {
    localStorage.clear();
    for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
    const bytes = ({ text, base64 }) =>
      text === undefined ? Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)) : new TextEncoder().encode(text);
    const done = request => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const [name, { version, stores }] of Object.entries(databases)) {
      const opening = indexedDB.open(name, version);
      opening.onupgradeneeded = () => Object.keys(stores).forEach(store => opening.result.createObjectStore(store));
      const database = await done(opening);
      for (const [store, entries] of Object.entries(stores)) {
        const kept = database.transaction(store, 'readwrite').objectStore(store);
        await Promise.all(Object.entries(entries).map(([key, value]) => done(kept.put(bytes(value), key))));
      }
      database.close();
    }
  }, { localStorage, databases: indexedDB });
  await page.reload();
  await heading(page).waitFor();
}

describe('compatibility', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('every link restores all that it sets', () =>
    withLab(browser, '', {}, async (page, lab) => {
      for (const link of read('links.txt').toString().trim().split('\n')) {
        const isRestored = () => eventually(async () => {
          assert.deepEqual(settings(await current(page)), settings(link), link);
          assert.deepEqual(settings(page.url()), settings(link), link);
        });
        await page.goto(address + link);
        await isRestored();
        // A link waits for the code of its room; only then is it known to be possible.
        await heading(page).waitFor();
        await isRestored();
        await isFine(page);
      }
      assertQuiet(lab);
    }));

  for (const folder of ['records', 'figures']) {
    test(`${folder}: every file that is dropped on the page is taken`, () =>
      withLab(browser, '#/files?v=1', {}, async (page, lab) => {
        for (const name of readdirSync(join(FOLDER, folder))) {
          const before = (await sentences(page)).join();
          const room = await heading(page).innerText();
          await drop(page, [file(name, read(join(folder, name)), 'application/octet-stream')]);
          await eventually(async () => {
            const hasSpoken = (await sentences(page)).join() !== before;
            assert.ok(hasSpoken || (await heading(page).innerText()) !== room, `${name} changes what is shown`);
          });
          await isFine(page);
          await page.goto(`${address}#/files?v=1`);
        }
        assertQuiet(lab);
      }));
  }

  test('what a browser kept is there again', () =>
    withLab(browser, '', {}, async (page, lab) => {
      const kept = JSON.parse(read('browser.json'));
      await restoreBrowser(page, kept);
      const links = read('links.txt').toString().trim().split('\n');
      const room = name => page.goto(address + links.find(link => link.startsWith(`#/${name}`)));
      await room('models');
      const models = page.locator('.shelf li .choose').filter({ visible: true });
      await eventually(async () => assert.equal(await models.count(), 4));
      assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
      await room('widths');
      await onScreen(page, /points measured/).first().waitFor();
      await room('ladder');
      // The operations per token of the two models that were trained.
      await onScreen(page, /\b1431\b.*\b3395\b/).first().waitFor();
      await room('robustness');
      await onScreen(page, /Run A is/).first().waitFor();
      const [study] = Object.entries(kept.indexedDB['bk-lab'].stores.kept).filter(([key]) => /^adaptation.*record$/.test(key));
      const { config } = JSON.parse(study[1].text);
      await page.goto(`${address}#/lora?v=1&half=measured&study=${encodeURIComponent(JSON.stringify(config))}`);
      const runs = page.getByRole('grid').filter({ visible: true }).getByRole('button').filter({ hasText: /\d/ });
      await eventually(async () => assert.equal(await runs.count(), 12));
      await page.goto(`${address}#/files?v=1`);
      await onScreen(page, /methods\.json/).first().waitFor();
      await isFine(page);
      assertQuiet(lab);
    }));
});
