// The room of measured robustness: a model of the shelf is stored in every width and measured, point after point, as the
// command line measures it, and what was measured outlives the tab.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bklab } from './command.mjs';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { drop, file } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, enter, enterPanel, eventually, field, onScreen, rows, said,
  startBrowser, table, withLab,
} from './lab.mjs';
import { link, ship } from './widths.mjs';

/** Training and measuring on a busy machine. */
const PATIENCE_MILLISECONDS = 180_000;

/** How far perplexities of page and command line may differ, as a part of them. */
const TOLERANCE = 1e-4;

/** And where each has trained the model itself: sums of single precision in another order grow apart step by step. With few
 * levels a weight that falls to the other side makes much of that, so only formats of many are compared. */
const TRAINED_TOLERANCE = 1e-2;
const COMPARED = ['fp32', 'fp16', 'int8'];

/** Trains a model in its room, and hands its checkpoint over. */
async function saved(page) {
  await button(page, 'Train a new model').click();
  await page.locator('.facts.measured').waitFor({ timeout: PATIENCE_MILLISECONDS });
  return downloaded(page, () => button(page, 'Save model').click());
}

/** The same, and goes to the room of measured robustness. */
async function trained(page) {
  const checkpoint = await saved(page);
  await enter(page, 'Measured robustness');
  return checkpoint;
}

/** Whose numbers are shown. */
const source = (page, name) =>
  page.getByRole('group', { name: 'Whose numbers are shown' }).getByRole('button', { name, exact: true });

const isShown = (page, name) =>
  eventually(async () => assert.equal(await source(page, name).getAttribute('aria-pressed'), 'true'));

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

/** What the command line measures along a training. */
function course(config) {
  const folder = mkdtempSync(join(tmpdir(), 'bk-lab-lengths-'));
  try {
    const recipes = join(folder, 'recipes.json');
    writeFileSync(recipes, JSON.stringify([{ name: 'same', seeds: [config.recipe.seed], config }]));
    return JSON.parse(bklab('lengths', 'same', '--recipes', recipes, '--lengths', '20,40,60', '--json'));
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
      const go_on = page.getByRole('button', { name: /^Resume measuring: \d+ points left$/ });
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
        if (panel === 'Where the loss comes from') await drawnFigures(page, 1);
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
      const go_on = page.getByRole('button', { name: /^Resume measuring/ });
      await go_on.waitFor();
      const before = await points(page);
      await go_on.click();
      await complete(page);
      assert.ok((await points(page)) > before);
      assertQuiet(lab);
    }));

  test('several models are measured at once, each by a worker of its own, to the numbers of one after the other', () =>
    withLab(browser, link({ steps: 20 }), {}, async (page, lab) => {
      await ship(page, []);
      const checkpoints = [await saved(page)];
      await page.evaluate(fragment => { location.hash = fragment; }, link({ steps: 20, seed: 2 }));
      await button(page, 'Train a new model').click();
      await eventually(async () => {
        const models = await page.locator('.shelf li').filter({ visible: true }).allInnerTexts();
        assert.equal(models.filter(model => model.includes('perplexity')).length, 2);
      }, PATIENCE_MILLISECONDS);
      checkpoints.push(await downloaded(page, () => button(page, 'Save model').click()));
      await enter(page, 'Measured robustness');
      const cores = await page.evaluate(() => navigator.hardwareConcurrency);
      await button(page, 'Measure all 2 here').click();
      if (cores > 1) {
        await eventually(async () => assert.equal(page.workers().length, 2));
        await eventually(async () => {
          const lines = await page.locator('.tasks li').filter({ visible: true }).allInnerTexts();
          assert.ok(lines.length === 2 && lines.every(line => /seed [12]: Measuring/.test(line)), `${lines}`);
        });
        await keepScreenshot(page, 'widths-several');
      }
      await eventually(async () => {
        const models = await shelf(page).allInnerTexts();
        assert.ok(models.length === 2 && models.every(model => model.endsWith('points measured')), `${models}`);
      }, PATIENCE_MILLISECONDS);
      // The workers that came for it are gone.
      await eventually(async () => assert.equal(page.workers().length, 1));
      await eventually(async () => assert.equal(await button(page, /^Measure all/).count(), 0));
      const { models } = await record(page);
      assert.deepEqual(models.map(model => model.recipe.seed).toSorted(), [1, 2]);
      for (const checkpoint of checkpoints) {
        const [there] = native(checkpoint).models;
        const here = models.find(model => model.fingerprint === there.fingerprint);
        assert.deepEqual(here.points.map(point => point.way), there.points.map(point => point.way));
        for (const [place, point] of here.points.entries()) {
          const ratio = perplexity(point) / perplexity(there.points[place]);
          assert.ok(Math.abs(ratio - 1) < TOLERANCE, `${JSON.stringify(point.way)}: ${ratio}`);
        }
      }
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
      await drawnFigures(page, 1);
      await keepScreenshot(page, 'widths-training-with-quantization');
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

  test('what the command line measured comes with the lab, and the tab says how far its own numbers are from it', () =>
    withLab(browser, link({ steps: 20 }), {}, async (page, lab) => {
      const checkpoint = await saved(page);
      await ship(page, [], native(checkpoint, '--no-parts'));
      await enter(page, 'Measured robustness');
      await onScreen(page, 'measured natively', { exact: true }).waitFor();
      await onScreen(page, /Measured natively by bk-lab .*, one seed a model/).waitFor();
      await isShown(page, 'Measured natively, comes with the lab');
      assert.equal((await rows(page, /^Held-out perplexity, means over seeds/)).length, 7);
      const [shipped] = await drawnFigures(page, 1);
      await keepScreenshot(page, 'widths-native');
      await choice(page, 'Quantize single parts, too').selectOption('no');
      await button(page, 'Measure it here').click();
      await complete(page);
      await isShown(page, 'Measured here');
      await onScreen(page, 'measured here', { exact: true }).waitFor();
      const sentence = await said(page, /^\d+ points of 1 model were measured in this tab and by the command line/);
      assert.match(sentence, /is \S+ of their size \(.*\), within 1e-4: this tab measures what the command line did\.$/);
      const { models: [model] } = await record(page);
      assert.match(sentence, new RegExp(`^${model.points.length} points`));
      await source(page, 'Measured natively, comes with the lab').click();
      await eventually(async () => assert.deepEqual(await drawnFigures(page, 1), [shipped]));
      // By other settings it was not measured, and is not passed off as if it were.
      await page.reload();
      await isShown(page, 'Measured here');
      await choice(page, 'Scale rule').selectOption('least squared error');
      await onScreen(page, /No model has been measured with these settings yet/).waitFor();
      assertQuiet(lab);
    }));

  test('a record that was written elsewhere opens as what it is, beside what was measured here', () =>
    withLab(browser, link({ steps: 20 }), {}, async (page, lab) => {
      await ship(page, []);
      const checkpoint = await saved(page);
      const elsewhere = native(checkpoint);
      await enter(page, 'Measured robustness');
      await choice(page, 'Round what the BK core computes, too').selectOption('no');
      await choice(page, 'Quantize single parts, too').selectOption('no');
      await button(page, 'Measure it here').click();
      await complete(page);
      const [here] = await drawnFigures(page, 1);
      // Anywhere in the page, and not in this room.
      await enter(page, 'Efficiency');
      elsewhere.models[0].points.find(point => point.way.weights === 'int4' && point.way.part === 'everything').held_out.nats *= 2;
      await drop(page, [file('of-a-colleague.json', elsewhere)]);
      await said(page, /^“of-a-colleague\.json” was imported: imported, unverified/);
      assert.match(await page.getByRole('heading', { level: 1 }).filter({ visible: true }).innerText(), /Measured robustness/);
      await isShown(page, '“of-a-colleague.json”');
      await onScreen(page, 'imported, unverified', { exact: true }).waitFor();
      await onScreen(page, /“of-a-colleague\.json”\. The file says that this lab made it/).waitFor();
      await eventually(async () => assert.notDeepEqual(await drawnFigures(page, 1), [here]));
      await keepScreenshot(page, 'widths-opened');
      for (const [panel, caption] of [['Where the loss comes from', /^Where the loss/], ['Models and counting', /^Models, and/]]) {
        await enterPanel(page, panel);
        assert.ok((await rows(page, caption)).length > 0, panel);
      }
      await enterPanel(page, 'Perplexity against width');
      // What was measured here is there as it was.
      await source(page, 'Measured here').click();
      await eventually(async () => assert.deepEqual(await drawnFigures(page, 1), [here]));
      await page.reload();
      await source(page, '“of-a-colleague.json”').click();
      await onScreen(page, 'imported, unverified', { exact: true }).waitFor();
      await button(page, 'Forget these files').click();
      await onScreen(page, 'measured here', { exact: true }).waitFor();
      assert.equal(await source(page, '“of-a-colleague.json”').count(), 0);
      assertQuiet(lab);
    }));

  test('perplexity is measured along a training, which a closed page goes on with to the same numbers', () =>
    withLab(browser, link({ steps: 20 }), {}, async (page, lab) => {
      await ship(page, []);
      await trained(page);
      await enterPanel(page, 'Training length');
      await field(page, 'Steps of training').fill('60');
      await field(page, 'Measured every').fill('20');
      await button(page, 'Restart training and measure').click();
      await said(page, /^Training and measuring/);
      const caption = /^Held-out perplexity along a training/;
      const measured = async () => ((await table(page, caption).count()) ? rows(page, caption) : []);
      await eventually(async () => assert.ok((await measured()).length > 2), PATIENCE_MILLISECONDS);
      await page.reload();
      const go_on = button(page, 'Resume training and measuring');
      await go_on.waitFor();
      const kept = await measured();
      assert.ok(kept.length > 2 && kept.length < 21, `${kept.length} rows were kept`);
      // A cancel is heard, and nothing is lost by it.
      await go_on.click();
      await said(page, /^Training and measuring/);
      await button(page, 'Cancel').filter({ visible: true }).click();
      await eventually(async () => assert.ok(await go_on.isEnabled()));
      await go_on.click();
      await eventually(async () => {
        assert.equal((await measured()).length, 21);
        assert.ok(await button(page, 'Restart training and measure').isDisabled());
      }, PATIENCE_MILLISECONDS);
      assert.deepEqual((await measured()).slice(0, kept.length), kept);
      await drawnFigures(page, 2);
      await keepScreenshot(page, 'widths-lengths');
      const { bytes } = await downloaded(page, () => onScreen(page, 'Figure as JSON').first().click());
      const whole = JSON.parse(bytes);
      assert.deepEqual(whole.models.map(model => model.steps), [20, 40, 60]);
      const [{ architecture, recipe, text }] = whole.models;
      const there = course({ architecture, recipe, text });
      for (const [place, { points }] of whole.models.entries()) {
        for (const [way, point] of points.entries()) {
          const [here, native] = [perplexity(point), perplexity(there.models[place].points[way])];
          if (!COMPARED.includes(point.way.weights)) continue;
          assert.ok(Math.abs(here / native - 1) < TRAINED_TOLERANCE, `${JSON.stringify(point.way)}: ${here} and ${native}`);
        }
      }
      assertQuiet(lab);
    }));
});
