import { expect, it } from 'vitest';
import { limits, type Observation } from '../../src/dataverse/limits/limits.ts';
import { virtualClock } from './virtual-clock.ts';

const settings = { requestsPerSecond: 1_000, maxConcurrency: 24, budgetPercent: 100, maxWaitSeconds: 1_800 };
const observation: Observation = {
  ok: true,
  // Far from what the budget allows.
  serverTime: 10,
  headers: { 'x-ms-dop-hint': '48' },
  refusal: undefined,
};

it('time stands still until every request that may start has started', async () => {
  let working = 0;
  const clock = virtualClock(0, { underWay: () => working, stalled: () => working });
  const bounds = limits(settings, clock, () => {});
  const starts: number[] = [];
  const request = async () => {
    starts.push(clock.now());
    working += 1;
    await clock.sleep(4_000);
    working -= 1;
    return { value: undefined, observation };
  };
  const ask = () => Promise.all(Array.from({ length: 24 }, () => bounds.run('accounts', request)));
  // Often enough for the code to be compiled: the faster the loop turns, the less of real time a turn gives.
  for (let round = 0; round < 20; round += 1) await ask();
  const before = starts.length;
  const at = clock.now();
  await ask();
  bounds.close();
  expect(starts.slice(before)).toEqual(Array.from({ length: 24 }, () => at));
});
