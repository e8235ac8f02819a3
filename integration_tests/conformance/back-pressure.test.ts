// A reader that stands still stops the whole program, up to its requests: memory stays where it is.
import { readFileSync } from 'node:fs';
import { setTimeout as moment } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { throughFifo } from './reader.ts';

const pages = 40;

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 1, accounts: pages * 5000 }, prebuilt: true });
});
afterAll(() => environment.close());

const pagesAsked = (): number =>
  environment.simulator.control.requests().filter(({ url }) => url.includes('/accounts?')).length;

/** Waits until the program asks for nothing more: there is no event for what does not happen. */
async function standstill(): Promise<void> {
  for (let [before, still] = [-1, 0]; still < 10; ) {
    await moment(100);
    const asked = pagesAsked();
    still = asked === before ? still + 1 : 0;
    before = asked;
  }
}

it.each([
  ['tap-dynamics365', []],
  ['source-dynamics365', ['read', '--catalog']],
] as const)('%s asks for no more pages than it can hold, in bounded memory [A6, S11]', async (bin, words) => {
  const settings = {
    tables: ['accounts'],
    incremental_strategy: 'modifiedon',
    requests_per_second: 1000,
    max_concurrency: 4,
  };
  const stream = {
    name: 'accounts',
    json_schema: { type: 'object' },
    supported_sync_modes: ['full_refresh', 'incremental'],
  };
  const catalog = environment.scratch.write('accounts.json', {
    streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append' }],
  });
  const args = [...words, ...(words.length > 0 ? [catalog] : []), '--config', environment.config(settings)];
  environment.simulator.control.clearRequests();
  let megabytes = 0;
  let asked = 0;
  await throughFifo(environment, bin, args, async (output, child) => {
    for await (const chunk of output) {
      if (!chunk.includes('"RECORD"')) continue;
      await standstill();
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      megabytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
      asked = pagesAsked();
      child.kill('SIGKILL');
      break;
    }
  });
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(pages / 2);
  expect(megabytes).toBeGreaterThan(0);
  // Measured: 190 to 215; the pages that wait may have 96 of them.
  expect(megabytes).toBeLessThan(256);
});
