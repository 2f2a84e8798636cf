// Heavy work: it never starts by itself, shows how far it has come, and stops within 100 ms of the click.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { drawnFigures, figures, look } from './figures.mjs';
import {
  MACHINES, address, assertQuiet, button, eventually, field, rows, said, startBrowser, onScreen, withLab,
} from './lab.mjs';

const STOP_MILLISECONDS = 100;

/** How long the work runs before it is stopped. */
const DELAYS = [0, 60, 200];

/** The median of so many attempts counts, since other work on the machine can make any one of them slower. */
const ATTEMPTS = 3;

/** The largest map there is: 8.4 million pairs of site and energy. */
const LARGEST_MAP = '#/resolvent?v=1&panel=density&sites=4096&map_energies=2048';

/** Sites or energies of something that is computed at once; another number each time. */
let light = 70;

/** Work that no machine is done with before a reader can press a second button. */
const LONGEST_WORK = '#/resolvent?v=1&panel=gradient&sites=1048576&backend=f64';

/** The longest chain there is, just light enough to follow every change. */
const LONGEST_CHAIN = '#/resolvent?v=1&sites=1048576&eta=0.1';

for (const machine of MACHINES) {
  describe(`heavy work ${machine.name}`, () => {
    let browser;
    before(async () => {
      browser = await startBrowser(machine);
    });
    after(() => browser?.close());

    test('does not start by itself from a link, and Run starts and finishes it', () =>
      withLab(browser, LARGEST_MAP, {}, async (page, lab) => {
        await onScreen(page, /Press Run/).waitFor();
        await assertIdle(page);
        assert.equal(await field(page, 'Sites N').inputValue(), '4096');
        const progress = await recordProgress(page);
        await button(page, 'Run').click();
        await onScreen(page, 'of 2048').first().waitFor({ timeout: 120_000 });
        await drawnFigures(page, 1);
        await assertIdle(page);
        const seen = await progress();
        assert.ok(new Set(seen).size > 3, `progress was shown as ${seen}`);
        assert.deepEqual(seen, [...seen].sort((one, other) => one - other), 'progress only rises');
        assert.ok(seen.every(value => value >= 0 && value <= 1));
        assertQuiet(lab);
      }));

    for (const [name, heavy] of [['the largest map', LARGEST_MAP], ['the longest chain', LONGEST_CHAIN]]) {
      test(`stops ${name} within ${STOP_MILLISECONDS} ms, and the earlier result stays`, t =>
        withLab(browser, '', {}, async page => {
          const times = [];
          for (const delay of DELAYS) {
            const attempts = [];
            for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) attempts.push(await stop(page, heavy, delay));
            // Work that was done before it could be stopped says nothing about stopping.
            const stopped = attempts.filter(time => time !== null);
            if (stopped.length > 0) times.push(stopped.sort((one, other) => one - other)[stopped.length >> 1]);
            t.diagnostic(`${name} ${machine.name}, Stop after ${delay} ms: ${attempts.map(time => time?.toFixed(0) ?? 'done before')}`);
          }
          assert.ok(times.length > 0, 'every run was over before Stop could be pressed');
          assert.ok(Math.max(...times) <= STOP_MILLISECONDS, `${times} ms`);
        }));
    }

    test('computes something light after a stop', () =>
      withLab(browser, LONGEST_WORK, {}, async page => {
        await onScreen(page, /Press Run/).waitFor();
        assert.ok((await stopAfter(page, 40)) !== null);
        await said(page, /^Stopped/);
        await page.goto(`${address}#/resolvent?v=1&sites=77`);
        await onScreen(page, 'of 77').first().waitFor();
        await eventually(async () => assert.deepEqual(await page.getByRole('alert').filter({ hasText: /\S/ }).allInnerTexts(), []));
      }));

    test('a change of the settings while it runs replaces it', () =>
      withLab(browser, LONGEST_WORK, {}, async page => {
        await onScreen(page, /Press Run/).waitFor();
        await button(page, 'Run').click();
        await button(page, 'Stop').and(page.locator(':enabled')).waitFor();
        await field(page, 'Sites N').fill('88');
        await onScreen(page, 'of 88').first().waitFor();
        await assertIdle(page);
      }));
  });
}

/** Stops heavy work once, with a result on screen to lose; see `stopAfter` for what it returns. */
async function stop(page, heavy, delay) {
  // Something light first: its result takes the sentence of an earlier attempt away.
  const small = heavy === LARGEST_MAP ? 'panel=density&map_energies' : 'sites';
  await page.goto(`${address}#/resolvent?v=1&${small}=${(light += 1)}`);
  await onScreen(page, `of ${light}`).first().waitFor();
  await page.goto(address + heavy);
  await onScreen(page, /Press Run|of 1048576/).first().waitFor();
  await assertIdle(page);
  const numbers = heavy === LARGEST_MAP ? 'Density of states by energy' : 'Gᵢᵢ by site';
  const earlier = await shown(page, numbers);
  const time = await stopAfter(page, delay);
  if (time === null) return null;
  await said(page, /^Stopped/);
  await assertIdle(page);
  assert.deepEqual(await shown(page, numbers), earlier);
  return time;
}

/** Numbers and pixels of the result on screen. */
async function shown(page, caption) {
  const pictures = await Promise.all((await figures(page).all()).map(look));
  return { numbers: await rows(page, caption), pictures: pictures.map(picture => picture.fingerprint) };
}

/** Nothing runs: Stop cannot be pressed, and no progress is shown. */
async function assertIdle(page) {
  await eventually(async () => assert.ok(await button(page, 'Stop').isDisabled(), 'something is running'));
  assert.equal(await page.getByRole('progressbar').isVisible(), false);
}

/** Writes down the progress of every frame that shows one; the function it returns reads what was written. */
async function recordProgress(page) {
  await page.evaluate(() => {
    const bar = document.querySelector('main > section:not([hidden]) progress');
    window.progress = [];
    const look = () => {
      if (bar.checkVisibility()) window.progress.push(bar.value);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return () => page.evaluate(() => window.progress);
}

/**
 * Presses Run and, when it has run for so many milliseconds, Stop, with the keys a reader without a mouse has.
 * Returns the time from the press to the sentence that says it has stopped, on the page's own clock, so that none
 * of the test's own round trips is in it; null where the work was done before.
 */
async function stopAfter(page, delay) {
  await page.evaluate(() => {
    const alerts = () => [...document.querySelectorAll('[role=alert]')].map(alert => alert.textContent);
    if (alerts().some(text => text.startsWith('Stopped'))) throw new Error('It says “Stopped” before it was.');
    const named = name => [...document.querySelectorAll('button')].find(each => each.textContent === name);
    const [run, stop] = [named('Run'), named('Stop')];
    window.running = new Promise(started => {
      window.stopping = new Promise(resolve => {
        let pressed;
        stop.addEventListener('click', event => (pressed = event.timeStamp), { capture: true });
        let ran = false;
        const look = () => {
          if (pressed !== undefined && alerts().some(text => text.startsWith('Stopped'))) {
            resolve(performance.now() - pressed);
          } else if (!stop.disabled) {
            ran = true;
            started();
          } else if (ran) {
            resolve(null);
          }
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      });
    });
    run.focus();
  });
  await page.keyboard.press('Enter');
  await page.evaluate(async delay => {
    await window.running;
    await new Promise(resolve => setTimeout(resolve, delay));
  }, delay);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  return page.evaluate(() => window.stopping);
}
