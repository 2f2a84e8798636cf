// The room of quantized LoRA: its grid by hand and by keys, its experiments, its files, which are those of the command
// line, and what it says to settings that cannot be.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { bklab } from './command.mjs';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { drop, file } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, eventually, field, heading, onScreen, rows, said,
  startBrowser, table, withLab,
} from './lab.mjs';

const LINK = '#/lora?v=1';

const FIRST = 'quant_deit_tiny_patch16_224_cifar10_r4_s42';

/** The times in result files, which no seed decides. */
const TIMES = /^\s*"(start_time|end_time|training_time|timestamp)":.*$/gm;

const cells = page => page.getByRole('grid', { name: 'The matrix of experiments' }).getByRole('button');

/** Waits until the grid has so many cells with an experiment. */
const hasRun = (page, count) =>
  eventually(async () => assert.equal(await cells(page).filter({ hasText: /\d/ }).count(), count));

/** The heading of the experiment that is shown. */
const shown = page => page.locator('.experiment h2').filter({ visible: true });

/** The files of a zip, by their paths: only what a zip without comments, folders and large files needs. */
function unzip(bytes) {
  const files = new Map();
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let place = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count -= 1) {
    assert.equal(bytes.readUInt32LE(place), 0x02014b50);
    const [packed, name, extra, comment] = [20, 28, 30, 32].map((at, index) =>
      index === 0 ? bytes.readUInt32LE(place + at) : bytes.readUInt16LE(place + at));
    const local = bytes.readUInt32LE(place + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const path = bytes.toString('utf8', place + 46, place + 46 + name);
    const content = bytes.subarray(start, start + packed);
    files.set(path, (bytes.readUInt16LE(place + 10) === 8 ? inflateRawSync(content) : content).toString());
    place += 46 + name + extra + comment;
  }
  return files;
}

/** The files that the command line writes, by their paths. */
function written(seed, experiments) {
  const folder = mkdtempSync(join(tmpdir(), 'bk-lab-lora-'));
  try {
    bklab('lora', '--simulate', '--seed', seed, '--max-experiments', experiments, '--output-dir', folder);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
    return new Map(files.map(entry => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), readFileSync(path, 'utf8')];
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The zip that the command line writes. */
function zipped(seed, experiments) {
  const folder = mkdtempSync(join(tmpdir(), 'bk-lab-zip-'));
  try {
    const path = join(folder, 'study.zip');
    bklab('lora', '--simulate', '--seed', seed, '--max-experiments', experiments, '--zip', path);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the room of quantized LoRA', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  test('shows the matrix, each cell named, and says that nothing was trained', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      await hasRun(page, 144);
      assert.equal(await heading(page).innerText(), 'Quantized LoRA for vision transformers');
      await onScreen(page, 'published simulation', { exact: true }).first().waitFor();
      assert.ok(await onScreen(page, /no model was trained or quantized/).first().isVisible());
      const names = await cells(page).evaluateAll(all => all.map(cell => [cell.ariaLabel, cell.textContent]));
      assert.equal(new Set(names.map(([name]) => name)).size, 144);
      for (const [name, text] of names) {
        assert.match(name, /^deit_(tiny|small), cifar100?, rank \d+, .+, seed label \d+: accuracy \d\d\.\d %, \d+ contradictions$/);
        assert.ok(name.includes(`accuracy ${text} %`), name);
      }
      const colours = await cells(page).evaluateAll(all => all.map(cell => getComputedStyle(cell).backgroundColor));
      assert.ok(new Set(colours).size > 10, 'accuracies are seen as colours');
      await drawnFigures(page, 1);
      assertQuiet(lab);
    }));

  test('is filtered by each of its axes, in grid and figure, and its link restores that', () =>
    withLab(browser, LINK, {}, async page => {
      await hasRun(page, 144);
      const [all] = await drawnFigures(page, 1);
      await choice(page, 'Model').selectOption('deit_small');
      await hasRun(page, 72);
      await choice(page, 'Data set').selectOption('cifar100');
      await hasRun(page, 36);
      await choice(page, 'Rank').selectOption('8');
      await hasRun(page, 12);
      await choice(page, 'Weights').selectOption('4-bit');
      await hasRun(page, 3);
      await choice(page, 'Seed label').selectOption('123');
      await hasRun(page, 1);
      await onScreen(page, /1 experiment, true size/).first().waitFor();
      assert.notEqual((await drawnFigures(page, 1))[0].fingerprint, all.fingerprint);
      assert.match(page.url(), /model=deit_small&dataset=cifar100&rank=8&weights=4-bit&label=123/);
      await page.reload();
      await heading(page).waitFor();
      await hasRun(page, 1);
      assert.equal(await choice(page, 'Weights').inputValue(), '4-bit');
      await button(page, 'Published settings').click();
      await hasRun(page, 144);
    }));

  test('shows an experiment by keys: one stop of Tab, arrows within, Enter opens', () =>
    withLab(browser, LINK, {}, async page => {
      await hasRun(page, 144);
      const focused = () => page.evaluate(() => document.activeElement.ariaLabel ?? '');
      assert.equal(await cells(page).evaluateAll(all => all.filter(cell => cell.tabIndex >= 0).length), 1);
      await cells(page).first().focus();
      await page.keyboard.press('ArrowRight');
      assert.match(await focused(), /rank 4, not quantized, seed label 123/);
      await page.keyboard.press('ArrowDown');
      assert.match(await focused(), /rank 8, not quantized, seed label 123/);
      await page.keyboard.press('End');
      assert.match(await focused(), /rank 8, 4-bit, scales too, seed label 456/);
      await page.keyboard.press('PageDown');
      assert.match(await focused(), /deit_small, cifar100, rank 16, 4-bit, scales too, seed label 456/);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Home');
      await page.keyboard.press('PageUp');
      assert.match(await focused(), /deit_tiny, cifar10, rank 4, not quantized, seed label 42/);
      await page.keyboard.press('Enter');
      await eventually(async () => assert.equal(await shown(page).innerText(), FIRST));
      assert.match(await focused(), /seed label 42/, 'the focus stays where it was');
      await drawnFigures(page, 2);
      const configuration = new Map(await rows(page, 'Configuration'));
      assert.equal(configuration.get('lora: rank'), '4');
      assert.equal(configuration.get('name'), FIRST);
      const label = await page.locator('[aria-pressed=true][data-cell]').getAttribute('aria-label');
      const told = Number(label.match(/(\d+) contradictions/)[1]);
      assert.equal(await page.locator('.experiment .sentences li').count(), told);
      assert.match(page.url(), new RegExp(`chosen=${FIRST}`));
      await keepScreenshot(page, 'lora-experiment');
      await page.keyboard.press('Space');
      await eventually(async () => assert.equal(await shown(page).count(), 0));
    }));

  test('recomputes the published sums, and gives every table its sentence', () =>
    withLab(browser, `${LINK}&experiments=6`, {}, async page => {
      await hasRun(page, 6);
      const sums = new Map((await rows(page, 'The published numbers, recomputed')).map(row => [row[0], row.slice(1)]));
      const of = name => sums.get(name).slice(0, 2);
      assert.deepEqual(of('Mean memory reduction in 8 bits, %'), ['52.71296339175412', '52.71296339175412']);
      assert.deepEqual(of('Accuracy lost in 8 bits'), ['0.00820919888471483', '0.00820919888471483']);
      assert.deepEqual(of('Labelled stable'), ['6 of 6', '6 of 6']);
      assert.deepEqual(of('Stable by the study\'s own formula'), ['not published', '2 of 6']);
      // One table is open, the others say what they are and open by a click.
      const folds = page.locator('details.fold');
      assert.ok(await folds.count() >= 8);
      assert.equal(await page.locator('details.fold[open]').count(), 1);
      const closed = page.locator('details.fold:not([open]) > summary');
      while (await closed.count() > 0) await closed.first().click();
      const cited = (await rows(page, 'Against what the program calls literature')).map(row => row.at(-1));
      assert.deepEqual(new Set(cited), new Set(['no']));
      const claims = await rows(page, /Claims and verdicts/);
      assert.ok(claims.length >= 7);
      assert.ok(claims.every(row => row[4] !== 'reproduced'), 'nothing that was drawn at random is called reproduced');
      const captions = await table(page, /./).filter({ visible: true }).count();
      assert.ok(await page.locator('.explanation').filter({ visible: true }).count() >= 8 && captions >= 9);
      assert.equal(await cells(page).filter({ hasText: '–' }).count(), 138, 'what was not run has a place');
    }));

  for (const [seed, experiments] of [['42', '6'], ['7', '144']]) {
    test(`gives the files of the command line as one zip: seed ${seed}, ${experiments} experiments`, () =>
      withLab(browser, `${LINK}&seed=${seed}&experiments=${experiments}`, {}, async (page, lab) => {
        await hasRun(page, Number(experiments));
        const { name, bytes } = await downloaded(page, () => button(page, 'The whole tree as one zip').click());
        assert.equal(name, `vit-lora-seed-${seed}.zip`);
        assert.ok(bytes.equals(zipped(seed, experiments)), 'the zip of the command line has the same bytes');
        const [found, expected] = [unzip(bytes), written(seed, experiments)];
        assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
        for (const [path, text] of found) {
          assert.equal(text.replace(TIMES, ''), expected.get(path).replace(TIMES, ''), path);
        }
        assertQuiet(lab);
      }));
  }

  test('writes the record of the command line, and opens it again', () =>
    withLab(browser, `${LINK}&seed=5&experiments=20&unique_ids=true`, {}, async (page, lab) => {
      await hasRun(page, 20);
      const { bytes } = await downloaded(page, () => button(page, 'Record JSON').click());
      const options = ['--seed', '5', '--max-experiments', '20', '--unique-ids', '--json'];
      assert.ok(bytes.equals(bklab('lora', '--simulate', ...options)));
      await button(page, 'Published settings').click();
      await hasRun(page, 144);
      await drop(page, [file('record.json', bytes)]);
      await said(page, /its simulation was run again/);
      await hasRun(page, 20);
      assert.equal(await field(page, 'Seed').inputValue(), '5');

      // Numbers that the simulation does not give are shown, and not called a simulation.
      const changed = JSON.parse(bytes);
      changed.experiments[0].test_metrics.top1_accuracy = 0.5;
      await drop(page, [file('changed.json', changed)]);
      await said(page, /origin unknown/);
      await eventually(async () => assert.equal(await cells(page).first().innerText(), '50.0'));
      assert.ok(await onScreen(page, 'origin unknown', { exact: true }).first().isVisible());
      await button(page, 'Forget the opened record').click();
      await onScreen(page, 'published simulation', { exact: true }).first().waitFor();
      await eventually(async () => assert.notEqual(await cells(page).first().innerText(), '50.0'));
      assertQuiet(lab);
    }));

  test('takes a tree that was written back, as one zip, with what its files state', () =>
    withLab(browser, LINK, {}, async (page, lab) => {
      await hasRun(page, 144);
      await drop(page, [file('study.zip', zipped('7', '9'))]);
      await said(page, /That record was opened: published simulation.*seeded by 7/);
      await hasRun(page, 9);
      await page.locator('details.fold > summary').filter({ hasText: 'What the results add up to' }).click();
      const sums = await rows(page, 'What the results add up to, by the published rules');
      assert.ok(sums.length > 20 && sums.every(row => row[3] !== 'differs'));
      assert.ok(sums.some(row => row[0] === 'total experiments' && row[2] === '9' && row[3] === 'comes back'));
      const bomb = Buffer.from('PK\x03\x04 and then nothing', 'latin1');
      await drop(page, [file('broken.zip', bomb)]);
      await said(page, /“broken\.zip” was not imported\. It is a zip, but cannot be opened/);
      await hasRun(page, 9);
      assertQuiet(lab);
    }));

  test('gives its figure away, and the file shows it again', () =>
    withLab(browser, `${LINK}&experiments=12&weights=8-bit&chosen=${FIRST}`, {}, async (page, lab) => {
      await drawnFigures(page, 2);
      const [, whole] = await drawnFigures(page, 2);
      const { name, bytes } = await downloaded(page, () => button(page, 'Figure as SVG').last().click());
      assert.equal(name, 'vit-lora.svg');
      assert.match(bytes.toString(), /Accuracy against what is stored[^]*published simulation/);
      await button(page, 'Published settings').click();
      await hasRun(page, 144);
      await drop(page, [{ ...file(name, bytes), mimeType: 'image/svg+xml' }]);
      await eventually(async () => assert.equal((await drawnFigures(page, 2))[1].fingerprint, whole.fingerprint));
      assertQuiet(lab);
    }));

  test('says what is wrong with settings and keeps what is shown', () =>
    withLab(browser, `${LINK}&experiments=9`, {}, async (page, lab) => {
      await hasRun(page, 9);
      for (const wrong of ['0', '-1', '145', 'all', '1e2', '']) {
        await field(page, 'Experiments').fill(wrong);
        await said(page, new RegExp(`“${wrong}” is not a whole number from 1 to 144`));
        await hasRun(page, 9);
      }
      await field(page, 'Experiments').fill('9');
      for (const wrong of ['forty-two', '-1', '18446744073709551616', '4.5']) {
        await field(page, 'Seed').fill(wrong);
        await said(page, /is not a whole number from 0 to 18446744073709551615/);
        await hasRun(page, 9);
      }
      // The largest seed there is keeps its last digit.
      await field(page, 'Seed').fill('18446744073709551615');
      await eventually(async () => assert.match(page.url(), /seed=18446744073709551615/));
      await hasRun(page, 9);
      assertQuiet(lab);
    }));

  test('says what is wrong with a link and keeps what is shown', () =>
    withLab(browser, `${LINK}&experiments=9`, {}, async page => {
      await hasRun(page, 9);
      const go = fragment => page.evaluate(fragment => { location.hash = fragment; }, fragment);
      await go(`${LINK}&experiments=145`);
      await said(page, /The matrix has 144 experiments, not 145/);
      await hasRun(page, 9);
      await go(`${LINK}&experiments=0`);
      await said(page, /nothing to show of 0 experiments/);
      await hasRun(page, 9);
      await go(`${LINK}&experiments=-1`);
      await said(page, /sets experiments to “-1”, which is not possible here/);
      await go(`${LINK}&seed=x`);
      await said(page, /sets seed to “x”, which is not possible here/);
      await hasRun(page, 9);
      await go(`${LINK}&model=resnet`);
      await onScreen(page, /No experiment of the study is among what is shown/).waitFor();
    }));
});
