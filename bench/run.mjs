// `npm run bench -- [NAME…] [--rounds N] [--rows N] [--case WORDS]`: measures, prints tables with their bars, and leaves bench/results/NAME.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, machine } from './harness/machine.mjs';
import { textTable } from './harness/table.mjs';

const suites = ['startup', 'read', 'pipe', 'pages', 'latency', 'growth', 'limits', 'parts'];
/** Run by name only: it installs what it measures. */
const others = ['peers'];
const results = join(import.meta.dirname, 'results');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '100000' },
    case: { type: 'string', default: '' },
    quiet: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => ![...suites, ...others].includes(name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${[...suites, ...others].join(', ')}.`);
  process.exit(2);
}

mkdirSync(results, { recursive: true });
let missed = 0;
for (const name of positionals.length > 0 ? positionals : suites) {
  const suite = await import(`./suites/${name}.mjs`);
  const on = machine();
  console.log(`\n=== ${suite.title}\n${describeMachine(on)}`);
  const result = await suite.run({
    rounds: Number(values.rounds),
    rows: Number(values.rows),
    only: values.case,
    tell: values.quiet ? () => {} : (line) => console.error(`    ${line}`),
  });
  writeFileSync(
    join(results, `${[name, ...(values.case ? [values.case.replaceAll(/\W+/g, '-')] : [])].join('-')}.json`),
    `${JSON.stringify({ name, title: suite.title, machine: on, rounds: Number(values.rounds), size: Number(values.rows), ...result }, null, 1)}\n`,
  );
  console.log(
    [...(result.note ? [result.note, ''] : []), ...textTable(result.header, result.rows)].join('\n'),
  );
  for (const remark of result.remarks ?? []) console.log(remark);
  for (const bar of result.bars ?? []) {
    if (!holds(bar)) missed += 1;
    console.log(`${holds(bar) ? 'holds ' : 'MISSED'}  ${describeBar(bar)}`);
  }
}
process.exitCode = missed > 0 ? 1 : 0;

function holds({ value, most, least }) {
  return most === undefined ? value >= least : value <= most;
}

function describeBar({ what, value, most, least, unit = '' }) {
  const bar = most === undefined ? `at least ${least}` : `at most ${most}`;
  return `${what}: ${value.toFixed(2)}${unit} (${bar})`;
}
