// The worker dies: the page says so, starts another, keeps everything, and computes again.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { summary } from './command.mjs';
import { drawnFigures } from './figures.mjs';
import { file, importByButton } from './files.mjs';
import {
  MACHINES, WITHOUT_ADAPTER, address, button, choice, enter, eventually, field, rows, said, startBrowser, table,
  onScreen, withLab,
} from './lab.mjs';

const NUMBERS = 'Perplexity by bit width';

/** Throws inside the worker, outside of anything that could catch it. */
async function crash(page) {
  const [worker] = page.workers();
  assert.ok(worker, 'the page has a worker');
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('boom');
    });
  });
}

/** Mamba at INT2 for a seed: a number that every seed changes. */
const last = seed => JSON.parse(summary('--seed', String(seed))).mamba['2'].perplexity.toFixed(2);

async function shows(page, seed) {
  await eventually(async () => assert.equal((await rows(page, NUMBERS)).at(-1)[4], last(seed)));
}

for (const machine of MACHINES) {
  describe(`a crash of the worker ${machine.name}`, () => {
    let browser;
    before(async () => {
      browser = await startBrowser(machine);
    });
    after(() => browser?.close());

    test('loses nothing in the resolvent room, which computes again', () =>
      withLab(browser, `#/resolvent?v=1&sites=60${machine.hasAdapter ? '&backend=gpu' : ''}`, {}, async page => {
        await onScreen(page, 'of 60').first().waitFor();
        const pictures = await drawnFigures(page, 1);
        const numbers = await rows(page, 'Gᵢᵢ by site');
        await crash(page);
        await said(page, /worker stopped.*boom.*started again/);
        assert.equal(await field(page, 'Sites N').inputValue(), '60');
        assert.deepEqual(await rows(page, 'Gᵢᵢ by site'), numbers);
        assert.deepEqual(await drawnFigures(page, 1), pictures);
        await field(page, 'Sites N').fill('61');
        await onScreen(page, 'of 61').first().waitFor();
        const back = machine.hasAdapter ? /Computed by WebGPU/ : /Computed by the CPU/;
        await onScreen(page, back).waitFor();
      }));

    test('in the middle of heavy work is told, and the work can be repeated', () =>
      withLab(browser, '#/resolvent?v=1&panel=gradient&sites=1048576&backend=f64', {}, async page => {
        await onScreen(page, /Press Run/).waitFor();
        await button(page, 'Run').click();
        await button(page, 'Stop').and(page.locator(':enabled')).waitFor();
        await crash(page);
        await said(page, /worker stopped.*boom/);
        await said(page, /stopped with the worker/);
        assert.ok(await button(page, 'Stop').isDisabled());
        await field(page, 'Sites N').fill('62');
        await onScreen(page, 'of 62').first().waitFor();
      }));
  });
}

describe('a crash of the worker', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('loses no settings and no imported file, again and again', () =>
    withLab(browser, '', {}, async page => {
      await field(page, 'Seed').fill('7');
      await importByButton(page, [file('mine.json', [{ model: 'mamba', bits: 2, perplexity: 123.25 }])]);
      await said(page, /“mine\.json” was imported/);
      const both = async () => (await table(page, NUMBERS).count()) === 2 && rows(page, NUMBERS, 1);
      for (const seed of [8, 9, 10, 11]) {
        await crash(page);
        await said(page, /started again/);
        assert.equal((await rows(page, NUMBERS)).at(-1)[4], '123.25');
        assert.equal(await choice(page, 'Data').inputValue(), 'both');
        await field(page, 'Seed').fill(String(seed));
        await eventually(async () => assert.equal((await both()).at(-1)[4], last(seed)));
        await button(page, 'Dismiss this message').first().click();
      }
    }));

  test('while the page is in the other room is told there', () =>
    withLab(browser, '', {}, async page => {
      await shows(page, 42);
      await enter(page, 'Resolvent');
      await drawnFigures(page, 1);
      await crash(page);
      await said(page, /started again/);
      await enter(page, 'Robustness');
      await shows(page, 42);
    }));

  test('that comes with every start is told with advice, and the page gives up', () =>
    withBrokenWorker(browser, async page => {
      await said(page, /keeps stopping.*reload the page/s);
      const starts = page.workers().length;
      assert.ok(starts <= 1, `${starts} workers are running`);
    }));
});

/** Opens the page while the worker's program cannot be fetched. */
async function withBrokenWorker(browser, use) {
  const context = await browser.newContext();
  try {
    await context.route('**/worker/program_bg.wasm', route => route.abort());
    const page = await context.newPage();
    await page.goto(address);
    await use(page);
  } finally {
    await context.close();
  }
}
