// (a) Throughput by path, in both protocols: the connector against the floor (the same pages downloaded, unpacked and
// thrown away, as many at a time) and against the same pages parsed and written with JSON.stringify.
import { interleave, medianOf, medianRatio, megabytes, rate, ratio, seconds } from '../harness/figures.mjs';
import { startSimulator } from '../harness/simulator.mjs';
import { measurePages, measureRead, readOf, requestsOf } from '../harness/work.mjs';

export const title = 'Throughput by path';

const concurrency = 4;
const paths = [
  { path: 'splice', settings: { lookup_types: false, labels: 'none' }, bar: 1.25 },
  { path: 'lookup types', settings: { lookup_types: true, labels: 'none' }, bar: 1.8 },
  { path: 'labels', settings: { lookup_types: true, labels: 'all' }, bar: 2.5 },
];
const referenceBar = 3.5;

export async function run({ rounds, rows, tell }) {
  const simulator = await startSimulator(['--prebuilt', '--rows', `accounts=${rows}`]);
  try {
    const variants = {};
    const pages = {};
    for (const { path, settings } of paths) {
      const read = (protocol) =>
        readOf(simulator, {
          protocol,
          settings: {
            tables: ['accounts'],
            incremental_strategy: 'full',
            max_concurrency: concurrency,
            ...settings,
          },
        });
      const [singer, airbyte] = [await read('singer'), await read('airbyte')];
      const { pages: requests } = await requestsOf(simulator, singer);
      pages[path] = requests.length;
      const same = (mode, protocol) => () =>
        measurePages(simulator, { mode, protocol, requests, concurrency });
      variants[`${path}: floor`] = same('discard', 'singer');
      variants[`${path}: singer`] = () => measureRead(singer);
      variants[`${path}: airbyte`] = () => measureRead(airbyte);
      variants[`${path}: parse and stringify, singer`] = same('stringify', 'singer');
      variants[`${path}: parse and stringify, airbyte`] = same('stringify', 'airbyte');
    }
    const results = await interleave(variants, rounds, tell);
    return report(results, rows, pages);
  } finally {
    await simulator.stop();
  }
}

function report(results, rows, pages) {
  const wall = (usage) => usage.seconds;
  const plainFloor = results['splice: floor'];
  const lines = Object.entries(results).map(([name, usages]) => {
    const floor = results[`${name.split(':')[0]}: floor`];
    const took = medianOf(usages, wall);
    return [
      name,
      seconds(took),
      rate(rows / took),
      seconds(medianOf(usages, (usage) => usage.cpuSeconds) * (1e6 / rows)),
      megabytes(medianOf(usages, (usage) => usage.peakBytes)),
      ratio(medianRatio(usages, floor, wall)),
      ratio(medianRatio(usages, plainFloor, wall)),
      ratio(medianRatio(usages, floor, (usage) => usage.cpuSeconds)),
    ];
  });
  const bars = paths.flatMap(({ path, bar }) =>
    ['singer', 'airbyte'].flatMap((protocol) => {
      const ours = results[`${path}: ${protocol}`];
      const reference = results[`${path}: parse and stringify, ${protocol}`];
      return [
        {
          what: `${path}, ${protocol}: wall over the floor`,
          value: medianRatio(ours, plainFloor, wall),
          most: bar,
        },
        {
          what: `${path}, ${protocol}: times faster than parse and stringify`,
          value: medianRatio(reference, ours, wall),
          least: referenceBar,
        },
      ];
    }),
  );
  return {
    note: `${rows} accounts, pages of 5,000 rows, ${concurrency} at a time, output thrown away; pages: ${JSON.stringify(pages)}`,
    header: [
      'variant',
      'wall',
      'rows',
      'CPU per 1M rows',
      'peak',
      'of its floor',
      'of the plain floor',
      'CPU of its floor',
    ],
    rows: lines,
    bars,
    figures: results,
  };
}
