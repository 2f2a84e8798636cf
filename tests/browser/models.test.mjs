// The room of language models: trained in the tab, kept when it closes, measured as the command line measures, and
// stored in fewer bits.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bklab } from './command.mjs';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { file } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, enterPanel, eventually, field, onScreen, rows, said,
  sharedLab, startBrowser, table, withLab,
} from './lab.mjs';

/** Training on a busy machine. */
const PATIENCE_MILLISECONDS = 180_000;

/** How far losses of page and command line may differ: both compute in single precision, with other instructions. */
const TOLERANCE_NATS = 1e-5;

/** How far chance may carry a loss on 1,000 held-out symbols below that of knowing nothing. */
const CHANCE_NATS = 5e-3;

/** How far logits of page and command line may differ. */
const TOLERANCE_LOGITS = 1e-5;

const RESNET_BK = { model: 'resnet-bk', width: 32, layers: 2, context: 64 };
const MAMBA = { model: 'mamba', width: 32, layers: 2, context: 64 };
const LANGUAGE = { text: 'language', tokens: 60_000 };

/** A link to a small model, which trains within seconds. */
function link(architecture, { steps = 80, text = LANGUAGE, panel = 'training', seed = 1 } = {}) {
  const recipe = { steps, batch: 16, warm_up: 10, validate_every: 40, seed };
  const settings = { architecture, recipe, text };
  const query = Object.entries(settings).map(([key, value]) => `&${key}=${encodeURIComponent(JSON.stringify(value))}`);
  return `#/models?v=1${query.join('')}&panel=${panel}`;
}

const shelf = page => page.locator('.shelf li .choose');

/** Trains the model of the settings to its end, and waits until it is measured. */
async function train(page) {
  await button(page, 'Train a new model').click();
  await measured(page);
}

const measured = page => page.locator('.facts.measured').waitFor({ timeout: PATIENCE_MILLISECONDS });

/** The record of the model that is looked at. */
async function record(page) {
  const { bytes } = await downloaded(page, () => onScreen(page, 'Record JSON').click());
  const [record] = JSON.parse(bytes).records ?? [JSON.parse(bytes)];
  return record.record ?? record;
}

/** Chooses a file with one of the room's buttons. */
async function choose(page, name, given) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), onScreen(page, `${name}…`).click()]);
  await chooser.setFiles([given]);
}

/** Writes a file and hands its path over. */
function withFile(name, bytes, use) {
  const folder = mkdtempSync(join(tmpdir(), 'bk-lab-models-'));
  try {
    writeFileSync(join(folder, name), bytes);
    return use(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('language models', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  for (const [name, architecture] of [['ResNet-BK', RESNET_BK], ['Mamba', MAMBA]]) {
    test(`${name} learns in the tab, beyond the unigram and never below the entropy`, () =>
      withLab(browser, link(architecture), {}, async (page, lab) => {
        await train(page);
        const found = await record(page);
        const loss = found.held_out.nats / found.held_out.tokens;
        assert.ok(loss < 0.8 * found.baselines.unigram, `${loss} nats, and ${found.baselines.unigram} of the unigram`);
        assert.ok(loss > found.entropy, `${loss} nats, and an entropy of ${found.entropy}`);
        assert.equal(found.provenance, 'measured');
        assert.equal(found.largest_leak, 0);
        await drawnFigures(page, 1);
        await keepScreenshot(page, `models-${architecture.model}`);
        assertQuiet(lab);
      }));

    describe(`${name} that was trained in the tab`, () => {
      const lab = sharedLab(() => browser, link(architecture, { steps: 20 }));
      let saved;
      before(async () => {
        await train(lab.page);
        saved = await downloaded(lab.page, () => button(lab.page, 'Save model').click());
      });

      test(`${name} loses on the command line what it loses in the tab`, async () => {
        const page_record = await record(lab.page);
        const again = withFile(saved.name, saved.bytes, path => JSON.parse(bklab('eval', path, '--json')));
        const native = (again.records ?? [again])[0].record ?? (again.records ?? [again])[0];
        const loss = ({ held_out: { nats, tokens } }) => nats / tokens;
        assert.ok(Math.abs(loss(native) - loss(page_record)) < TOLERANCE_NATS, `${loss(native)} and ${loss(page_record)}`);
        assert.equal(native.held_out.tokens, page_record.held_out.tokens);
      });

      test(`${name} has the same logits here and on the command line`, async () => {
        const { page } = lab;
        await enterPanel(page, 'Predictions');
        const prompt = 'the cat saw a dog.';
        await field(page, 'Text').fill(prompt);
        await button(page, 'Predict next token').click();
        await table(page, /^Each token, its surprisal/).waitFor({ timeout: PATIENCE_MILLISECONDS });
        const { bytes } = await downloaded(page, () => button(page, 'Predictions JSON').click());
        const here = JSON.parse(bytes);
        const there = withFile(saved.name, saved.bytes, path => JSON.parse(bklab('eval', path, '--prompt', prompt, '--json')));
        assert.equal(here.logits.length, prompt.length);
        assert.deepEqual(here.tokens, there.tokens);
        const differences = here.logits.flatMap((row, place) => row.map((logit, token) => Math.abs(logit - there.logits[place][token])));
        assert.ok(Math.max(...differences) < TOLERANCE_LOGITS, `${Math.max(...differences)}`);
        assertQuiet(lab);
      });
    });
  }

  test('a text that the model has no tokens for is a sentence', () =>
    withLab(browser, link(RESNET_BK, { steps: 2 }), {}, async (page, lab) => {
      await train(page);
      await enterPanel(page, 'Predictions');
      await field(page, 'Text').fill('Ω');
      await button(page, 'Predict next token').click();
      await said(page, /The embedded language has no symbol/);
      await field(page, 'Text').fill('a'.repeat(200));
      await button(page, 'Predict next token').click();
      await said(page, /200/);
      assertQuiet(lab);
    }));

  test('a training goes on after the tab was closed, and ends as one that was not', () =>
    withLab(browser, link(RESNET_BK, { steps: 300 }), {}, async (page, lab) => {
      await train(page);
      const whole = await record(page);
      await button(page, 'Train a new model').click();
      await eventually(async () => assert.match((await shelf(page).allInnerTexts()).at(-1), /^2\..* [1-9]\d* of 300 steps$/));
      await button(page, 'Pause').click();
      await eventually(async () => assert.ok(await button(page, 'Resume').isEnabled()));
      await page.reload();
      await eventually(async () => assert.equal(await shelf(page).count(), 2));
      const kept = (await shelf(page).last().innerText()).match(/(\d+) of 300 steps/);
      assert.ok(Number(kept[1]) >= 1, `${kept[0]} were kept`);
      await button(page, 'Resume').click();
      await measured(page);
      const resumed = await record(page);
      assert.deepEqual(resumed.trajectory, whole.trajectory);
      assert.deepEqual(resumed.held_out, whole.held_out);
      assertQuiet(lab);
    }));

  test('a saved training goes on elsewhere', () =>
    withLab(browser, link(RESNET_BK, { steps: 400 }), {}, async page => {
      await button(page, 'Train a new model').click();
      await said(page, /^\d\d+ of 400 steps/);
      await button(page, 'Pause').click();
      await eventually(async () => assert.ok(await button(page, 'Resume').isEnabled()));
      const saved = await downloaded(page, () => button(page, 'Save resumable checkpoint').click());
      await choose(page, 'Open a checkpoint', file(saved.name, saved.bytes, 'application/octet-stream'));
      await eventually(async () => assert.equal(await shelf(page).count(), 2));
      const steps = async which => (await which.innerText()).match(/(\d+) of 400 steps/)[1];
      assert.equal(await steps(shelf(page).last()), await steps(shelf(page).first()));
      assert.ok(await button(page, 'Resume').isEnabled());
    }));

  test('files that are no checkpoint are refused, and nothing is lost', () =>
    withLab(browser, link(RESNET_BK, { steps: 5 }), {}, async (page, lab) => {
      await train(page);
      const open = async (name, bytes, pattern) => {
        await choose(page, 'Open a checkpoint', file(name, bytes, 'application/octet-stream'));
        await said(page, pattern);
        assert.equal(await shelf(page).count(), 1);
      };
      await open('noise.safetensors', Buffer.from('not a model at all'), /no safetensors file, or it is damaged/);
      const header = JSON.stringify({ weight: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      const foreign = Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]);
      await open('foreign.safetensors', foreign, /was not written by this lab/);
      const saved = await downloaded(page, () => button(page, 'Save model').click());
      await open('half.safetensors', saved.bytes.subarray(0, saved.bytes.length / 2), /damaged/);
      assertQuiet(lab);
    }));

  test('a model is forgotten only when asked twice', () =>
    withLab(browser, link(RESNET_BK, { steps: 2 }), {}, async page => {
      await train(page);
      const forget = page.getByRole('button', { name: /^Forget 1/ });
      await forget.click();
      assert.equal(await shelf(page).count(), 1);
      await forget.click();
      await eventually(async () => assert.equal(await shelf(page).count(), 0));
      await page.reload();
      await onScreen(page, 'No model has been trained here yet').waitFor();
    }));

  test('the two-sided ResNet-BK reads its own answer, and is told of', () =>
    withLab(browser, link(RESNET_BK, { panel: 'causality' }), {}, async (page, lab) => {
      await button(page, 'Train the two-sided one').click();
      await measured(page);
      const found = await record(page);
      const loss = found.held_out.nats / found.held_out.tokens;
      assert.ok(loss < 0.95 * Math.log(2), `${loss} nats on symbols of which nothing can be known`);
      await onScreen(page, /The model sees the future/).first().waitFor();
      await enterPanel(page, 'Causality');
      await button(page, 'Change every token').click();
      await onScreen(page, 'sees the future', { exact: true }).waitFor({ timeout: PATIENCE_MILLISECONDS });
      await drawnFigures(page, 1);
      await keepScreenshot(page, 'models-leak');
      assertQuiet(lab);
    }));

  test('the one-sided ResNet-BK cannot know what nobody can', () =>
    withLab(browser, link(RESNET_BK, { panel: 'causality' }), {}, async page => {
      await button(page, 'Train the one-sided one').click();
      await measured(page);
      const found = await record(page);
      assert.ok(found.held_out.nats / found.held_out.tokens >= Math.log(2) - CHANCE_NATS);
      await enterPanel(page, 'Causality');
      await button(page, 'Change every token').click();
      await onScreen(page, 'causal', { exact: true }).waitFor({ timeout: PATIENCE_MILLISECONDS });
    }));

  test('a model is stored in every way, and as the reader chooses', () =>
    withLab(browser, link(RESNET_BK, { steps: 60 }), {}, async (page, lab) => {
      await train(page);
      await enterPanel(page, 'Mixed precision');
      const store = button(page, 'Store and measure in every way');
      await store.click();
      const points = () => rows(page, /^Held-out perplexity of the whole model/);
      await table(page, /^Held-out perplexity of the whole model/).waitFor({ timeout: PATIENCE_MILLISECONDS });
      const named = Object.fromEntries((await points()).map(([name, bytes, , perplexity]) => [name, { bytes: Number(bytes), perplexity: Number(perplexity) }]));
      assert.deepEqual(Object.keys(named), ['FP32', 'FP16', 'INT8', 'INT4', 'static mixed', 'dynamic mixed']);
      assert.ok(named.FP32.bytes > named.FP16.bytes && named.FP16.bytes > named.INT8.bytes && named.INT8.bytes > named.INT4.bytes);
      assert.ok(Math.abs(named.FP16.perplexity / named.FP32.perplexity - 1) < 1e-3);
      assert.ok(Math.abs(named.INT8.perplexity / named.FP32.perplexity - 1) < 1e-2);
      // The size follows at once, the perplexity when it is measured.
      const size = async () => Number((await page.locator('.stored').innerText()).match(/([\d.]+) KiB/)[1]);
      const before = await size();
      await choice(page, 'Width of lm_head').selectOption('INT2');
      await eventually(async () => assert.ok((await size()) < before));
      await eventually(async () => assert.equal((await points()).length, 7), PATIENCE_MILLISECONDS);
      await drawnFigures(page, 2);
      await keepScreenshot(page, 'models-mixed-precision');
      // The file holds codes alone, and runs from them.
      const own = (await points()).find(([name]) => name === 'your own');
      const saved = await downloaded(page, () => button(page, 'Save quantized model').click());
      assert.ok(saved.bytes.length < named.FP16.bytes, `${saved.bytes.length} bytes`);
      await choose(page, 'Open a checkpoint', file(saved.name, saved.bytes, 'application/octet-stream'));
      await eventually(async () => assert.match((await shelf(page).allInnerTexts()).at(-1), /^2\. ResNet-BK, quantized/));
      await enterPanel(page, 'Training');
      await shelf(page).last().click();
      await button(page, 'Measure on held-out text').click();
      await measured(page);
      const { held_out: { nats, tokens } } = await record(page);
      assert.equal(Math.exp(nats / tokens).toFixed(4), own[3]);
      assertQuiet(lab);
    }));

  test('the published sizes come back', () =>
    withLab(browser, '#/models?v=1&panel=published', {}, async (page, lab) => {
      const caption = /^As published: of linear maps/;
      const holds = async expected => {
        await button(page, 'Run the published recipe').click();
        await table(page, caption).waitFor({ timeout: PATIENCE_MILLISECONDS });
        await eventually(async () => {
          const sizes = Object.fromEntries(await rows(page, caption));
          for (const [name, value] of Object.entries(expected)) assert.equal(sizes[name], value);
        }, PATIENCE_MILLISECONDS);
      };
      await holds({
        'Linear maps, FP32': '4639.98 KB', 'Mixed precision': '772.91 KB', Compression: '6.00×',
        'Names given an importance': '151',
      });
      await choice(page, 'Widths').filter({ visible: true }).selectOption('dynamic');
      await holds({ 'Mixed precision': '1099.12 KB', Compression: '4.22×' });
      assertQuiet(lab);
    }));

  test('a text of one’s own trains, or is refused with a sentence', () =>
    withLab(browser, link(RESNET_BK, { steps: 10 }), {}, async (page, lab) => {
      await choice(page, 'Text').selectOption('a text of yours');
      await button(page, 'Train a new model').click();
      await said(page, /There is no text yet/);
      const attempt = async (name, bytes, pattern) => {
        await choose(page, 'Choose a text', file(name, bytes, 'text/plain'));
        await onScreen(page, `“${name}”`).first().waitFor();
        await button(page, 'Train a new model').click();
        await said(page, pattern);
      };
      await attempt('short.txt', 'x'.repeat(100), /The text has 100 bytes/);
      await attempt('picture.txt', Buffer.alloc(20_000, 0xff), /not text/);
      const words = ['resolvent', 'energy', 'site', 'chain', 'potential', 'bond', 'lattice'];
      const sentence = index => `${words[index % 7]} ${words[(index * index) % 7]} ${words[(3 * index + 1) % 7]}.\n`;
      const text = Array.from({ length: 3000 }, (_, index) => sentence(index)).join('');
      await field(page, 'Vocabulary').first().fill('300');
      await attempt('chains.txt', text, /10 of 10 steps/);
      await measured(page);
      const found = await record(page);
      assert.ok(found.bytes_a_token > 1, 'a token stands for more than a byte');
      // A checkpoint does not hold the text; given the wrong one, the page says so.
      const saved = await downloaded(page, () => button(page, 'Save model').click());
      await choose(page, 'Open a checkpoint', file(saved.name, saved.bytes, 'application/octet-stream'));
      await onScreen(page, 'Give it its text…').waitFor();
      await choose(page, 'Give it its text', file('other.txt', 'abcdefgh \n'.repeat(4000), 'text/plain'));
      await said(page, /not the one that the model was trained on/);
      await choose(page, 'Give it its text', file('chains.txt', text, 'text/plain'));
      await button(page, 'Measure on held-out text').click();
      await measured(page);
      assert.deepEqual((await record(page)).held_out, found.held_out);
      assertQuiet(lab);
    }));
});
