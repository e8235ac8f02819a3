// (c) Bound by latency: one table and twenty tables, each answer late, against one page after the other.
import { medianOf, megabytes, seconds } from '../harness/figures.mjs';
import { startSimulator } from '../harness/simulator.mjs';
import { measurePages, measureRead, readOf } from '../harness/work.mjs';

export const title = 'Bound by latency';

const twenty = ['standard'];
const narrow = ['name', 'accountnumber', 'modifiedon'];
const cases = [
  { name: 'one table, 0.3 s', latency: 300, tables: ['accounts'], rows: 'accounts=100000', concurrency: 10 },
  { name: 'twenty tables, 0.3 s', latency: 300, tables: twenty, rows: '*=20000', concurrency: 16 },
  {
    name: 'twenty tables of 100,000 rows, 1 s',
    latency: 1000,
    tables: twenty,
    rows: '*=100000',
    concurrency: 16,
    least: 10,
    columns: ['createdon'],
  },
  {
    name: 'one table of 1,000,000 rows, 1 s',
    latency: 1000,
    tables: ['accounts'],
    rows: 'accounts=1000000',
    concurrency: 10,
    // Against our own read of one page after the other.
    alone: true,
    least: 8,
    columns: narrow,
    memory: 350,
  },
  {
    name: 'the same, crowded into five seconds',
    latency: 1000,
    tables: ['accounts'],
    rows: 'accounts=10',
    crowds: 5,
    crowd: 200_000,
    concurrency: 10,
    columns: narrow,
    memory: 350,
  },
];

/** `only`: words of the names of the cases to measure. */
export async function run({ tell, only = '' }) {
  const results = [];
  for (const each of cases.filter(({ name }) => name.includes(only))) {
    tell(each.name);
    results.push({ ...each, ...(await measureCase(each)) });
  }
  return {
    note: 'floor: each table page by page along its links, one request at a time, thrown away; sequential: the same, or ours with one worker',
    header: ['case', 'floor', 'sequential', 'ours', 'times faster', 'peak'],
    rows: results.map(({ name, floor, sequential, ours }) => [
      name,
      seconds(medianOf(floor, (usage) => usage.seconds)),
      seconds(medianOf(sequential, (usage) => usage.seconds)),
      seconds(medianOf(ours, (usage) => usage.seconds)),
      (sequential[0].seconds / ours[0].seconds).toFixed(1),
      megabytes(medianOf(ours, (usage) => usage.peakBytes)),
    ]),
    bars: results.flatMap(({ name, sequential, ours, least, memory }) => [
      ...(least === undefined
        ? []
        : [{ what: `${name}: times faster`, value: sequential[0].seconds / ours[0].seconds, least }]),
      ...(memory === undefined
        ? []
        : [{ what: `${name}: peak memory (MB)`, value: ours[0].peakBytes / 1e6, most: memory }]),
    ]),
    figures: results,
  };
}

async function measureCase({
  latency,
  tables,
  rows,
  concurrency,
  columns,
  alone = false,
  crowds = 0,
  crowd,
}) {
  const fast = await startSimulator(['--prebuilt', '--rows', rows.replace(/\d+/, '10')]);
  const sets = await setsOf(fast, tables);
  await fast.stop();
  const simulator = await startSimulator(['--prebuilt', '--rows', rows]);
  try {
    for (let second = 0; second < crowds; second += 1) await importRows(simulator, second, crowd);
    const readBy = (workers) =>
      readOf(simulator, {
        settings: {
          tables,
          incremental_strategy: 'full',
          max_concurrency: workers,
          ...(columns && { columns: { '*': { include: columns } } }),
        },
      });
    const read = await readBy(concurrency);
    const select = columns ? `?$select=${[...new Set(['createdon', ...columns])].join(',')}` : '';
    const requests = sets.map((set) => ({
      path: `/api/data/v9.2/${set}${select}`,
      prefer: 'odata.maxpagesize=5000',
    }));
    const oneByOne = () =>
      measurePages(simulator, { mode: 'discard', requests, concurrency: 1, follow: true });
    // Once without waiting, so that no page has to be made while time is taken.
    await measureRead(read);
    await oneByOne();
    await setLatency(simulator, latency);
    const ours = [await measureRead(read)];
    const floor = [await oneByOne()];
    return { floor, ours, sequential: alone ? [await measureRead(await readBy(1))] : floor };
  } finally {
    await simulator.stop();
  }
}

/** From now on every answer waits so many milliseconds. */
async function setLatency({ ready }, latency) {
  const answer = await fetch(`${ready.control_url}/limits`, {
    method: 'PATCH',
    body: JSON.stringify({ latency }),
  });
  if (!answer.ok) throw new Error(`The latency was refused: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** An import of so many rows in one second. */
async function importRows({ ready }, second, count) {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const answer = await fetch(`${ready.control_url}/bulk/accounts`, {
    method: 'POST',
    body: JSON.stringify({ count, at }),
  });
  if (!answer.ok) throw new Error(`The import was refused: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** The tables that a read asks for. */
async function setsOf(simulator, tables) {
  if (!tables.includes('standard')) return tables;
  const { pages } = await import('../harness/work.mjs').then(({ requestsOf, readOf: of }) =>
    of(simulator, { settings: { tables, incremental_strategy: 'full' } }).then((read) =>
      requestsOf(simulator, read),
    ),
  );
  return [...new Set(pages.map(({ path }) => /v9\.2\/(\w+)\?/.exec(path)?.[1]))];
}
