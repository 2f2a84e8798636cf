// The room of measured efficiency and stability: model after model is trained as the command line trains it, what was trained
// outlives the tab, and records open in their study.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { drop, file } from './files.mjs';
import { flags, ladder, ladders, ship } from './ladders.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, enter, enterPanel, eventually, field, heading, onScreen,
  openLab, rows, said, sentences, startBrowser, table, unfoldSettings, withLab,
} from './lab.mjs';

/** Training on a busy machine. */
const PATIENCE_MILLISECONDS = 240_000;

/** How far perplexities of page and command line may differ, as a part of them. */
const TOLERANCE = 1e-3;

const ROOM = 'Measured efficiency and stability';

const RECIPE = {
  seeds: [1], steps: 24, tokens_a_step: 256, learning_rate: 0.003, clip: 1, text: { text: 'language', tokens: 40_000 },
  tokens: 1000,
};

/** Three small models, with everything that is done to them. */
const EFFICIENCY = {
  kinds: ['published', 'potentials', 'mamba'], sizes: ['8x2'], contexts: [32], ...RECIPE, exits: true, sparsity_steps: 4,
};

const STABILITY = {
  kinds: ['published', 'mamba'], sizes: ['8x2'], contexts: [32, 64], ...RECIPE, exits: false, sparsity_steps: 0,
};

const LINK = '#/ladder?v=1';
const efficiency = (changes = {}) => `${LINK}&efficiency=${encodeURIComponent(JSON.stringify({ ...EFFICIENCY, ...changes }))}`;
const stability = (changes = {}) =>
  `${LINK}&study=stability&stability=${encodeURIComponent(JSON.stringify({ ...STABILITY, ...changes }))}`;

const NOTHING = /No model has been trained with these settings yet/;

async function record(page) {
  const { bytes } = await downloaded(page, () => button(page, 'Record JSON').click());
  return JSON.parse(bytes);
}

/** The button that goes on, whatever is left. */
const goOn = page => page.getByRole('button', { name: /^Resume: \d+ models? left$/ });

/** Trains until nothing is left. */
async function complete(page) {
  await eventually(async () => {
    assert.ok(await button(page, 'Measure it here').isDisabled());
    assert.equal(await page.getByRole('progressbar').filter({ visible: true }).count(), 0);
  }, PATIENCE_MILLISECONDS);
}

const provenance = page => page.locator('.provenance').filter({ visible: true }).innerText();

const verdicts = page => page.locator('.verdict').filter({ visible: true }).allInnerTexts();

/** Whose numbers are shown. */
const source = (page, name) =>
  page.getByRole('group', { name: 'Whose numbers are shown' }).getByRole('button', { name, exact: true });

const perplexity = ({ held_out: { nats, tokens } }) => Math.exp(nats / tokens);

describe('measured efficiency and stability', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('a ladder that is left after a model goes on with the next, and ends as the command line does', () =>
    withLab(browser, efficiency(), {}, async (page, lab) => {
      await onScreen(page, NOTHING).waitFor();
      await button(page, 'Measure it here').click();
      await said(page, /^Model 1 of 3: ResNet-BK, one-sided 8x2, context 32, seed 1/);
      await goOn(page).waitFor({ timeout: PATIENCE_MILLISECONDS });
      await page.reload();
      await goOn(page).waitFor({ timeout: PATIENCE_MILLISECONDS });
      const kept = await record(page);
      assert.ok(kept.rungs.length >= 1, `${kept.rungs.length} models were kept`);
      await goOn(page).click();
      await complete(page);
      const whole = await record(page);
      assert.deepEqual(whole.rungs.slice(0, kept.rungs.length), kept.rungs);
      await drawnFigures(page, 1);
      await keepScreenshot(page, 'ladder-efficiency');
      assert.equal(await provenance(page), 'measured here');
      const there = ladder(...flags(32));
      assert.equal(there.provenance, 'measured');
      assert.deepEqual(whole.rungs.map(rung => rung.place), there.rungs.map(rung => rung.place));
      for (const [place, rung] of whole.rungs.entries()) {
        const other = there.rungs[place];
        assert.equal(rung.flops, other.flops);
        const change = Math.abs(perplexity(rung) / perplexity(other) - 1);
        assert.ok(change < TOLERANCE, `${rung.place.kind}: ${perplexity(rung)}, natively ${perplexity(other)}`);
        assert.equal((rung.exits ?? []).length, (other.exits ?? []).length);
        assert.equal((rung.sparsity ?? []).length, (other.sparsity ?? []).length);
      }
      // One seed decides nothing but counts.
      const judged = await verdicts(page);
      assert.ok(judged.includes('undecided') && judged.includes('fails') && !judged.includes('holds'), `${judged}`);
      const costs = await rows(page, /^Operations and held-out perplexity/);
      assert.deepEqual(costs[0].slice(0, 4), ['ResNet-BK, one-sided 8x2', 'as trained', '32', '1']);
      assert.ok(costs.length > 3, 'exits and sparsity have rows of their own');
      assert.ok((await rows(page, /^Early exit/)).length > 0);
      assert.equal((await rows(page, /^Learned sparsity of G/)).length, 4);
      // The figure as a file shows the record again.
      const { bytes } = await downloaded(page, () => button(page, 'Figure as JSON').filter({ visible: true }).click());
      assert.match(bytes.toString(), /#\/ladder\?v=1&efficiency=/);
      // More seeds train those alone.
      await field(page, 'Seeds').fill('1, 2');
      await button(page, 'Resume: 3 models left').waitFor();
      await button(page, 'Forget these models').click();
      await onScreen(page, NOTHING).waitFor();
      await page.reload();
      await onScreen(page, NOTHING).waitFor();
      assertQuiet(lab);
    }));

  test('losses and norms are shown by context, and a pause is heard', () =>
    withLab(browser, stability(), {}, async (page, lab) => {
      await button(page, 'Measure it here').click();
      await said(page, /^Model 1 of 4/);
      await button(page, 'Pause').click();
      await eventually(async () => assert.equal(await button(page, 'Pause').count(), 0));
      await page.locator('.run button.primary').filter({ visible: true }).click();
      await complete(page);
      const [loss] = await drawnFigures(page, 1);
      await keepScreenshot(page, 'ladder-stability');
      await choice(page, 'Shown against steps').selectOption('norm of its derivatives');
      await eventually(async () => assert.notDeepEqual(await drawnFigures(page, 1), [loss]));
      const { rungs } = await record(page);
      assert.deepEqual(rungs.map(rung => rung.place.context), [32, 32, 64, 64]);
      assert.ok(rungs.every(({ losses, norms }) => losses.length === 24 && norms.every(norm => norm > 0)));
      const numbers = await rows(page, /^Loss and derivatives in training/);
      assert.equal(numbers.length, 4);
      // Steps that were not finite, which are counted.
      assert.deepEqual(numbers.map(row => row[9]), ['0', '0', '0', '0']);
      const judged = await verdicts(page);
      assert.ok(judged.length >= 4 && judged.every(verdict => verdict === 'undecided'), `${judged}`);
      const far = page.getByRole('link', { name: /1,048,576 sites/ });
      assert.equal(await far.getAttribute('href'), '#/resolvent?v=1&panel=published&sites=1048576');
      assertQuiet(lab);
    }));

  test('a link restores the settings and how the figure is looked at, and the published rooms lead here', () =>
    withLab(browser, stability({ steps: 12, seeds: [3, 4] }), {}, async (page, lab) => {
      assert.equal(await heading(page).innerText(), ROOM);
      await eventually(async () => assert.equal(await field(page, 'Steps').inputValue(), '12'));
      assert.equal(await field(page, 'Seeds').inputValue(), '3, 4');
      assert.equal(await field(page, 'Contexts').inputValue(), '32, 64');
      await field(page, 'Steps').fill('6');
      await choice(page, 'Shown against steps').selectOption('norm of its derivatives');
      await choice(page, 'Models').selectOption('ResNet-BK alone');
      await eventually(async () => assert.match(page.url(), /trace=norm/));
      const { page: other, context } = await openLab(browser, new URL(page.url()).hash);
      await eventually(async () => assert.equal(await field(other, 'Steps').inputValue(), '6'));
      assert.equal(await choice(other, 'Models').locator('option:checked').innerText(), 'ResNet-BK alone');
      await context.close();
      // The other study keeps settings of its own.
      await enterPanel(page, 'Efficiency');
      await eventually(async () => assert.equal(await field(page, 'Contexts').inputValue(), '128'));
      await enterPanel(page, 'Stability');
      await eventually(async () => assert.equal(await field(page, 'Steps').inputValue(), '6'));
      for (const room of ['Efficiency', 'Stability']) {
        await enter(page, room);
        await onScreen(page, /is measured in another room\.$/).last().click();
        await eventually(async () => assert.equal(await heading(page).innerText(), ROOM));
      }
      assertQuiet(lab);
    }));

  test('the room of the stability figure leads to stability', () =>
    withLab(browser, '#/stability?v=1', {}, async (page, lab) => {
      await onScreen(page, /several contexts is measured in another room/).click();
      await eventually(async () => assert.equal(await heading(page).innerText(), ROOM));
      await onScreen(page, /Models of one size learn sequences of several lengths/).waitFor();
      assertQuiet(lab);
    }));

  test('what comes with the lab is shown before anything is measured, and not beside other settings', () =>
    withLab(browser, '', {}, async (page, lab) => {
      await ship(page, ladders());
      await enter(page, ROOM);
      await onScreen(page, /^measured natively Measured natively by bk-lab .*, 2 seeds a model, 24 steps of 256 tokens/).waitFor();
      await drawnFigures(page, 1);
      assert.ok((await verdicts(page)).length > 0);
      await keepScreenshot(page, 'ladder-native');
      await enterPanel(page, 'Stability');
      await onScreen(page, /^measured natively/).waitFor();
      await drawnFigures(page, 1);
      await field(page, 'Steps').fill('7');
      await onScreen(page, NOTHING).waitFor();
      await source(page, 'Measured natively, comes with the lab').filter({ visible: true }).click();
      await drawnFigures(page, 1);
      assertQuiet(lab);
    }));

  test('a record that is dropped opens in its study, and what it says of its origin is not believed', () =>
    withLab(browser, '', {}, async (page, lab) => {
      await ship(page);
      await drop(page, [file('measured.json', ladder(...flags(32), '--kinds', 'mamba'))]);
      await said(page, /^“measured\.json” was imported: imported, unverified/);
      await eventually(async () => assert.equal(await heading(page).innerText(), ROOM));
      await drawnFigures(page, 1);
      assert.equal(await provenance(page), 'imported, unverified');
      assert.equal((await record(page)).rungs.length, 1);
      await drop(page, [file('contexts.json', ladder('--stability', ...flags(32, 64), '--kinds', 'mamba'))]);
      await onScreen(page, /Models of one size learn sequences of several lengths/).waitFor();
      await drawnFigures(page, 1);
      assert.equal((await record(page)).rungs.length, 2);
      await source(page, 'Measured here').filter({ visible: true }).click();
      await onScreen(page, NOTHING).waitFor();
      await page.reload();
      await source(page, '“contexts.json”').click();
      await drawnFigures(page, 1);
      await button(page, 'Forget these files').filter({ visible: true }).click();
      await onScreen(page, NOTHING).waitFor();
      assertQuiet(lab);
    }));

  test('models learn from a text of the reader’s, which is kept for the next visit', () =>
    withLab(browser, stability({ steps: 4, kinds: ['published'], contexts: [32] }), {}, async (page, lab) => {
      await choice(page, 'Text').selectOption('a text of yours');
      await onScreen(page, /learn from a text that is not in this browser/).waitFor();
      assert.ok(await button(page, 'Measure it here').isDisabled());
      const words = Array.from({ length: 9000 }, (_, place) => `word${(place * place) % 97}`).join(' ');
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), onScreen(page, 'Choose a text…').click()]);
      await chooser.setFiles([file('own.txt', words, 'text/plain')]);
      await onScreen(page, '“own.txt”', { exact: true }).waitFor();
      await field(page, 'Vocabulary').fill('300');
      await onScreen(page, /learn from a text that is not in this browser/).waitFor({ state: 'hidden' });
      await button(page, 'Measure it here').click();
      await complete(page);
      const whole = await record(page);
      assert.deepEqual(whole.config.text, { text: 'file', name: 'own.txt', vocabulary: 300 });
      await page.reload();
      await drawnFigures(page, 1);
      assert.deepEqual((await record(page)).rungs, whole.rungs);
      assertQuiet(lab);
    }));

  for (const [what, link, sentence] of [
    ['a context that a step has no room for', efficiency({ contexts: [512] }), /A step of 256 tokens has no room for a sequence of 512/],
    ['no size', efficiency({ sizes: [] }), /There is no size\. Name at least one/],
    ['more models than anybody waits for', efficiency({ seeds: Array.from({ length: 200 }, (_, seed) => seed) }), /600 models would be trained/],
    ['more than can be listed', efficiency(Object.fromEntries(['contexts', 'seeds'].map(list => [list, Array(3000).fill(1)]))), /models would be trained/],
    ['a text that is too short', efficiency({ contexts: [2048], tokens_a_step: 2048, text: { text: 'language', tokens: 2000 } }), null],
  ]) {
    test(`${what} is refused with a sentence`, () =>
      withLab(browser, link, {}, async (page, lab) => {
        if (sentence) {
          await said(page, sentence);
        } else {
          await button(page, 'Measure it here').click();
          await eventually(async () => {
            const all = await sentences(page);
            assert.ok(all.some(said => /2000|2048/.test(said) && !/^Model/.test(said)), JSON.stringify(all));
          });
        }
        assert.equal(await page.getByRole('progressbar').filter({ visible: true }).count(), 0);
        assertQuiet(lab);
      }));
  }

  test('what cannot be read in a field is said beside it, and changes nothing', () =>
    withLab(browser, efficiency(), {}, async (page, lab) => {
      await unfoldSettings(page);
      await field(page, 'Sizes').fill('32 by 3');
      await said(page, /“32 by 3” is not a list of sizes such as 32x3, 64x3/);
      await field(page, 'Contexts').fill('many');
      await said(page, /“many” is not a list of whole numbers/);
      await field(page, 'Learning rate').fill('1e999');
      await said(page, /“1e999” is not a number/);
      assert.match(decodeURIComponent(page.url()), /"sizes":\["8x2"\]/);
      assertQuiet(lab);
    }));
});
