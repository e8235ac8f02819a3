import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import { limits } from './limits.ts';
import { modelService, type ServiceModel } from './service.testing.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Repeatable costs, from half to one and a half of so many milliseconds. */
function around(average: number, seed = 42): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return average * (0.5 + state / 2147483647);
  };
}

/** Keeps 20 tables asking for pages for so many minutes; what came of it. */
async function read(model: ServiceModel, minutes: number) {
  const service = modelService(model, systemClock);
  const settings = {
    requestsPerSecond: 15,
    maxConcurrency: undefined,
    budgetPercent: 100,
    maxWaitSeconds: 1_800,
  };
  const bounds = limits(settings, systemClock, () => {});
  let over = false;
  const workers = Array.from({ length: 60 }, async (_, place) => {
    while (!over) await bounds.run(`table ${place % 20}`, service.request).catch(() => undefined);
  });
  await vi.advanceTimersByTimeAsync(minutes * 60_000);
  over = true;
  bounds.close();
  await vi.advanceTimersByTimeAsync(120_000);
  await Promise.all(workers);
  const ceiling = model.servers * 1_200_000 * (minutes / 5);
  return {
    used: service.tally.executed / ceiling,
    refused: service.tally.refused / (service.tally.refused + service.tally.answered),
  };
}

describe('under the documented limits', () => {
  const base: ServiceModel = { servers: 1, execution: () => 4_000, network: 0, hint: 48, tells: true };
  const cases: (readonly [string, ServiceModel, number])[] = [
    ['pages that all cost the same', base, 0.9],
    ['pages of very different costs', { ...base, execution: around(4_000) }, 0.9],
    ['short pages', { ...base, execution: around(600) }, 0.9],
    ['long pages', { ...base, execution: around(20_000) }, 0.9],
    ['a low hint, which alone keeps it below', { ...base, hint: 3 }, 0.7],
    ['a slow network, which makes us overestimate what we use', { ...base, network: 1_500 }, 0.85],
    ['a service that does not tell what is left', { ...base, tells: false }, 0.9],
    ['a slow network and a service that does not tell', { ...base, network: 400, tells: false }, 0.85],
    ['several servers, each with its own allowance', { ...base, servers: 3 }, 0.7],
  ];
  for (const seed of [1, 7, 19, 1_000, 65_537]) {
    cases.push([`long pages, in another order (${seed})`, { ...base, execution: around(20_000, seed) }, 0.9]);
  }
  for (const [name, model, least] of cases) {
    it(`most of what is allowed is used, and next to nothing refused: ${name}`, async () => {
      const { used, refused } = await read(model, 20);
      expect(used).toBeGreaterThan(least);
      expect(refused).toBeLessThan(0.01);
    });
  }
});
