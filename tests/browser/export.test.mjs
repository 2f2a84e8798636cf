// Files of a figure: the bytes that the command line writes, the picture that the canvas shows, and the way back.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bklab, files } from './command.mjs';
import { drawnFigures } from './figures.mjs';
import { drop, file } from './files.mjs';
import { difference, ghostscript } from './pictures.mjs';
import {
  WITHOUT_ADAPTER, address, assertQuiet, button, choice, downloaded, enter, eventually, field, heading, onScreen, said,
  startBrowser, withLab,
} from './lab.mjs';

/** The figures, each with settings that are not the published ones, as a link and on the command line. */
const FIGURES = [
  {
    key: 'robustness',
    title: 'Quantization robustness',
    settings: 'seed=7&bit_widths=2,4,8,16,32',
    options: ['--seed', '7', '--bit-widths', '2,4,8,16,32'],
    field: ['Bit widths', '2, 4, 8, 16, 32'],
  },
  {
    key: 'efficiency',
    title: 'Dynamic efficiency',
    settings: 'seed=7&configurations=12&frontier=published',
    options: ['--seed', '7', '--configs', '12', '--frontier', 'published'],
    field: ['Configurations', '12'],
  },
  {
    key: 'stability',
    title: 'Long-context stability',
    settings: 'seed=7&sequence_lengths=65536,8192&steps=400',
    options: ['--seed', '7', '--lengths', '65536,8192', '--steps', '400'],
    field: ['Steps', '400'],
  },
];

/** The buttons by the ending of the file that they give. */
const BUTTONS = {
  png: 'Figure as PNG',
  svg: 'Figure as SVG',
  pdf: 'Figure as PDF',
  eps: 'Figure as EPS',
  csv: 'Data as CSV',
  tex: 'Numbers as LaTeX',
  json: 'Figure as JSON',
};

/** What the page and the command line write alike; a PNG is painted by the browser here and by resvg there. */
const ALIKE = Object.keys(BUTTONS).filter(ending => ending !== 'png');

const fragment = figure => `#/${figure.key}?v=1&${figure.settings}`;

/** The file behind a button, whose name ends as it should. */
async function exported(page, ending) {
  const download = await downloaded(page, () => button(page, BUTTONS[ending]).click());
  assert.ok(download.name.endsWith(`.${ending}`), download.name);
  return download;
}

/** Fails where two files differ; text is shown, since its difference can be read. */
function assertSame(found, expected, what) {
  assert.ok(expected.length > 100, `${what}: the command line wrote something to compare with`);
  if (!found.equals(expected)) assert.equal(found.toString(), expected.toString(), what);
}

describe('files of a figure', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  for (const figure of FIGURES) {
    for (const [link, options] of [[`#/${figure.key}?v=1`, []], [fragment(figure), figure.options]]) {
      test(`${link}: the same bytes as the command line`, () =>
        withLab(browser, link, {}, async (page, lab) => {
          await drawnFigures(page, 1);
          for (const [name, option] of [['Summary JSON', '--summary'], ['Record JSON', '--record']]) {
            const { bytes } = await downloaded(page, () => button(page, name).click());
            assertSame(bytes, bklab('figure', figure.key, option, '-', ...options), name);
          }
          const written = files(figure.key, ALIKE, ...options);
          for (const ending of ALIKE) assertSame((await exported(page, ending)).bytes, written.get(ending), ending);
          assertQuiet(lab);
        }));
    }

    test(`${figure.key}: every file that is dropped on the page shows its figure again`, () =>
      withLab(browser, fragment(figure), {}, async (page, lab) => {
        await drawnFigures(page, 1);
        const { bytes: record } = await downloaded(page, () => button(page, 'Record JSON').click());
        const written = [];
        for (const ending of Object.keys(BUTTONS)) written.push(await exported(page, ending));
        const other = figure.key === 'stability' ? 'Robustness' : 'Stability';
        for (const { name, bytes } of written) {
          await button(page, 'Published settings').click();
          await field(page, 'Seed').fill('3');
          await enter(page, other);
          await drop(page, [file(name, bytes)]);
          await eventually(async () => assert.equal(decodeURIComponent(page.url()), address + fragment(figure), name));
          assert.equal(await heading(page).innerText(), figure.title);
          assert.equal(await field(page, 'Seed').inputValue(), '7');
          assert.equal(await field(page, figure.field[0]).inputValue(), figure.field[1]);
          await eventually(async () => {
            const again = await downloaded(page, () => button(page, 'Record JSON').click());
            assert.ok(again.bytes.equals(record), `${name} gives the record back`);
          });
          assert.equal(await button(page, 'Forget imported files').count(), 0, 'nothing had to be imported');
        }
        assertQuiet(lab);
      }));

    test(`${figure.key}: what the files show is what the canvas shows`, async t =>
      withLab(browser, fragment(figure), {}, async page => {
        await drawnFigures(page, 1);
        await onScreen(page, /Print size/).click();
        await choice(page, 'Printed in').selectOption('ieee-2');
        // What the canvas holds, pixel by pixel, and the resolution beside it.
        const { bytes: painted } = await exported(page, 'png');
        const options = [...figure.options, '--width-preset', 'ieee-2'];
        const pictures = { 'SVG, by resvg': files(figure.key, ['png'], ...options).get('png') };
        const svg = (await exported(page, 'svg')).bytes;
        assertSame(svg, files(figure.key, ['svg'], ...options).get('svg'), 'the SVG that resvg painted');
        for (const ending of ['pdf', 'eps']) {
          pictures[`${ending.toUpperCase()}, by Ghostscript`] = ghostscript((await exported(page, ending)).bytes, ending);
        }
        for (const [name, picture] of Object.entries(pictures)) {
          t.diagnostic(`${figure.key}, ${name}: ${await difference(page, painted, picture)}`);
        }
      }));
  }

  test('a figure comes back as it was looked at', () =>
    withLab(browser, '#/efficiency?v=1&x=3.5,6.5&y_scale=logarithmic', {}, async page => {
      await drawnFigures(page, 1);
      const seen = page.url();
      assert.match(seen, /x=3.5,6.5/);
      const svg = await exported(page, 'svg');
      await button(page, 'Published settings').click();
      await eventually(async () => assert.notEqual(page.url(), seen));
      await drop(page, [file(svg.name, svg.bytes)]);
      await eventually(async () => assert.equal(page.url(), seen));
    }));

  test('a figure over imported data comes back with its data', () =>
    withLab(browser, '', {}, async page => {
      const rows = [32, 8, 4].flatMap(bits => ['resnetbk', 'mamba'].map(model => ({ model, bits, perplexity: bits + 20.125 })));
      await drop(page, [file('mine.json', rows)]);
      await said(page, /mine\.json.*was imported/);
      await eventually(async () => assert.equal(await choice(page, 'Data').inputValue(), 'both'));
      const csv = await exported(page, 'csv');
      assert.match(csv.bytes.toString(), /origin unknown,mine\.json,ResNet-BK,8,1,,28\.125\r\n/);
      await button(page, 'Forget imported files').click();
      await drop(page, [file(csv.name, csv.bytes)]);
      await said(page, /mine\.json.*was imported/);
      await eventually(async () => assert.equal(await choice(page, 'Data').inputValue(), 'both'));
      const again = await exported(page, 'csv');
      assert.ok(again.bytes.equals(csv.bytes), 'the same file once more');
    }));

  test('a resolvent comes back from its figure', () =>
    withLab(browser, '#/resolvent?v=1&sites=40&eta=0.25', {}, async page => {
      await drawnFigures(page, 1);
      const written = [];
      for (const ending of ['png', 'svg', 'pdf', 'eps']) written.push(await exported(page, ending));
      for (const { name, bytes } of written) {
        await field(page, 'Sites N').fill('41');
        await drop(page, [file(name, bytes)]);
        await eventually(async () => assert.equal(await field(page, 'Sites N').inputValue(), '40', name));
        assert.equal(await field(page, 'Broadening η').inputValue(), '0.25');
      }
    }));

  test('the size on paper is the one that is asked for, in millimetres and points', () =>
    withLab(browser, '#/efficiency?v=1', {}, async page => {
      await drawnFigures(page, 1);
      await onScreen(page, /Print size: 304.8 mm wide, 10 pt type/).click();
      await choice(page, 'Printed in').selectOption({ label: 'Nature, one column' });
      await onScreen(page, /Print size: 89 mm wide, 7 pt type/).waitFor();
      await choice(page, 'PNG resolution').selectOption('600');
      const png = (await exported(page, 'png')).bytes;
      // 89 mm at 600 dots an inch, and 23,622 dots a metre.
      assert.equal(png.readUInt32BE(16), 2102);
      assert.equal(png.readUInt32BE(png.indexOf('pHYs') + 4), 23622);
      const journal = ['--width-preset', 'nature-1'];
      assertSame((await exported(page, 'pdf')).bytes, files('efficiency', ['pdf'], ...journal).get('pdf'), 'in a column');

      await field(page, 'Width').fill('120');
      await field(page, 'Letters').fill('9');
      await choice(page, 'Colours').selectOption('dark');
      assert.equal(await choice(page, 'Printed in').inputValue(), 'other');
      const svg = (await exported(page, 'svg')).bytes;
      assert.ok(svg.includes('font-size="9"'));
      const talk = ['--width', '120', '--font-size', '9', '--style', 'dark'];
      assertSame(svg, files('efficiency', ['svg'], ...talk).get('svg'), 'for a talk');

      await field(page, 'Letters').fill('90');
      await button(page, BUTTONS.svg).click();
      await said(page, /Letters of 90 pt leave no room for the data/);
    }));
});
