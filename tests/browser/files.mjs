// Brings files to the page as a reader does: through the system's file chooser, or dropped from a folder.

import assert from 'node:assert/strict';
import { onScreen } from './lab.mjs';

/** A file as Playwright wants it; anything but text and bytes is written as JSON. */
export function file(name, content, mimeType = 'application/json') {
  const isReady = typeof content === 'string' || Buffer.isBuffer(content);
  return { name, mimeType, buffer: Buffer.from(isReady ? content : JSON.stringify(content)) };
}

/** Clicks the button and chooses files, given as above or as paths. */
export async function importByButton(page, files) {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    onScreen(page, 'Import result files…').click(),
  ]);
  assert.ok(chooser.isMultiple(), 'several files can be chosen');
  await chooser.setFiles(files);
}

/** Drops files, as from a folder's window, on a place or else on the middle of the page. */
export async function drop(page, files, place = page.getByRole('main')) {
  const contents = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') }));
  const dataTransfer = await page.evaluateHandle(async contents => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, base64 } of contents) {
      const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    return transfer;
  }, contents);
  await place.dispatchEvent('dragenter', { dataTransfer });
  // Unless the page prevents it, the browser would leave the page for the file.
  const isWelcome = await place.evaluate((element, transfer) => {
    const over = new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer: transfer });
    return !element.dispatchEvent(over);
  }, dataTransfer);
  assert.ok(isWelcome, 'the page takes what is dragged over it');
  await place.dispatchEvent('drop', { dataTransfer });
}
