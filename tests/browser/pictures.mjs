// Pictures compared with pictures, as the Rust tests of the exported files do it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The resolution of the pictures in dots an inch. */
const DPI = 300;

/**
 * Side of the squares in pixels over which colours are averaged before they are compared: about a point. How a
 * program smooths the edge of a shape is its own affair; how much ink a square point holds is not.
 */
const SQUARE = 4;

/**
 * The most by which two pictures may differ in any square, in levels of 255. The canvas moves lines to whole pixels,
 * a square's quarter: 64 levels between black and white for each edge of a line in the square, and half of that for
 * coloured ones.
 */
const GREATEST_DIFFERENCE = 110;

/** The most by which they may differ on average. */
const MEAN_DIFFERENCE = 1.5;

/** Paints a PDF or EPS file with Ghostscript. */
export function ghostscript(bytes, ending) {
  const folder = mkdtempSync(join(tmpdir(), 'bk-lab-painted-'));
  try {
    const [drawn, painted] = [join(folder, `figure.${ending}`), join(folder, 'painted.png')];
    writeFileSync(drawn, bytes);
    const options = ['-q', '-dSAFER', '-dBATCH', '-dNOPAUSE', '-dEPSCrop', '-sDEVICE=png16m', '-dTextAlphaBits=4'];
    execFileSync('gs', [...options, '-dGraphicsAlphaBits=4', `-r${DPI}`, `-sOutputFile=${painted}`, drawn]);
    return readFileSync(painted);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** By how much two PNG files differ, in words; fails where that is more than can be tolerated. */
export async function difference(page, one, other) {
  const found = await page.evaluate(async ({ files, square }) => {
    const [one, other] = await Promise.all(files.map(async base64 => {
      const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true });
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height);
    }));
    const average = ({ width, data }, column, row, channel) => {
      let sum = 0;
      for (let y = row * square; y < (row + 1) * square; y += 1) {
        for (let x = column * square; x < (column + 1) * square; x += 1) sum += data[4 * (y * width + x) + channel];
      }
      return sum / square ** 2;
    };
    const columns = Math.floor(Math.min(one.width, other.width) / square);
    const rows = Math.floor(Math.min(one.height, other.height) / square);
    const found = { sizes: [one, other].map(({ width, height }) => [width, height]), mean: 0, greatest: 0, at: [0, 0] };
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
          const apart = Math.abs(average(one, column, row, channel) - average(other, column, row, channel));
          found.mean += apart / (3 * columns * rows);
          if (apart > found.greatest) [found.greatest, found.at] = [apart, [column, row]];
        }
      }
    }
    return found;
  }, { files: [one, other].map(bytes => bytes.toString('base64')), square: SQUARE });
  const { sizes: [[width, height], [otherWidth, otherHeight]], mean, greatest, at } = found;
  const words = `${mean.toFixed(2)} levels on average, ${greatest.toFixed(0)} at most, at ${at.map(place => place * SQUARE)}`;
  // A file's size is whole points or whole pixels, whichever its format counts in.
  assert.ok(Math.abs(width - otherWidth) <= 5 && Math.abs(height - otherHeight) <= 5, `${found.sizes}`);
  assert.ok(mean <= MEAN_DIFFERENCE && greatest <= GREATEST_DIFFERENCE, words);
  return words;
}
