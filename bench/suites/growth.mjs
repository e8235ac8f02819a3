// (d) Growth: time a row and peak memory, from small to large tables. `--rows N` sets the largest.
import { count, medianOf, megabytes, seconds } from '../harness/figures.mjs';
import { startSimulator } from '../harness/simulator.mjs';
import { measureRead, readOf } from '../harness/work.mjs';

export const title = 'Growth';

const sizes = [10_000, 100_000, 1_000_000, 3_000_000];
const memoryBar = 300;

export async function run({ rounds, rows, tell }) {
  const results = {};
  for (const size of sizes.filter((each) => each <= Math.max(rows, 1_000_000))) {
    const simulator = await startSimulator(['--prebuilt', '--rows', `accounts=${size}`]);
    try {
      const read = await readOf(simulator, {
        settings: {
          tables: ['accounts'],
          incremental_strategy: 'full',
          max_concurrency: 4,
          lookup_types: false,
        },
      });
      // The first read waits for the simulator to make the pages: memory has to be seen at full flow.
      tell(`${size} rows, the pages are made`);
      await measureRead(read);
      const most = size >= 1_000_000 ? Math.min(rounds, 2) : rounds;
      results[size] = [];
      for (let round = 0; round < most; round += 1) {
        tell(`${size} rows, run ${round + 1} of ${most}`);
        results[size].push(await measureRead(read));
      }
    } finally {
      await simulator.stop();
    }
  }
  const peaks = Object.entries(results).map(([size, usages]) => ({
    what: `peak memory at ${count(Number(size))} rows (MB)`,
    value: Math.max(...usages.map((usage) => usage.peakBytes)) / 1e6,
    most: memoryBar,
  }));
  return {
    note: 'accounts without the types of lookups, pages of 5,000 rows (18 MB), 4 at a time',
    header: ['rows', 'wall', 'wall per 1M rows', 'CPU per 1M rows', 'peak'],
    rows: Object.entries(results).map(([size, usages]) => [
      count(Number(size)),
      seconds(medianOf(usages, (usage) => usage.seconds)),
      seconds((medianOf(usages, (usage) => usage.seconds) * 1e6) / size),
      seconds((medianOf(usages, (usage) => usage.cpuSeconds) * 1e6) / size),
      megabytes(medianOf(usages, (usage) => usage.peakBytes)),
    ]),
    bars: peaks,
    figures: results,
  };
}
