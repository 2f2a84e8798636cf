// The measured halves of the rooms of efficiency and stability: model after model appears on the figure as the command line
// trains it, what was trained outlives the tab, and a record opens in its room.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bklab } from './command.mjs';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { drop, file } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, downloaded, enterPanel, eventually, onScreen, rows, said, startBrowser, table,
  withLab,
} from './lab.mjs';

/** Training on a busy machine. */
const PATIENCE_MILLISECONDS = 240_000;

/** How far perplexities of page and command line may differ, as a part of them. */
const TOLERANCE = 1e-3;

const TEXT = { text: 'language', tokens: 40_000 };

/** Three small models, with everything that is done to them. */
const EFFICIENCY = {
  kinds: ['published', 'potentials', 'mamba'], sizes: ['8x2'], contexts: [32], seeds: [1], steps: 24, tokens_a_step: 256,
  text: TEXT, tokens: 1000, exits: true, sparsity_steps: 4,
};

/** The same as flags. */
const FLAGS = [
  '--sizes', '8x2', '--contexts', '32', '--steps', '24', '--tokens-a-step', '256', '--generate', '40000', '--tokens', '1000',
  '--sparsity-steps', '4',
];

const STABILITY = {
  ...EFFICIENCY, kinds: ['published', 'mamba'], contexts: [32, 64], exits: false, sparsity_steps: 0,
};

const link = (room, ladder) => `#/${room}?v=1&half=measured&ladder=${encodeURIComponent(JSON.stringify(ladder))}`;

async function record(page) {
  const { bytes } = await downloaded(page, () => button(page, 'Record JSON').click());
  return JSON.parse(bytes);
}

/** Trains until nothing is left. */
async function complete(page) {
  await eventually(async () => {
    assert.ok(await button(page, 'Go on').isDisabled());
    assert.equal(await page.getByRole('progressbar').filter({ visible: true }).count(), 0);
  }, PATIENCE_MILLISECONDS);
}

const perplexity = ({ held_out: { nats, tokens } }) => Math.exp(nats / tokens);

describe('measured efficiency and stability', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('a ladder that is left goes on where it was, and ends as the command line does', () =>
    withLab(browser, link('efficiency', EFFICIENCY), {}, async (page, lab) => {
      await onScreen(page, /No model has been trained with these settings yet/).waitFor();
      await button(page, 'Train and measure here').click();
      await button(page, 'Go on').waitFor({ timeout: PATIENCE_MILLISECONDS });
      await button(page, 'Cancel').click();
      await page.reload();
      await button(page, 'Go on').waitFor({ timeout: PATIENCE_MILLISECONDS });
      const kept = await record(page);
      assert.ok(kept.rungs.length >= 1, `${kept.rungs.length} models were kept`);
      await button(page, 'Go on').click();
      await complete(page);
      const whole = await record(page);
      assert.deepEqual(whole.rungs.slice(0, kept.rungs.length), kept.rungs);
      await drawnFigures(page, 1);
      await keepScreenshot(page, 'efficiency-measured-figure');
      const there = JSON.parse(bklab('ladder', ...FLAGS, '--json'));
      assert.equal(there.provenance, 'measured');
      assert.deepEqual(whole.rungs.map(rung => rung.place), there.rungs.map(rung => rung.place));
      for (const [place, rung] of whole.rungs.entries()) {
        const other = there.rungs[place];
        assert.equal(rung.flops, other.flops);
        const change = Math.abs(perplexity(rung) / perplexity(other) - 1);
        assert.ok(change < TOLERANCE, `${rung.place.kind}: ${perplexity(rung)}, natively ${perplexity(other)}`);
        assert.equal((rung.exits ?? []).length, (other.exits ?? []).length);
      }
      // One seed decides nothing but counts.
      const verdicts = await page.locator('.verdict').filter({ visible: true }).allInnerTexts();
      assert.ok(verdicts.includes('undecided') && !verdicts.includes('holds'), verdicts.join(', '));
      assert.equal(await table(page, /Early exit/).count(), 1);
      assertQuiet(lab);
    }));

  test('losses are shown by context, and the published half is as it was', () =>
    withLab(browser, link('stability', STABILITY), {}, async (page, lab) => {
      await button(page, 'Train and measure here').click();
      await complete(page);
      await drawnFigures(page, 2);
      await keepScreenshot(page, 'stability-measured-figure');
      const { rungs } = await record(page);
      assert.deepEqual(rungs.map(rung => rung.place.context), [32, 32, 64, 64]);
      assert.ok(rungs.every(({ losses, norms }) => losses.length === 24 && norms.every(norm => norm > 0)));
      const far = onScreen(page, /1,048,576 sites/);
      assert.equal(await far.getAttribute('href'), '#/resolvent?v=1&panel=published&sites=1048576');
      await enterPanel(page, 'As published');
      await drawnFigures(page, 1);
      await table(page, 'Loss by sequence length').waitFor();
      await enterPanel(page, 'Measured here');
      await drawnFigures(page, 2);
      assertQuiet(lab);
    }));

  test('a record that is dropped opens in its room, and what it says of its origin is not believed', () =>
    withLab(browser, '', {}, async (page, lab) => {
      const made = bklab('ladder', ...FLAGS, '--kinds', 'mamba', '--json');
      await drop(page, [file('measured.json', made, 'application/json')]);
      await said(page, /That record was opened/);
      await drawnFigures(page, 1);
      await button(page, 'Forget the opened record').waitFor();
      assert.equal(await page.locator('.glance .provenance').filter({ visible: true }).innerText(), 'imported, unverified');
      assert.equal((await record(page)).rungs.length, 1);
      assertQuiet(lab);
    }));

  test('what cannot be trained is refused with a sentence', () =>
    withLab(browser, link('efficiency', { ...EFFICIENCY, contexts: [512] }), {}, async (page, lab) => {
      await onScreen(page, /A step of 256 tokens has no room for a sequence of 512/).waitFor();
      assertQuiet(lab);
    }));
});
