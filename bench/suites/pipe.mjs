// (b) Into a real consumer, over a real pipe; against the same rows thrown away.
import { interleave, medianOf, medianRatio, rate, ratio, seconds } from '../harness/figures.mjs';
import { startSimulator } from '../harness/simulator.mjs';
import { startWarehouse } from '../harness/warehouse.mjs';
import { measureRead, readOf } from '../harness/work.mjs';

export const title = 'Into a pipe';

export async function run({ rounds, rows, tell }) {
  const warehouse = await startWarehouse();
  const simulator = await startSimulator(['--prebuilt', '--rows', `accounts=${rows}`]);
  try {
    const settings = { tables: ['accounts'], incremental_strategy: 'full', max_concurrency: 4 };
    const read = await readOf(simulator, { settings });
    await measureRead(read);
    const load = async () => {
      const { usage, rows: arrived } = await warehouse.load('accounts', (into) =>
        measureRead(read, { into }),
      );
      if (arrived !== rows) throw new Error(`${arrived} of ${rows} rows arrived.`);
      return usage;
    };
    const variants = {
      'thrown away': () => measureRead(read),
      'piped to cat': () => measureRead(read, { into: 'cat' }),
      'piped to target-postgres': load,
    };
    // Any other consumer: BENCH_PIPE='target-postgres --config target.json'.
    const other = process.env.BENCH_PIPE;
    if (other !== undefined)
      variants[`piped to ${other.split(' ')[0]}`] = () => measureRead(read, { into: other });
    const results = await interleave(variants, rounds, tell);
    const wall = (usage) => usage.seconds;
    return {
      note: `${rows} accounts with the types of lookups, Singer; ${warehouse.name}`,
      header: ['variant', 'wall', 'rows', 'CPU of ours', 'of thrown away'],
      rows: Object.entries(results).map(([name, usages]) => [
        name,
        seconds(medianOf(usages, wall)),
        rate(rows / medianOf(usages, wall)),
        seconds(medianOf(usages, (usage) => usage.cpuSeconds)),
        ratio(medianRatio(usages, results['thrown away'], wall)),
      ]),
      figures: results,
    };
  } finally {
    await simulator.stop();
    await warehouse.stop();
  }
}
