// The half of the room of quantized LoRA that runs the study: the grid fills, what was run outlives the tab and is the
// same whether it was stopped or not, its files come back, and images of a person's own are taken or refused.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { bklab } from './command.mjs';
import { drawnFigures, keepScreenshot } from './figures.mjs';
import { drop, file } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, downloaded, eventually, onScreen, rows, said, startBrowser, withLab,
} from './lab.mjs';

/** Twelve short runs on a busy machine. */
const PATIENCE_MILLISECONDS = 240_000;

/** How far losses of page and command line may differ: both compute in single precision, with other instructions. */
const TOLERANCE_NATS = 1e-3;

const SHORT = {
  images: 10,
  first: { steps: 4, batch: 4, validate_every: 4 },
  recipe: { steps: 6, batch: 4, validate_every: 3 },
};

/** The study of the demonstration, with few steps. */
const STUDY = { sizes: ['tiny'], tasks: ['shapes'], ranks: [4], ...SHORT };

const link = (study = STUDY) => `#/lora?v=1&half=measured&study=${encodeURIComponent(JSON.stringify(study))}`;

const cells = page => page.getByRole('grid', { name: 'The matrix, run here' }).getByRole('button');

const ended = page => cells(page).filter({ hasText: /\d/ });

const hasRun = (page, count) =>
  eventually(async () => assert.equal(await ended(page).count(), count), PATIENCE_MILLISECONDS);

/** The record as its file has it. */
async function record(page) {
  const { bytes } = await downloaded(page, () => button(page, 'Record JSON').click());
  return bytes.toString();
}

/** A chunk of a PNG. */
function chunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const ends = [body.length - 4, crc32(body)].map(number => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return bytes;
  });
  return Buffer.concat([ends[0], body, ends[1]]);
}

/** A grey PNG of 8×8 pixels, or one that says to be larger. */
function png(value, side = 8) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  const rows = Buffer.concat(Array.from({ length: 8 }, () => Buffer.from([0, ...Array(8).fill(value)])));
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

/** A zip of files as they are, by path. */
function zip(files) {
  const [entries, directory] = [[], []];
  let place = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(10, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(place, 10);
    directory.push(Buffer.from('PK\x01\x02\x0a\x00', 'latin1'), common, end, name);
    const entry = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, content]);
    place += entry.length;
    entries.push(entry);
  }
  const listed = Buffer.concat(directory);
  const last = Buffer.alloc(22);
  last.write('PK\x05\x06', 'latin1');
  for (const at of [8, 10]) last.writeUInt16LE(Object.keys(files).length, at);
  last.writeUInt32LE(listed.length, 12);
  last.writeUInt32LE(place, 16);
  return Buffer.concat([...entries, listed, last]);
}

/** Ten dark and ten light images, in a folder each, with a licence beside them. */
function ownImages(more = {}) {
  const images = [...Array(10).keys()].flatMap(image => [
    [`dark/${image}.png`, png(10 + image)], [`light/${image}.png`, png(200 + image)],
  ]);
  return zip({ 'LICENCE.txt': Buffer.from('Anybody may do anything.'), ...Object.fromEntries(images), ...more });
}

/** Chooses a zip with the room's button. */
async function choose(page, name, content) {
  const [chooser] =
    await Promise.all([page.waitForEvent('filechooser'), onScreen(page, 'Images as a zip…').click()]);
  await chooser.setFiles([file(name, content, 'application/zip')]);
}

describe('quantized LoRA, run here', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  for (const width of [360, 1400]) {
    test(`the demonstration fills the grid, and each run is shown, at ${width} pixels`, () =>
      withLab(browser, link(), { viewport: { width, height: 900 } }, async (page, lab) => {
        await eventually(async () => assert.equal(await cells(page).filter({ hasText: '–' }).count(), 12));
        await onScreen(page, 'measured here', { exact: true }).first().waitFor();
        await button(page, 'Run the demonstration').click();
        await hasRun(page, 12);
        await onScreen(page, /12 of 12 runs have ended\. They are kept in this browser\./).waitFor();
        await onScreen(page, /12 runs that ended/).waitFor();
        const beside = await rows(page, 'Published beside measured');
        assert.deepEqual(beside.map(row => row[0]), ['LLM.int8', 'NF4', 'NF4, double quantization']);
        assert.ok(beside.every(row => /\(3 pairs\)/.test(row[1]) && /%$/.test(row[3])), JSON.stringify(beside));
        assert.equal((await rows(page, /^What storing the base costs/)).length, 3);
        await drawnFigures(page, 1);

        await ended(page).first().click();
        await page.getByRole('heading', { name: 'tiny, shapes, rank 4, f32, seed 42' }).waitFor();
        await drawnFigures(page, 3);
        const confusion = await rows(page, /^Held-out images by what they show/);
        const counts = confusion.flatMap(row => row.slice(1).map(Number));
        assert.deepEqual([confusion.length, counts.reduce((sum, count) => sum + count)], [8, 16]);
        const right = confusion.reduce((sum, row, place) => sum + Number(row[place + 1]), 0);
        const wrong = page.locator('.wrong-images li');
        await eventually(async () => assert.equal(await wrong.count(), 16 - right));
        const painted = await wrong.first().locator('canvas').evaluate(canvas =>
          new Set(canvas.getContext('2d').getImageData(0, 0, 16, 16).data).size);
        assert.ok(painted > 20, `an image has ${painted} values`);
        await keepScreenshot(page, `lora-measured-run-${width}`);
        const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
        assert.ok(fits, 'nothing is wider than the screen');

        await choice(page, 'Base stored as').selectOption('NF4');
        await eventually(async () => assert.equal(await cells(page).count(), 3));
        assertQuiet(lab);
      }));
  }

  test('a closed tab goes on where it was, to the record of one that was not, and to the command line’s', () =>
    withLab(browser, link(), {}, async (page, lab) => {
      await button(page, 'Run the demonstration').click();
      await eventually(async () => assert.ok((await ended(page).count()) >= 3), PATIENCE_MILLISECONDS);
      await page.close();
      const again = await lab.context.newPage();
      await again.goto(page.url());
      await eventually(async () => assert.ok((await ended(again).count()) >= 3));
      assert.ok((await ended(again).count()) < 12, 'nothing is begun by opening a link');
      await button(again, 'Resume').click();
      await hasRun(again, 12);
      const resumed = await record(again);
      await button(again, 'Forget these runs').click();
      await hasRun(again, 0);
      await button(again, 'Run the demonstration').click();
      await hasRun(again, 12);
      assert.equal(await record(again), resumed);

      const here = JSON.parse(resumed);
      assert.equal(here.provenance, 'measured');
      const { at_once: together, bytes } = here.runs[0].memory;
      assert.equal(together, SHORT.recipe.batch);
      const limit = Math.floor(0.8 * bytes);
      await withLab(browser, link({ ...STUDY, storages: ['single'], seeds: [42], step_bytes: limit }), {}, async limited => {
        const field = limited.getByLabel('Bytes a step may take');
        assert.equal(await field.inputValue(), String(limit));
        await button(limited, 'Run the demonstration').click();
        await hasRun(limited, 12);
        const { memory, trajectory } = JSON.parse(await record(limited)).runs[0];
        assert.ok(memory.at_once < together && memory.bytes <= limit, `${JSON.stringify(memory)} of ${limit}`);
        const apart = trajectory.losses.map((loss, step) => Math.abs(loss - here.runs[0].trajectory.losses[step]));
        assert.ok(Math.max(...apart) < TOLERANCE_NATS, 'what is learned is the same in parts');
      });
      const folder = mkdtempSync(join(tmpdir(), 'bk-lab-adapt-'));
      try {
        const path = join(folder, 'record.json');
        writeFileSync(path, JSON.stringify({ ...here, first: [], runs: [] }));
        bklab('adapt', '--resume', '--out', path);
        const there = JSON.parse(readFileSync(path));
        assert.deepEqual(there.runs.map(run => [run.arm, run.base_bytes, run.trained_bytes]),
          here.runs.map(run => [run.arm, run.base_bytes, run.trained_bytes]));
        const first = run => run.trajectory.losses[0];
        for (const [place, run] of there.runs.entries()) {
          // What LLM.int8 rounds may fall on either side, and then differs by more.
          if (run.arm.storage === 'eight-bit') continue;
          assert.ok(Math.abs(first(run) - first(here.runs[place])) < TOLERANCE_NATS, `run ${place}`);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }

      await withLab(browser, '', {}, async other => {
        await drop(other, [file('quantized-lora-measured.json', resumed)]);
        await said(other, /That record was opened: Quantized LoRA, trained here: 12 of 12 runs, imported, unverified\./);
        await other.getByRole('link', { name: 'Quantized LoRA' }).first().click();
        await hasRun(other, 12);
        await onScreen(other, /12 of 12 runs, from a file/).waitFor();
        await onScreen(other, /12 runs that ended/).waitFor();
      });
    }));

  test('the matrix that comes with the lab is shown as measured natively, and a run of it with its images', () =>
    withLab(browser, link(), {}, async (page, lab) => {
      await button(page, 'Show all 144 runs, measured natively').click();
      await said(page, /That record was opened: Quantized LoRA, trained here: 144 of 144 runs, measured natively\. Run natively by/);
      await hasRun(page, 144);
      await onScreen(page, 'measured natively', { exact: true }).first().waitFor();
      await onScreen(page, /^Of 144 runs that ended/).waitFor();
      await ended(page).last().click();
      await page.getByRole('heading', { name: /^small, strokes, rank 16, NF4, double quantization, seed 456/ }).waitFor();
      await drawnFigures(page, 3);
      await eventually(async () => assert.ok((await page.locator('.wrong-images li').count()) > 0));
      await keepScreenshot(page, 'lora-measured-natively');
      await ended(page).first().click();
      await page.getByRole('heading', { name: /^tiny, shapes, rank 4, f32, seed 42/ }).waitFor();
      await drawnFigures(page, 3);
      await button(page, 'Forget the opened record').click();
      await hasRun(page, 0);
      assertQuiet(lab);
    }));

  test('images of one’s own are adapted to; a zip that cannot be used is told of, and nothing is lost', () =>
    withLab(browser, link(), {}, async (page, lab) => {
      await choose(page, 'own.zip', ownImages());
      await onScreen(page, /“own\.zip”: 20 images of dark, light\./).waitFor();
      await button(page, 'Run the demonstration').click();
      await eventually(async () => assert.ok((await ended(page).count()) >= 1), PATIENCE_MILLISECONDS);
      await button(page, 'Pause').first().click();
      await eventually(async () => assert.ok(await button(page, 'Forget these runs').isEnabled(), 'it rests'));
      const before = await ended(page).count();
      const refusals = [
        [Buffer.from('no zip'), /“bad\.zip” was not used\. This is no zip/],
        [ownImages({ 'loose.png': png(1) }), /“loose\.png” lies in no folder/],
        [zip(Object.fromEntries([1, 2, 3].map(image => [`one/${image}.png`, png(image)]))), /all 3 images are of one class/i],
        [ownImages({ 'dark/vast.png': png(1, 30_000) }), /“dark\/vast\.png” has 30000×30000 pixels/],
        [ownImages({ 'few/1.png': png(1) }), /The class “few” has 1 images/],
      ];
      for (const [content, sentence] of refusals) {
        await choose(page, 'bad.zip', content);
        await said(page, sentence);
      }
      assert.equal(await ended(page).count(), before);
      await onScreen(page, /“own\.zip”: 20 images of dark, light\./).waitFor();
      assertQuiet(lab);
    }));
});
