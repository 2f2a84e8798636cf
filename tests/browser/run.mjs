// Runs files of browser tests, given as paths: several at once, and then, one by one, those that need an idle machine.

import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Files that measure how fast something is, or how soon it stops. */
const ALONE = ['heavy', 'speed'];

/** Files that take longest come first, so that none of them is left over when all others are done. */
const LONGEST = [];

/** Each file has a browser of its own, whose page and worker compute in turns. */
const AT_ONCE = Math.max(2, availableParallelism());

const nameOf = path => basename(path, '.test.mjs');

/** The place of a file in the order: by its place in the list, behind it by name. */
function byLength(one, other) {
  const place = path => (LONGEST.includes(nameOf(path)) ? LONGEST.indexOf(nameOf(path)) : LONGEST.length);
  return place(one) - place(other) || nameOf(one).localeCompare(nameOf(other));
}

/** Seconds that the tests of a file took, by its name. */
const seconds = new Map();

/** Runs files, writes what they report, and notes whether all have passed. */
async function runFiles(files, concurrency) {
  if (files.length === 0) return;
  const events = run({ files, concurrency });
  const note = ({ nesting, file, details }) => {
    if (nesting > 0 || !file) return;
    seconds.set(nameOf(file), (seconds.get(nameOf(file)) ?? 0) + details.duration_ms / 1000);
  };
  events.on('test:pass', note);
  events.on('test:fail', event => {
    process.exitCode = 1;
    note(event);
  });
  for await (const text of events.compose(new spec())) process.stdout.write(text);
}

const files = process.argv.slice(2).sort(byLength);
if (files.length === 0) throw new Error('No file was named, so nothing would be tested. Name at least one.');
const isAlone = path => ALONE.includes(nameOf(path));
await runFiles(files.filter(path => !isAlone(path)), AT_ONCE);
await runFiles(files.filter(isAlone), 1);

console.log('\nSeconds by file, where several run at once:');
for (const [name, time] of [...seconds].sort(([, one], [, other]) => other - one)) {
  console.log(`${time.toFixed(1).padStart(8)}  ${name}`);
}
