// Ladders of small models, as the command line trains them, and as if they came with the lab.

import { bklab } from './command.mjs';

/** A ladder of small models as flags of the command line, for some contexts. */
export const flags = (...contexts) => [
  '--sizes', '8x2', '--contexts', contexts.join(','), '--steps', '24', '--tokens-a-step', '256', '--generate', '40000',
  '--tokens', '1000', '--sparsity-steps', '4',
];

/** The record of a ladder, trained by the command line. */
export const ladder = (...options) => JSON.parse(bklab('ladder', '--json', ...options));

/** Small ladders of both studies, over two seeds. */
export const ladders = () => ({
  efficiency: ladder(...flags(32), '--seeds', '1,2', '--kinds', 'published,mamba'),
  stability: ladder('--stability', ...flags(32, 64), '--seeds', '1,2', '--kinds', 'mamba'),
});

/** Lets ladders come with the lab, or none. */
export async function ship(page, records = {}) {
  for (const study of ['efficiency', 'stability']) {
    await page.route(`**/checkpoints/ladder-${study}.json`, route => route.fulfill({ json: records[study] ?? null }));
  }
}
