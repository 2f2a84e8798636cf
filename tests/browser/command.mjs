// The command line: the page's twin, and the reference its numbers are held against.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setting } from './lab.mjs';

/** Runs `bklab` and returns what it prints; throws unless it succeeds. */
export function bklab(...parameters) {
  const command = setting('BK_LAB_COMMAND', 'the path of the built bklab');
  return execFileSync(command, parameters, { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The published summary of the robustness simulation. */
export const summary = (...options) => bklab('figure', 'robustness', '--summary', '-', ...options);

/** A figure's files by their endings. */
export function files(figure, endings, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'bk-lab-files-'));
  try {
    bklab('figure', figure, '--out', join(folder, 'figure'), '--format', endings.join(','), ...options);
    return new Map(endings.map(ending => [ending, readFileSync(join(folder, `figure.${ending}`))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The record of a resolvent, by default from the back end that is the reference: double precision. */
export function resolvent({ potential, energy, eta, sites, backend = 'f64' }) {
  const options = Object.entries({ potential, energy, eta, sites, backend })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name}=${value}`);
  return JSON.parse(bklab('resolvent', '--json', ...options));
}
