// The room of measured robustness: a model of the shelf is stored in every width and measured, point after point, as the
// command line measures it, and what was measured outlives the tab.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bklab } from './command.mjs';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, enter, enterPanel, eventually, field, onScreen, rows, said,
  startBrowser, table, withLab,
} from './lab.mjs';

/** Training and measuring on a busy machine. */
const PATIENCE_MILLISECONDS = 180_000;

/** How far perplexities of page and command line may differ, as a part of them. */
const TOLERANCE = 1e-4;

const ARCHITECTURE = {
  model: 'resnet-bk', width: 32, layers: 2, context: 64, potentials: 4, learned: true, gating: 'all', tied: true,
};

/** A link to the training of a model on 20,000 held-out tokens' worth of text. */
function link({ steps = 40, seed = 1 } = {}) {
  const recipe = { steps, batch: 16, warm_up: 10, validate_every: 40, seed };
  const settings = { architecture: ARCHITECTURE, recipe, text: { text: 'language', tokens: 400_000 } };
  const query = Object.entries(settings).map(([key, value]) => `&${key}=${encodeURIComponent(JSON.stringify(value))}`);
  return `#/models?v=1${query.join('')}`;
}

/** What comes with the lab, as far as these tests go. */
const ship = (page, entries) => page.route('**/checkpoints/index.json', route => route.fulfill({ json: entries }));

/** Trains a model in its room, hands its checkpoint over, and goes to the room of measured robustness. */
async function trained(page) {
  await button(page, 'Train a new model').click();
  await page.locator('.facts.measured').waitFor({ timeout: PATIENCE_MILLISECONDS });
  const saved = await downloaded(page, () => button(page, 'Save model').click());
  await enter(page, 'Measured robustness');
  return saved;
}

const shelf = page => page.locator('.shelf li .choose').filter({ visible: true });

/** How many points of the first model are measured. */
const points = async page => Number((await shelf(page).first().innerText()).match(/: (\d+) points measured/)?.[1] ?? 0);

/** Waits until a model is measured in every way, so that nothing is left to go on with. */
const complete = page =>
  eventually(async () => {
    assert.match(await shelf(page).first().innerText(), /points measured$/);
    assert.ok(await button(page, 'Measure it here').isDisabled());
  }, PATIENCE_MILLISECONDS);

async function record(page) {
  const { bytes } = await downloaded(page, () => button(page, 'Figure as JSON').click());
  return JSON.parse(bytes);
}

/** What the command line measures of a checkpoint. */
function native({ name, bytes }, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'bk-lab-widths-'));
  try {
    writeFileSync(join(folder, name), bytes);
    return JSON.parse(bklab('widths', '--checkpoint', join(folder, name), '--json', ...options));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const perplexity = ({ held_out: { nats, tokens } }) => Math.exp(nats / tokens);

describe('measured robustness', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('a page that is closed at point three goes on at point four, and ends as the command line does', () =>
    withLab(browser, link(), {}, async (page, lab) => {
      await ship(page, []);
      const saved = await trained(page);
      await onScreen(page, /No trained models come with this copy/).waitFor();
      await onScreen(page, /No model has been measured with these settings yet/).waitFor();
      await button(page, 'Measure it here').click();
      await eventually(async () => assert.ok((await points(page)) >= 3), PATIENCE_MILLISECONDS);
      await page.reload();
      const go_on = page.getByRole('button', { name: /^Go on measuring: \d+ points$/ });
      await go_on.waitFor();
      const kept = await record(page);
      const count = kept.models[0].points.length;
      assert.ok(count >= 3, `${count} points were kept`);
      await go_on.click();
      await complete(page);
      const whole = await record(page);
      assert.deepEqual(whole.models[0].points.slice(0, count), kept.models[0].points);
      assert.ok(whole.models[0].points.length > count);
      await drawnFigures(page, 1);
      await keepScreenshot(page, 'widths-figure');
      const there = native(saved);
      assert.equal(there.provenance, 'measured');
      assert.deepEqual(whole.models[0].points.map(point => point.way), there.models[0].points.map(point => point.way));
      assert.equal(whole.models[0].fingerprint, there.models[0].fingerprint);
      for (const [place, point] of whole.models[0].points.entries()) {
        const other = there.models[0].points[place];
        const [here, native] = [perplexity(point), perplexity(other)];
        assert.ok(Math.abs(here / native - 1) < TOLERANCE, `${JSON.stringify(point.way)}: ${here} and ${native}`);
        assert.equal(point.bytes, other.bytes);
      }
      assertQuiet(lab);
    }));

  test('every panel says what was measured, and where that comes from', () =>
    withLab(browser, link({ steps: 20 }), {}, async (page, lab) => {
      await ship(page, []);
      await trained(page);
      await choice(page, 'Scale rule').selectOption('least squared error');
      await button(page, 'Measure it here').click();
      await said(page, /^Measuring .*, about \d+ s left$/);
      await complete(page);
      const formats = (await rows(page, /^Held-out perplexity, means over seeds/)).map(([, way]) => way);
      assert.deepEqual(formats, ['FP32', 'FP16', 'INT8', 'INT4', 'NF4', 'INT3', 'INT2']);
      const panels = {
        Statements: /^What was published, and what this/,
        'Where the loss comes from': /^Where the loss comes from/,
        'The leak': /^What models see/,
        'Models and counting': /^Models, and the perplexity/,
      };
      for (const [panel, caption] of Object.entries(panels)) {
        await enterPanel(page, panel);
        assert.ok((await rows(page, caption)).length > 0, panel);
        await onScreen(page, 'measured here', { exact: true }).waitFor();
        await keepScreenshot(page, `widths-${panel}`.toLowerCase().replaceAll(' ', '-'));
      }
      // One seed decides nothing.
      await enterPanel(page, 'Statements');
      const verdicts = (await rows(page, panels.Statements)).map(row => row[5]);
      assert.ok(verdicts.length >= 3 && verdicts.every(verdict => verdict === 'undecided'), `${verdicts}`);
      // Other settings have numbers of their own; those that were measured come back.
      await choice(page, 'Scale rule').selectOption('absolute maximum');
      await table(page, panels.Statements).waitFor({ state: 'hidden' });
      await choice(page, 'Scale rule').selectOption('least squared error');
      await table(page, panels.Statements).waitFor();
      assertQuiet(lab);
    }));

  test('a measurement that is cancelled keeps its points', () =>
    withLab(browser, link({ steps: 20 }), {}, async (page, lab) => {
      await ship(page, []);
      await trained(page);
      await button(page, 'Measure it here').click();
      await eventually(async () => assert.ok((await points(page)) >= 2), PATIENCE_MILLISECONDS);
      await button(page, 'Cancel').filter({ visible: true }).click();
      const go_on = page.getByRole('button', { name: /^Go on measuring/ });
      await go_on.waitFor();
      const before = await points(page);
      await go_on.click();
      await complete(page);
      assert.ok((await points(page)) > before);
      assertQuiet(lab);
    }));

  test('a model is trained with quantization, beside a control of as many steps', () =>
    withLab(browser, link(), {}, async (page, lab) => {
      await ship(page, []);
      await trained(page);
      await enterPanel(page, 'Training with quantization');
      await choice(page, 'Trained with').selectOption('INT2');
      await field(page, 'Further steps').fill('100');
      const train = button(page, 'Train with quantization');
      await train.click();
      await said(page, /^Training with INT2, about \d+ s left$/);
      const caption = /^Further training with quantization/;
      // The point moves: it is seen before all steps are taken.
      await eventually(async () => assert.equal((await rows(page, caption))[0][3], '50 of 100'), PATIENCE_MILLISECONDS);
      await eventually(async () => {
        const [row] = await rows(page, caption);
        assert.equal(row[3], '100 of 100');
        assert.match(row[9], /^[+-]\d+\.\d\d %$/);
        assert.ok(await train.isDisabled());
      }, PATIENCE_MILLISECONDS);
      await eventually(async () => assert.equal(await onScreen(page, /^Training with INT2/).count(), 0), PATIENCE_MILLISECONDS);
      const { models: [{ tuned: [tuned] }] } = await (async () => {
        await enterPanel(page, 'Perplexity against width');
        await button(page, 'Measure it here').click();
        await complete(page);
        return record(page);
      })();
      assert.deepEqual(tuned.quantized.map(look => look.step), [0, 50, 100]);
      assert.deepEqual(tuned.control.map(look => look.step), [0, 50, 100]);
      assert.deepEqual(tuned.quantized[0], tuned.control[0]);
      const stored = look => perplexity({ held_out: look.stored });
      assert.ok(stored(tuned.quantized[2]) < stored(tuned.control[2]), 'training with quantization helps');
      await drawnFigures(page, 1);
      await keepScreenshot(page, 'widths-tuned');
      assertQuiet(lab);
    }));

  test('a model that comes with the lab is fetched, and measured like any other', () =>
    withLab(browser, link({ steps: 10 }), {}, async (page, lab) => {
      const entry = { file: 'small-1.safetensors', name: 'small', label: 'A small model', seed: 1, sha256: '' };
      await ship(page, [{ ...entry, bytes: 4096 }]);
      const saved = await trained(page);
      await page.route('**/checkpoints/small-1.safetensors', route => route.fulfill({ body: saved.bytes }));
      await button(page, 'A small model, seed 1 (4 KiB)').click();
      await eventually(async () => assert.equal(await shelf(page).count(), 2));
      assert.equal(await button(page, 'A small model, seed 1 (4 KiB)').count(), 0);
      assert.ok(await button(page, 'Measure it here').isEnabled());
      assertQuiet(lab);
    }));
});
