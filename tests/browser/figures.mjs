// Reads figures off the screen: their pixels, their sharpness, their text alternatives.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './lab.mjs';

/** A figure has axes, text and colours; with smoothed edges that is hundreds. A filled background is one. */
const COLOURS_OF_A_FIGURE = 20;

const SCREENSHOTS = join(dirname(fileURLToPath(import.meta.url)), 'screenshots');

/** The figures of the room that is shown. A figure without a text alternative is not found. */
export const figures = page => page.getByRole('figure').getByRole('img', { name: /\S/ });

/** How many colours a canvas shows, a fingerprint of its pixels, and its sizes. */
export function look(canvas) {
  return canvas.evaluate(element => {
    const { width, height } = element;
    if (width === 0 || height === 0) return { colours: 0, fingerprint: '', width, height };
    // A copy, so that reading the pixels does not change how the page's own canvas is kept.
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(element, 0, 0);
    const pixels = new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer);
    let fingerprint = 0;
    for (const pixel of pixels) fingerprint = (Math.imul(fingerprint, 31) + pixel) | 0;
    const { width: shownWidth, height: shownHeight } = element.getBoundingClientRect();
    const colours = new Set(pixels).size;
    return { colours, fingerprint: `${width}×${height}:${fingerprint}`, width, height, shownWidth, shownHeight };
  });
}

/** Waits until the room shows so many figures that are drawn, and returns what they look like. */
export function drawnFigures(page, count) {
  return eventually(async () => {
    const canvases = await figures(page).all();
    assert.equal(canvases.length, count, 'figures with a text alternative');
    const looks = await Promise.all(canvases.map(look));
    for (const { colours } of looks) {
      assert.ok(colours > COLOURS_OF_A_FIGURE, `a figure shows ${colours} colours: it is blank`);
    }
    return looks;
  });
}

/**
 * Keeps a picture of the whole page, for people to look at, where BK_LAB_SCREENSHOTS is set: all of them take minutes.
 * Git does not keep them.
 */
export async function keepScreenshot(page, name) {
  if (!process.env.BK_LAB_SCREENSHOTS) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
