// What a read costs, by counts that are the same on every machine: requests and memory. Time is for `npm run bench`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from './support/environment.ts';

const hook = join(import.meta.dirname, '..', 'bench', 'harness', 'usage-hook.mjs');

let environment: Environment | undefined;
afterEach(() => environment?.close());

/** Reads accounts in full; tells the requests for their pages, all others, the rows, and the memory at the peak in MB. */
async function cost(rows: number, settings: Readonly<Record<string, unknown>>) {
  environment = await startEnvironment({ rows: { '*': 1, accounts: rows }, prebuilt: true });
  const { simulator, scratch } = environment;
  const config = environment.config({
    tables: ['accounts'],
    incremental_strategy: 'full',
    requests_per_second: 10_000,
    max_concurrency: 4,
    ...settings,
  });
  const usage = join(scratch.folder, 'usage.json');
  const { code, stderr } = await environment.tap(['read', '--config', config], {
    env: { NODE_OPTIONS: `--import=${hook}`, BENCH_USAGE: usage },
    discard: true,
  });
  expect(code).toBe(0);
  const urls = simulator.control.requests().map(({ url }) => url);
  const pages = urls.filter((url) => url.includes('/accounts?') && !url.includes('$top')).length;
  const { peakBytes } = JSON.parse(readFileSync(usage, 'utf8'));
  const written = Number(/INFO total +([\d,]+)/.exec(stderr)?.[1]?.replaceAll(',', ''));
  return { pages, others: urls.length - pages, written, megabytes: peakBytes / 1e6 };
}

describe('a read of a table costs', () => {
  it.each([1, 4, 10])('little more requests than the table has pages, with %i workers', async (workers) => {
    const { pages, others } = await cost(20_000, { page_size: 500, max_concurrency: workers });
    expect(pages).toBeGreaterThanOrEqual(40);
    // A page more for each range that is not a whole number of pages, and one for rows without a date.
    expect(pages).toBeLessThanOrEqual(40 + 2 * workers + 1);
    expect(others).toBeLessThanOrEqual(12);
  });

  it('one request for rows where one page holds them all', async () => {
    const { pages } = await cost(400, { page_size: 500 });
    expect(pages).toBe(1);
  });

  it('no more memory for a million rows than for a hundred thousand', async () => {
    const columns = { '*': { include: ['name'] } };
    const small = await cost(100_000, { columns });
    await environment?.close();
    const large = await cost(1_000_000, { columns });
    expect([small.written, large.written]).toEqual([100_000, 1_000_000]);
    expect(large.megabytes).toBeLessThan(1.25 * small.megabytes);
    expect(large.megabytes).toBeLessThan(250);
  });
});
