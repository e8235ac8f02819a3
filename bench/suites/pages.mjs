// (g) The size of a page: what smaller ones cost.
import { interleave, medianOf, megabytes, rate, seconds } from '../harness/figures.mjs';
import { startSimulator } from '../harness/simulator.mjs';
import { measureRead, readOf } from '../harness/work.mjs';

export const title = 'The size of a page';

export async function run({ rounds, rows, tell }) {
  const simulator = await startSimulator(['--prebuilt', '--rows', `accounts=${rows}`]);
  try {
    const variants = {};
    for (const size of [500, 1000, 2500, 5000]) {
      const read = await readOf(simulator, {
        settings: {
          tables: ['accounts'],
          incremental_strategy: 'full',
          max_concurrency: 4,
          page_size: size,
        },
      });
      await measureRead(read);
      variants[`${size} rows`] = () => measureRead(read);
    }
    const results = await interleave(variants, rounds, tell);
    return {
      note: `${rows} accounts, 4 requests at a time`,
      header: ['page', 'wall', 'rows', 'CPU', 'peak'],
      rows: Object.entries(results).map(([name, usages]) => [
        name,
        seconds(medianOf(usages, (usage) => usage.seconds)),
        rate(rows / medianOf(usages, (usage) => usage.seconds)),
        seconds(medianOf(usages, (usage) => usage.cpuSeconds)),
        megabytes(medianOf(usages, (usage) => usage.peakBytes)),
      ]),
      figures: results,
    };
  } finally {
    await simulator.stop();
  }
}
