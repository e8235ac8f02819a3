// The record path in memory, one thread: what a page of 5,000 rows costs on each path, against unzipping it alone and
// against parsing and writing it again. Run after `npm run build`: `node bench/records.mjs [--rows N] [--runs N] [--json]`.
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createPool } from '../dist/core/pool.js';
import { framePage } from '../dist/records/page.js';
import { columns, frame, pageOf, shapeOf } from './page.mjs';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000' },
    runs: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});
const rows = Number(options.rows);
const runs = Number(options.runs);

const pages = Object.fromEntries(['none', 'types', 'labels'].map((name) => [name, pageOf(rows, name)]));
const zipped = Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, gzipSync(page)]));
const pool = createPool();

// name, page, work, and what it is compared with: unzipping the plain page, which is the floor, or the page's own.
const cases = [
  ['unzip only (the floor)', 'none', () => unzip('none')],
  ['splice', 'none', () => frames('none', 'none', 'splice')],
  ['JSON.parse and stringify', 'none', () => parseAndStringify(pages.none)],
  ['rewrite, one column renamed', 'none', () => frames('none', 'renamed', 'rewrite')],
  ['unzip only, with types', 'types', () => unzip('types')],
  ['lookup types', 'types', () => frames('types', 'types', 'splice')],
  ['unzip only, with labels', 'labels', () => unzip('labels')],
  ['labels', 'labels', () => frames('labels', 'labels', 'splice')],
];

const shapes = new Map(['none', 'types', 'labels'].map((name) => [name, shapeOf(name)]));
const renamed = shapeOf('none');
shapes.set('renamed', {
  ...renamed,
  columns: renamed.columns.map((c, i) => (i === 50 ? { ...c, as: 'other' } : c)),
});

function unzip(name) {
  return gunzipSync(zipped[name], { chunkSize: pages[name].length + 64 });
}

function frames(page, shape, path) {
  const framed = framePage(pages[page], shapes.get(shape), frame, { pool });
  pool.give(framed.lines);
  if (framed.rows !== rows || framed.path !== path) throw new Error(`took the path ${framed.path}`);
}

function parseAndStringify(page) {
  const before = frame.before.toString().slice(0, -1);
  const after = frame.after.toString().slice(1);
  const { value } = JSON.parse(page.toString());
  const lines = [];
  for (const row of value) {
    delete row['@odata.etag'];
    lines.push(before, JSON.stringify(row), after);
  }
  return Buffer.from(lines.join(''));
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const times = cases.map(() => []);
// Runs take turns, so that a slow spell of the machine does not fall on one case alone. Processor time, not wall time:
// a neighbour on the same cores should not count.
for (let run = -2; run < runs; run++) {
  cases.forEach(([, , work], i) => {
    globalThis.gc?.();
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    if (run >= 0) times[i].push((user + system) / 1000);
  });
}
const results = cases.map(([name, page], i) => {
  const milliseconds = median(times[i]);
  const megabytes = pages[page].length / 1e6;
  return {
    name,
    megabytes: Number(megabytes.toFixed(1)),
    cpuMilliseconds: Number(milliseconds.toFixed(1)),
    megabytesPerSecond: Math.round((megabytes / milliseconds) * 1000),
    rowsPerSecond: Math.round((rows / milliseconds) * 1000),
    ofFloor: Number((milliseconds / median(times[0])).toFixed(2)),
  };
});
if (options.json)
  console.log(JSON.stringify({ rows, columns: columns.length, runs, node: process.version, results }));
else console.table(Object.fromEntries(results.map(({ name, ...figures }) => [name, figures])));
