// Other connectors and ours: the same table in turn, and what each of them got wrong of what there is.
import { join } from 'node:path';
import { interleave, medianOf, medianRatio, megabytes, rate, ratio, seconds } from '../harness/figures.mjs';
import { startSimulator } from '../harness/simulator.mjs';
import { check, environment } from '../peers/check.mjs';
import { install } from '../peers/environments.mjs';
import { findingsOf } from '../peers/findings.mjs';
import { countRecords } from '../peers/messages.mjs';
import { ours, peers } from '../peers/programs.mjs';
import { prepare } from '../peers/runs.mjs';

export const title = 'Other connectors';

const bar = 15;
const accounts = { table: 'account', set: 'accounts' };
const raced = { tables: ['accounts'], max_concurrency: 4 };
/** Rows and columns as the peers have them: all rows in full, no labels, no types of lookups. */
const same = { ...raced, incremental_strategy: 'full', lookup_types: false, labels: 'none' };
const programs = [
  ...peers,
  ours('singer', 'ours, Singer', same),
  ours('airbyte', 'ours, Airbyte', same),
  { ...ours('singer', 'ours, Singer, with deletes and lookup types', raced), full: false },
];
const checked = [
  ...peers,
  ours('singer', 'ours, Singer', { tables: ['*'] }),
  ours('airbyte', 'ours, Airbyte', { tables: ['*'] }),
];

export async function run({ rounds, rows, tell }) {
  const failures = await installAll(tell);
  const usable = (program) => !failures.has(program.name);
  const results = await race(programs.filter(usable), failures, { rounds, rows, tell });
  const [findings, notChecked] = [{}, []];
  for (const program of checked.filter(usable)) {
    tell(`comparing what ${program.name} writes with the truth`);
    const found = await check(program).catch((error) => error);
    if (found instanceof Error) notChecked.push(`NOT COMPARED  ${program.name}: ${shortened(found)}`);
    else findings[program.name] = found;
  }
  return {
    note: `${rows} accounts of 112 columns in pages of 5,000, whole processes, output thrown away`,
    header: ['program', 'wall', 'rows', 'CPU', 'CPU per 1M rows', 'peak', 'wall of ours'],
    rows: Object.entries(results).map(([name, usages]) => line(name, usages, results, rows)),
    bars: peers.map(({ name, protocol }) => ({
      what: `${oursFor(protocol)}: times faster than ${name}`,
      value: usable({ name }) ? medianRatio(results[name], results[oursFor(protocol)], wall) : 0,
      least: bar,
    })),
    remarks: [
      ...[...failures].map(([name, reason]) => `NOT MEASURED  ${name}: ${reason}`),
      ...notChecked,
      ...Object.entries(findings).flatMap(([name, found]) => ['', name, ...findingsOf(found)]),
    ],
    figures: results,
    findings,
    failures: Object.fromEntries(failures),
  };
}

const wall = (usage) => usage.seconds;
const oursFor = (protocol) => (protocol === 'singer' ? 'ours, Singer' : 'ours, Airbyte');

/** What went wrong, by peer: one that cannot be installed must not hide how the other does. */
async function installAll(tell) {
  const failures = new Map();
  for (const peer of peers) {
    await install(peer.package, tell).catch((error) => failures.set(peer.name, shortened(error)));
  }
  return failures;
}

/** Runs all in turn. Before, each runs once untimed, which fills the simulator's pages and counts the records. */
async function race(racing, failures, { rounds, rows, tell }) {
  const simulator = await startSimulator([
    '--prebuilt',
    ...['--scenario', environment, '--rows', `accounts=${rows},*=10`],
  ]);
  try {
    const variants = {};
    for (const program of racing) {
      tell(`first run: ${program.name}`);
      try {
        const { read } = await prepare(program, simulator, {
          tables: [accounts],
          full: program.full ?? true,
        });
        const output = join(simulator.folder, 'output.ndjson');
        await read(output);
        const records = await countRecords(output);
        if (records !== rows) throw new Error(`it wrote ${records} records of ${rows} rows`);
        variants[program.name] = () => read();
      } catch (error) {
        // Without ours there is nothing to compare with.
        if (program.package === undefined) throw error;
        failures.set(program.name, shortened(error));
      }
    }
    return await interleave(variants, rounds, tell);
  } finally {
    await simulator.stop();
  }
}

function line(name, usages, results, rows) {
  const took = medianOf(usages, wall);
  const cpu = medianOf(usages, (usage) => usage.cpuSeconds);
  const { protocol } = programs.find((program) => program.name === name);
  return [
    name,
    seconds(took),
    rate(rows / took),
    seconds(cpu),
    seconds(cpu * (1e6 / rows)),
    megabytes(medianOf(usages, (usage) => usage.peakBytes)),
    ratio(medianRatio(usages, results[oursFor(protocol)], wall)),
  ];
}

const shortened = (error) =>
  String(error.stderr || error.message)
    .trim()
    .slice(-2000);
