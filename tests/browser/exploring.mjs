// Handles of a figure that is explored: the place where hands and keys act, and the pointer.

import assert from 'node:assert/strict';
import { figures, look } from './figures.mjs';
import { button, eventually } from './lab.mjs';

/** The figure of the room on screen, where hands and keys act. */
export const frame = page => page.getByRole('application', { name: 'The figure, to be explored' }).filter({ visible: true });

/** A button of the room on screen. */
export const visible = (page, name) => button(page, name).filter({ visible: true });

/** Waits until the figure is drawn, and returns where it is on screen. */
export async function drawn(page) {
  await eventually(async () => assert.ok((await look(figures(page).first())).colours > 20));
  await frame(page).scrollIntoViewIfNeeded();
  return frame(page).boundingBox();
}

/** Moves the pointer to a part of the figure as a person does. */
export async function pointTo(page, box, across, down) {
  const [x, y] = [box.x + across * box.width, box.y + down * box.height];
  await page.mouse.move(x - 5, y - 5);
  await page.mouse.move(x, y, { steps: 3 });
}
