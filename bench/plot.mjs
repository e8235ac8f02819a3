// `npm run bench:plots`: draws docs/performance/NAME.svg from each bench/results/NAME.json that there is a plot for.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { charts } from './plots/charts.mjs';

const results = join(import.meta.dirname, 'results');
const drawings = join(import.meta.dirname, '..', 'docs', 'performance');

mkdirSync(drawings, { recursive: true });
for (const [name, draw] of Object.entries(charts)) {
  const from = join(results, `${name}.json`);
  if (!existsSync(from)) {
    console.error(
      `No ${name}: npm run ${name === 'peers' ? 'bench:peers' : `bench -- ${name}`} measures it.`,
    );
    continue;
  }
  writeFileSync(join(drawings, `${name}.svg`), draw(JSON.parse(readFileSync(from, 'utf8'))));
  console.log(`docs/performance/${name}.svg`);
}
