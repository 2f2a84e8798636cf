// Bad input: every time a sentence says what was wrong, and the earlier result is still there.

import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { drawnFigures } from './figures.mjs';
import { drop, file, importByButton } from './files.mjs';
import {
  WITHOUT_ADAPTER, address, assertQuiet, enter, eventually, field, heading, rows, said, sentences, sharedLab,
  startBrowser, onScreen, withLab,
} from './lab.mjs';

const row = { model: 'mamba', bits: 8, perplexity: 40 };

/** The first bytes of any PNG: not UTF-8, so no JSON. */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0xff, 0xfe]);

const MARKUP = '<img src=x onerror=alert(1)>.json';

const BAD_FILES = [
  ['truncated JSON', file('cut.json', '[{"model": "mamba", "bits": 8, "perpl'), /“cut\.json” was not imported.*not complete JSON/],
  ['nothing', file('empty.json', ''), /“empty\.json” was not imported.*empty/],
  ['a picture', file('figure.png', PNG, 'image/png'), /“figure\.png” was not imported.*not a text file/],
  ['a list where an object is expected', file('nested.json', [row, [row]]), /“nested\.json” was not imported.*Row 2.*a list of 1 items/],
  ['a negative perplexity', file('negative.json', [row, { ...row, perplexity: -3 }]), /“negative\.json” was not imported.*Row 2.*-3/],
  ['a perplexity of NaN', file('nan.json', '[{"model": "mamba", "bits": 8, "perplexity": NaN}]'), /“nan\.json” was not imported.*NaN/],
  ['an infinite perplexity', file('infinite.json', '[{"model": "mamba", "bits": 8, "perplexity": Infinity}]'), /“infinite\.json” was not imported.*inf/],
  ['no perplexity', file('none.json', [row, { model: 'mamba', bits: 8 }]), /“none\.json” was not imported.*no “perplexity”/],
  ['no model', file('other.json', [row, { bits: 8, perplexity: 40 }]), /“other\.json” was not imported.*model/],
  ['a record of a newer lab', file('newer.json', { schema: 'bk-lab/99', study: 'robustness' }), /“newer\.json” was not imported.*bk-lab\/99/],
  ['a damaged record', file('damaged.json', { schema: 'bk-lab/1', study: 'robustness' }), /“damaged\.json” was not imported.*damaged/],
];

/** All that a room shows of its result: the numbers and the pixels. */
async function result(page, caption, figures) {
  const pictures = await drawnFigures(page, figures);
  const numbers = await rows(page, caption);
  assert.ok(numbers.length > 0, 'there is an earlier result to lose');
  return { numbers, pictures: pictures.map(picture => picture.fingerprint) };
}

const robustness = page => result(page, 'Perplexity by bit width', 1);
const resolvent = page => result(page, 'Gᵢᵢ by site', 1);

/** Whether a room's result is what it was, at a moment when the page has had time to lose it. */
async function assertKept(page, read, before) {
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.deepEqual(await read(page), before);
}

describe('bad input', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  describe('in a file', () => {
    const lab = sharedLab(() => browser);

    for (const [kind, bad, sentence] of BAD_FILES) {
      test(`${kind} in a file is named, and nothing is lost`, async () => {
        const before = await robustness(lab.page);
        await importByButton(lab.page, [bad]);
        await said(lab.page, sentence);
        await assertKept(lab.page, robustness, before);
        assertQuiet(lab);
      });
    }
  });

  test('a bad file leaves what was imported earlier', () =>
    withLab(browser, '', {}, async page => {
      await importByButton(page, [file('good.json', [row])]);
      await said(page, /“good\.json” was imported/);
      const before = await robustness(page);
      assert.deepEqual(before.numbers.map(cells => cells[4]), ['40.00']);
      await drop(page, [BAD_FILES[0][1]]);
      await said(page, BAD_FILES[0][2]);
      await assertKept(page, robustness, before);
    }));

  test('60 MB of JSON are refused before they are read', () =>
    withLab(browser, '', {}, async page => {
      const folder = await mkdtemp(join(tmpdir(), 'bk-lab-large-'));
      try {
        const path = join(folder, 'large.json');
        await writeLarge(path, 60_000_000);
        const before = await robustness(page);
        await importByButton(page, [path]);
        await said(page, /“large\.json” was not imported.*60 MB/);
        await assertKept(page, robustness, before);
      } finally {
        await rm(folder, { recursive: true });
      }
    }));

  test('a file name with markup is text, in sentences and in headings', () =>
    withLab(browser, '', {}, async (page, lab) => {
      const before = await robustness(page);
      await importByButton(page, [file(MARKUP, '{')]);
      assert.ok((await said(page, /was not imported/)).includes(MARKUP));
      await assertKept(page, robustness, before);
      await importByButton(page, [file(MARKUP, [row, { ...row, model: MARKUP }])]);
      assert.ok((await said(page, /was imported/)).includes(MARKUP));
      await page.getByRole('heading', { name: MARKUP }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: MARKUP }).waitFor();
      assert.equal(await page.locator('img').count(), 0, 'no element was made of the name');
      assertQuiet(lab);
    }));

  test('a drop without files is answered', () =>
    withLab(browser, '', {}, async page => {
      const before = await robustness(page);
      await drop(page, []);
      await said(page, /There was no file/);
      await assertKept(page, robustness, before);
    }));

  const simulation = [
    ['Seed', 'twelve', /“twelve” is not a whole number/],
    ['Seed', '-1', /“-1” is not a whole number/],
    ['Bit widths', '32, many', /“32, many” is not a list of whole numbers/],
    ['Bit widths', '0', /bit width of 0/],
    ['Bit widths', '', /no bit widths|is not a list/],
  ];
  describe('in the settings of the simulation', () => {
    const lab = sharedLab(() => browser);

    for (const [label, text, sentence] of simulation) {
      test(`“${text}” as ${label} is answered, and the figure stays`, async () => {
        const { page } = lab;
        const before = await robustness(page);
        const good = await field(page, label).inputValue();
        await field(page, label).fill(text);
        await said(page, sentence);
        await assertKept(page, robustness, before);
        await field(page, label).fill(good);
        await eventually(async () => assert.deepEqual(await sentences(page), []));
        assertQuiet(lab);
      });
    }
  });

  const problems = [
    ['Broadening η', '0', /η = 0/],
    ['Broadening η', '-1', /η = -1/],
    ['Broadening η', 'NaN', /NaN/],
    ['Broadening η', 'small', /“small” is not a finite number/],
    ['Energy E', 'inf', /inf/],
    ['Sites N', '0', /chain of 0 sites/],
    ['Sites N', '1000000000', /chain of 1000000000 sites/],
    ['Sites N', '12.5', /“12\.5” is not a whole number/],
    ['Potential, in full', 'volcano:height=3', /is not a potential|volcano/],
    ['Potential, in full', '<img src=x onerror=alert(1)>', /<img src=x onerror=alert\(1\)>/],
  ];
  describe('in the settings of the resolvent', () => {
    const lab = sharedLab(() => browser, '#/resolvent?v=1');

    for (const [index, [label, text, sentence]] of problems.entries()) {
      test(`“${text}” as ${label} is answered, and the resolvent stays`, async () => {
        const { page } = lab;
        const before = await resolvent(page);
        const good = await field(page, label).inputValue();
        await field(page, label).fill(text);
        await said(page, sentence);
        await assertKept(page, resolvent, before);
        await field(page, label).fill(good);
        await eventually(async () => assert.deepEqual(await sentences(page), []));
        // Another computation, each time of another length, is the proof that nothing hangs.
        await field(page, 'Sites N').fill(`${90 + index}`);
        await onScreen(page, `of ${90 + index}`).first().waitFor();
        assertQuiet(lab);
      });
    }
  });

  const links = [
    ['an unknown version', '#/resolvent?v=2&sites=64', /version 2/],
    ['a version that is none', '#/resolvent?v=<b>&sites=64', /version <b>/],
    ['an unknown room', '#/cellar?v=1', /“cellar”/],
    ['an impossible value', '#/resolvent?v=1&sites=many', /sites to “many”/],
    ['markup as a value', '#/robustness?v=1&seed=<img src=x onerror=alert(1)>', /<img src=x onerror=alert\(1\)>/],
  ];
  describe('in a link', () => {
    const lab = sharedLab(() => browser);

    for (const [index, [kind, fragment, sentence]] of links.entries()) {
      test(`a link with ${kind} is answered, and changes nothing`, async () => {
        const { page } = lab;
        await enter(page, 'Resolvent');
        const sites = `${100 + index}`;
        await field(page, 'Sites N').fill(sites);
        await onScreen(page, `of ${sites}`).first().waitFor();
        const before = await resolvent(page);
        await page.goto(address + fragment);
        await said(page, sentence);
        assert.equal(await heading(page).innerText(), 'The resolvent of a chain');
        assert.equal(await field(page, 'Sites N').inputValue(), sites);
        await assertKept(page, resolvent, before);
        assert.equal(await page.locator('img').count(), 0);
        assertQuiet(lab);
      });
    }
  });

  test('a link that cannot be followed still opens the lab', () =>
    withLab(browser, '#/resolvent?v=2', {}, async page => {
      await said(page, /version 2/);
      await robustness(page);
    }));

  test('unknown keys of a link are reported, and the rest is restored', () =>
    withLab(browser, '#/resolvent?v=1&sites=64&colour=red&sound=on', {}, async page => {
      await said(page, /colour, sound/);
      assert.equal(await field(page, 'Sites N').inputValue(), '64');
      await onScreen(page, 'of 64').first().waitFor();
    }));
});

/** A list of rows of about so many bytes, written piece by piece. */
async function writeLarge(path, bytes) {
  const target = await open(path, 'w');
  const piece = `${JSON.stringify(row)},\n`.repeat(10_000);
  await target.write('[');
  for (let written = 0; written < bytes; written += piece.length) await target.write(piece);
  await target.write(`${JSON.stringify(row)}]`);
  await target.close();
}
