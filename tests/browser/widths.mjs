// What the tests of measured robustness share: a model that trains in seconds, and a site that ships what a test says.

const ARCHITECTURE = {
  model: 'resnet-bk', width: 32, layers: 2, context: 64, potentials: 4, learned: true, gating: 'all', tied: true,
};

/** A link to the training of a model on 20,000 held-out tokens' worth of text. */
export function link({ steps = 40, seed = 1 } = {}) {
  const recipe = { steps, batch: 16, warm_up: 10, validate_every: 40, seed };
  const settings = { architecture: ARCHITECTURE, recipe, text: { text: 'language', tokens: 400_000 } };
  const query = Object.entries(settings).map(([key, value]) => `&${key}=${encodeURIComponent(JSON.stringify(value))}`);
  return `#/models?v=1${query.join('')}`;
}

/** What comes with the lab, as far as these tests go. */
export async function ship(page, entries, record = null) {
  await page.route('**/checkpoints/index.json', route => route.fulfill({ json: entries }));
  await page.route('**/checkpoints/widths.json', route => route.fulfill({ json: record }));
}
