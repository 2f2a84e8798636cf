// Opens the built page in Chromium, with WebGPU or without an adapter, and watches what it does.

import assert, { AssertionError } from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';

/** Where the site is served: ends with a slash, and lies below a sub-path as on GitHub Pages. */
export const address = setting('BK_LAB_URL', 'the address of the built site, ending with a slash');

/** How long a condition may take to come true on a busy machine before a test gives it up. */
const PATIENCE_MILLISECONDS = 15_000;

const FLAGS = ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-quic'];

/** A browser whose adapter is SwiftShader: slow, but its numbers are right. */
export const WITH_WEBGPU = {
  name: 'with WebGPU',
  hasAdapter: true,
  launch: { args: [...FLAGS, '--enable-unsafe-webgpu'], ignoreDefaultArgs: ['--disable-gpu'] },
};

/** The same browser without the flag: `navigator.gpu` is there, but gives no adapter. */
export const WITHOUT_ADAPTER = { name: 'without an adapter', hasAdapter: false, launch: { args: FLAGS } };

export const MACHINES = [WITH_WEBGPU, WITHOUT_ADAPTER];

/** An environment variable that has to be there: a test that runs without its subject tests nothing. */
export function setting(name, meaning) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set. Set it to ${meaning}, or run “cargo xtask test”.`);
  }
  return value;
}

export function startBrowser(machine) {
  const executablePath = setting('BK_LAB_CHROMIUM', 'the path of Chromium');
  return chromium.launch({ executablePath, ...machine.launch });
}

/**
 * Opens the page in a fresh profile and returns it with what was seen of it: `errors` (of page, console and
 * worker), `violations` of the content security policy, and `requests`.
 */
export async function openLab(browser, fragment = '', options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  const lab = { context, errors: [], violations: [], requests: [] };
  context.on('request', request => lab.requests.push(request.url()));
  await context.exposeBinding('reportViolation', (_source, violation) => lab.violations.push(violation));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event => {
      window.reportViolation(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  lab.page = await context.newPage();
  lab.page.on('pageerror', error => lab.errors.push(String(error)));
  lab.page.on('dialog', dialog => {
    lab.errors.push(`A dialog opened: ${dialog.message()}`);
    dialog.dismiss();
  });
  // From the start, since a chooser that opens before anybody listens is never heard of.
  lab.page.on('filechooser', () => {});
  lab.page.on('console', message => {
    if (message.type() === 'error') lab.errors.push(message.text());
  });
  await lab.page.goto(address + fragment);
  await heading(lab.page).waitFor();
  return lab;
}

/** Opens the page for one test and closes it whatever happens. */
export async function withLab(browser, fragment, options, use) {
  const lab = await openLab(browser, fragment, options);
  try {
    await use(lab.page, lab);
  } finally {
    await lab.context.close();
  }
}

/**
 * Opens a page that the tests of a group share, one after the other, and closes it behind the last of them. To be called
 * within `describe`; `start` gives the browser once it runs. What is returned has the page as its `page`.
 */
export function sharedLab(start, fragment = '', options = {}) {
  const lab = {};
  before(async () => Object.assign(lab, await openLab(start(), fragment, options)));
  after(() => lab.context?.close());
  return lab;
}

/** Asserts that nothing went wrong out of the reader's sight and that nothing left the page's own folder. */
export function assertQuiet(lab) {
  assert.deepEqual(lab.errors, []);
  assert.deepEqual(lab.violations, []);
  assert.ok(lab.requests.length > 0, 'No request was seen, so nothing was watched.');
  // The browser itself asks for /favicon.ico where a page names none; this page names one.
  const strangers = lab.requests.filter(url => !url.startsWith(address) && !url.startsWith('blob:'));
  assert.deepEqual(strangers, []);
}

/** Whether the browser has an adapter, asked in the page itself. */
export function hasAdapter(page) {
  return page.evaluate(async () => {
    if (!navigator.gpu) throw new Error('There is no navigator.gpu, so this run tests the wrong browser.');
    return (await navigator.gpu.requestAdapter()) !== null;
  });
}

/** Repeats a check until its assertions hold, and fails with the last one that did not. */
export async function eventually(check, patience = PATIENCE_MILLISECONDS) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof AssertionError) || Date.now() > deadline) throw error;
    }
    await wait(20);
  }
}

// ---- what is on screen ----

/** The heading of the room that is shown. */
export const heading = page => page.getByRole('heading', { level: 1 });

/** Rooms that are reached as a half of a study: the study, and the half. */
const HALVES = {
  'Measured robustness': ['Robustness', 'Measured'],
  'Measured efficiency and stability': ['Efficiency', 'Measured'],
};

/** Goes to a room as a reader does. */
export async function enter(page, room) {
  const [study, half] = HALVES[room] ?? [room, 'As published'];
  await follow(page.getByRole('navigation', { name: 'Rooms' }), study);
  const halves = page.getByRole('navigation', { name: `Halves of ${study}` });
  if (await halves.isVisible()) await follow(halves, half);
}

/** Follows a link of a navigation, which is then the current one. */
async function follow(navigation, name) {
  // One name may be a part of another.
  await navigation.getByRole('link', { name, exact: true }).click();
  // The room changes with the address, a moment after the click.
  await eventually(async () => {
    assert.deepEqual(await navigation.locator('[aria-current]').allInnerTexts(), [name]);
  });
}

/** Goes to a panel of the resolvent room, or a step of the quantization room, as a reader does. */
export async function enterPanel(page, panel) {
  const panels = page.getByRole('navigation', { name: /^(Panels|Steps)/ });
  await panels.getByRole('link', { name: panel }).click();
  await eventually(async () => {
    assert.deepEqual(await panels.locator('[aria-current]').allInnerTexts(), [panel]);
  });
}

/** A text field by the beginning of its label; sliders may carry the same label. */
export const field = (page, label) => page.getByRole('textbox', { name: new RegExp(`^${label}`) });

/** Text on screen; the rooms that are not shown stay in the document. */
export const onScreen = (page, what, options) => page.getByText(what, options).filter({ visible: true });

export const choice = (page, label) => page.getByRole('combobox', { name: label, exact: true });

/** Opens what is folded away among the settings of the room. */
export async function unfoldSettings(page) {
  // After a reload the document is there before the program has put the room into it.
  await heading(page).waitFor();
  const folded = page.getByRole('form', { name: 'Settings' }).locator('details:not([open]) > summary');
  while (await folded.count()) await folded.first().click();
}

export const button = (page, name) => page.getByRole('button', { name, exact: true });

export const table = (page, caption) => page.getByRole('table', { name: caption });

/** The cells of a table's body, row by row, as text. */
export async function rows(page, caption, index = 0) {
  return table(page, caption).nth(index).evaluate(element =>
    [...element.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent.trim())),
  );
}

/** The names at the head of a table's columns. */
export const columns = (page, caption) =>
  table(page, caption).first().evaluate(element => [...element.tHead.rows[0].cells].map(cell => cell.textContent.trim()));

/** All that the page says in notices and beside controls, as alerts or as news. */
export async function sentences(page) {
  const all = await page.getByRole('alert').or(page.getByRole('status')).allInnerTexts();
  return all.map(text => text.replace(/×$/, '').trim()).filter(Boolean);
}

/** Waits until the page says something, and returns the sentence. */
export function said(page, pattern) {
  return eventually(async () => {
    const all = await sentences(page);
    const found = all.find(sentence => pattern.test(sentence));
    assert.ok(found, `The page does not say ${pattern}, but: ${JSON.stringify(all)}`);
    return found;
  });
}

/** What a click hands to the reader: the file's name and bytes. */
export async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}
