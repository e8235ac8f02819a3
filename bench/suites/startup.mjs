// (e) Start-up: what has to answer at once, against an empty program.
import { interleave, medianOf, medianRatio, milliseconds, ratio } from '../harness/figures.mjs';
import { measure } from '../harness/measure.mjs';
import { program, startSimulator } from '../harness/simulator.mjs';

export const title = 'Start-up';

export async function run({ rounds, tell }) {
  const simulator = await startSimulator(['--prebuilt', '--rows', '*=10']);
  try {
    const check = [
      program('tap-dynamics365'),
      'check',
      '--config',
      simulator.config({ tables: ['accounts'] }),
    ];
    const results = await interleave(
      {
        'node -e 0': () => measure(['-e', '0']),
        '--version': () => measure([program('tap-dynamics365'), '--version']),
        'spec, singer': () => measure([program('tap-dynamics365'), 'spec']),
        'spec, airbyte': () => measure([program('source-dynamics365'), 'spec']),
        '--help': () => measure([program('tap-dynamics365'), '--help']),
        'check of one table': () => measure(check, { env: simulator.env }),
      },
      5 * rounds,
      tell,
    );
    const wall = (usage) => usage.seconds;
    const base = results['node -e 0'];
    return {
      header: ['command', 'wall', 'of node -e 0'],
      rows: Object.entries(results).map(([name, usages]) => [
        name,
        milliseconds(1000 * medianOf(usages, wall)),
        ratio(medianRatio(usages, base, wall)),
      ]),
      bars: ['--version', 'spec, singer', 'spec, airbyte'].map((what) => ({
        what,
        value: medianRatio(results[what], base, wall),
        most: 2.5,
      })),
      figures: results,
    };
  } finally {
    await simulator.stop();
  }
}
