// Result files that come to the page: by button and by drop, in every form the lab reads, kept until forgotten.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { summary } from './command.mjs';
import { drop, file, importByButton } from './files.mjs';
import {
  WITHOUT_ADAPTER, assertQuiet, button, choice, columns, downloaded, enter, eventually, field, heading, rows, said, sentences,
  startBrowser, table, onScreen, withLab,
} from './lab.mjs';
import { drawnFigures } from './figures.mjs';

const NUMBERS = 'Perplexity by bit width';

/** The form that the published loader reads: a file for each width, model and width partly in the name. */
const SINGLE_FILES = [
  file('resnetbk_quant_fp32.json', { bit_width: 32, perplexity: 28.5, model: 'resnetbk' }),
  file('resnetbk_quant_int8.json', { perplexity: 33.25 }),
  file('mamba_quant_int8.json', { bits: 8, perplexity: 41.128 }),
];

/** The form of the published experiments: both models in one list, whatever the file is called. */
const LIST = file('quantization_resnet_bk.json', [
  { model: 'resnet_bk', bits: 'FP32', seed: 1, perplexity: 20, loss: 2.9 },
  { model: 'resnet_bk', bits: 'FP32', seed: 2, perplexity: 22, loss: 3.1 },
  { model: 'mamba', bits: 4, seed: 1, perplexity: 170.5, loss: 5 },
]);

/** Precision, ResNet-BK, Mamba and the numbers of runs of the first table. */
async function numbers(page) {
  const names = await columns(page, NUMBERS);
  const runs = [names.indexOf('Runs'), names.lastIndexOf('Runs')];
  const wanted = [0, names.indexOf('ResNet-BK'), runs[0], names.indexOf('Mamba'), runs[1]];
  return (await rows(page, NUMBERS)).map(cells => wanted.map(column => cells[column]));
}

const FROM_SINGLE_FILES = [['FP32', '28.50', '1', '–', '0'], ['INT8', '33.25', '1', '41.13', '1']];
const FROM_LIST = [['FP32', '21.00', '2', '–', '0'], ['INT4', '–', '0', '170.50', '1']];

describe('import', () => {
  let browser;
  before(async () => {
    browser = await startBrowser(WITHOUT_ADAPTER);
  });
  after(() => browser?.close());

  const ways = [['the button', importByButton], ['drag and drop', drop]];
  for (const [way, bring] of ways) {
    test(`takes several files of one point each by ${way}, and overlays them`, () =>
      withLab(browser, '', {}, async (page, lab) => {
        const [before] = await drawnFigures(page, 1);
        await bring(page, SINGLE_FILES);
        await said(page, /resnetbk_quant_fp32\.json.*mamba_quant_int8\.json.*imported/);
        assert.deepEqual(await numbers(page), FROM_SINGLE_FILES);
        assert.equal(await choice(page, 'Data').inputValue(), 'both');
        assert.equal(await table(page, NUMBERS).count(), 2, 'the simulation is still beside it');
        assert.ok(await onScreen(page, 'origin unknown', { exact: true }).first().isVisible());
        await eventually(async () => {
          assert.notEqual((await drawnFigures(page, 1))[0].fingerprint, before.fingerprint);
        });
        assertQuiet(lab);
      }));
  }

  test('takes a list with both models, and never calls it measured', () =>
    withLab(browser, '', {}, async page => {
      await importByButton(page, [LIST]);
      await said(page, /quantization_resnet_bk\.json.*imported: origin unknown/);
      assert.deepEqual(await numbers(page), FROM_LIST);
      assert.equal(await onScreen(page, 'measured here').count(), 0);
    }));

  test('believes no file that says it was measured', () =>
    withLab(browser, '', {}, async page => {
      const boast = { model: 'mamba', bits: 8, perplexity: 40, provenance: 'measured' };
      await importByButton(page, [file('boast.json', [boast])]);
      await said(page, /boast\.json.*imported, unverified/);
      assert.equal(await onScreen(page, 'measured here').count(), 0);
    }));

  test('takes a list with bare NaN where no perplexity is concerned', () =>
    withLab(browser, '', {}, async page => {
      await importByButton(page, [file('bare.json', '[{"model": "mamba", "bits": "INT8", "perplexity": 40, "loss": NaN}]')]);
      await said(page, /bare\.json.*imported/);
      assert.deepEqual(await numbers(page), [['INT8', '–', '0', '40.00', '1']]);
    }));

  test('recognises the published simulation in a summary, whatever its seed', () =>
    withLab(browser, '', {}, async page => {
      await importByButton(page, [file('quantization_graph.json', summary('--seed', '7'))]);
      const sentence = await said(page, /quantization_graph\.json.*imported/);
      assert.match(sentence, /published simulation.*seed 7/s);
    }));

  test('opens a record that it wrote itself', () =>
    withLab(browser, '', {}, async page => {
      await field(page, 'Seed').fill('7');
      const seven = JSON.parse(summary('--seed', '7')).mamba['2'].perplexity.toFixed(2);
      await eventually(async () => assert.equal((await numbers(page)).at(-1)[3], seven));
      const own = await downloaded(page, () => button(page, 'Record JSON').click());
      await button(page, 'Published settings').click();
      await eventually(async () => assert.equal((await numbers(page)).at(-1)[3], '479.53'));
      await importByButton(page, [file(own.name, own.bytes)]);
      await said(page, /imported: published simulation/);
      await choice(page, 'Data').selectOption('imported');
      await eventually(async () => assert.equal(await table(page, NUMBERS).count(), 1));
      assert.equal((await numbers(page)).at(-1)[3], seven);
    }));

  test('takes the good files of a set and names the bad one', () =>
    withLab(browser, '', {}, async page => {
      await importByButton(page, [LIST, file('broken.json', '{"perplexity": ')]);
      await said(page, /broken\.json.*not imported/);
      await said(page, /quantization_resnet_bk\.json.*was imported/);
      assert.deepEqual(await numbers(page), FROM_LIST);
    }));

  /** A folder of results as a reader has it: files beside folders, and files that are none of the lab's. */
  async function withFolder(use) {
    const folder = await mkdtemp(join(tmpdir(), 'bk-lab-folder-'));
    try {
      await mkdir(join(folder, 'runs', 'mamba'), { recursive: true });
      const write = (name, content) => writeFile(join(folder, 'runs', name), JSON.stringify(content));
      await write('resnetbk_quant_int8.json', { perplexity: 33.25 });
      // A folder's name says nothing of the model in its files.
      await write('mamba/resnetbk_quant_fp32.json', { perplexity: 28.5 });
      await write('mamba/mamba_quant_int8.json', { perplexity: 41.128 });
      await write('mamba/config.json', { batch: 4 });
      await writeFile(join(folder, 'runs', 'notes.txt'), 'not a result');
      await use(join(folder, 'runs'));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async function isFolderImported(page) {
    await said(page, /resnetbk_quant_int8\.json.*imported/);
    await said(page, /runs\/mamba\/config\.json.*imported/);
    await enter(page, 'Robustness');
    await eventually(async () => assert.deepEqual(await numbers(page), FROM_SINGLE_FILES));
    assert.ok((await sentences(page)).every(sentence => !/not imported|notes\.txt/.test(sentence)));
    await enter(page, 'Files');
    assert.ok(await onScreen(page, 'Table of “runs/mamba/config.json”').isVisible());
  }

  test('takes the result files of a folder that is chosen', () =>
    withFolder(folder => withLab(browser, '#/files?v=1', {}, async (page, lab) => {
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        onScreen(page, 'Import a folder…').click(),
      ]);
      await chooser.setFiles(folder);
      await isFolderImported(page);
      assertQuiet(lab);
    })));

  test('takes the result files of a folder that is dropped, and of those within it', () =>
    withFolder(folder => withLab(browser, '#/files?v=1', {}, async (page, lab) => {
      // Only the browser itself can drop a folder; a script's drop holds files alone.
      const debug = await lab.context.newCDPSession(page);
      const data = { items: [], files: [folder], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop']) {
        await debug.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
      }
      await isFolderImported(page);
      assertQuiet(lab);
    })));

  test('tells of a heap of files in one sentence, and shows their data', () =>
    withLab(browser, '', {}, async page => {
      const tables = [1, 2, 3, 4].map(number => file(`t${number}.json`, { number }));
      const broken = [1, 2, 3, 4].map(number => file(`b${number}.json`, '{'));
      await drop(page, [...SINGLE_FILES, ...tables, ...broken]);
      await said(page, /^5 data sets were imported: 1 for the robustness figure, 4 as tables/);
      await said(page, /“b1\.json” was not imported.* 3 more of these files were not imported either/);
      assert.equal(await heading(page).innerText(), 'Files');
      await enter(page, 'Robustness');
      assert.equal(await choice(page, 'Data').inputValue(), 'both');
      assert.deepEqual(await numbers(page), FROM_SINGLE_FILES);
    }));

  test('keeps what was imported over a reload, and forgets it when told', () =>
    withLab(browser, '', {}, async page => {
      await importByButton(page, [LIST]);
      await said(page, /was imported/);
      await page.reload();
      await eventually(async () => assert.deepEqual(await numbers(page), FROM_LIST));
      await button(page, 'Forget imported files').click();
      const isForgotten = async () => {
        assert.equal(await table(page, NUMBERS).count(), 1);
        assert.equal((await numbers(page)).at(-1)[3], '479.53');
        assert.equal(await button(page, 'Forget imported files').count(), 0);
      };
      await eventually(isForgotten);
      await page.reload();
      await eventually(isForgotten);
      await choice(page, 'Data').selectOption('imported');
      await onScreen(page, 'There is no data yet').waitFor();
    }));
});
