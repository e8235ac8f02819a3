// `npm run bench:plots`: draws docs/performance/NAME.svg from each bench/results/NAME.json that there is a plot for.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { charts } from './plots/charts.mjs';

const results = join(import.meta.dirname, 'results');
const drawings = join(import.meta.dirname, '..', 'docs', 'performance');

mkdirSync(drawings, { recursive: true });
for (const [name, draw] of Object.entries(charts)) {
  const [result] = resultsOf(name);
  if (result === undefined) {
    console.error(
      `No ${name}: npm run ${name === 'peers' ? 'bench:peers' : `bench -- ${name}`} measures it.`,
    );
    continue;
  }
  writeFileSync(join(drawings, `${name}.svg`), draw(result));
  console.log(`docs/performance/${name}.svg`);
}

/** The results of a benchmark; those of single cases (`--case`), measured one by one, as one. */
function resultsOf(name) {
  const files = existsSync(results) ? readdirSync(results) : [];
  const read = (file) => JSON.parse(readFileSync(join(results, file), 'utf8'));
  if (files.includes(`${name}.json`)) return [read(`${name}.json`)];
  const cases = files.filter((file) => file.startsWith(`${name}-`)).map(read);
  return cases.length === 0 ? [] : [{ ...cases[0], figures: cases.flatMap(({ figures }) => figures) }];
}
