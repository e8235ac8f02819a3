import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conditions, type Limited, type LimitedRead, limited } from '../support/limited.ts';

// The read command against the simulator with the documented limits, in virtual time: `npm run bench -- limits` in small.

const size = { tables: 20, rows: 800, pageSize: 40 };
/** Half as many pages as in the benchmark, so they take twice as long. */
const average = 7;

let environment: Limited;
const warnings: string[] = [];
const onWarning = ({ message }: Error): void => void warnings.push(message);
beforeAll(async () => {
  process.on('warning', onWarning);
  environment = await limited(size);
});
afterAll(async () => {
  process.off('warning', onWarning);
  await environment.close();
});

const read = async (conditions: Conditions = {}): Promise<LimitedRead> => {
  const came = await environment.read({ average, ...conditions });
  expect(came).toMatchObject({ rows: size.tables * size.rows, failed: 0 });
  expect(came.mostBegun).toBeLessThanOrEqual(conditions.others === undefined ? 15 : 17);
  return came;
};
const shareOf = ({ ceiling, took }: LimitedRead): number => ceiling / took;
const refusedOf = ({ refused, requests }: LimitedRead): number => refused / requests;

describe('reading 20 tables under the documented limits', () => {
  const cases: readonly (readonly [string, number, Conditions])[] = [
    ['one server', 0.9, {}],
    // At the end of 20 pages a table, the last workers have the service for themselves; the benchmark has longer tables.
    ['one server that advises 8 requests at a time', 0.8, { limits: { dopHint: 8 } }],
    ['several servers, each with an allowance of its own', 0.8, { limits: { servers: 3 }, average: 18 }],
    ['several servers that share the allowance', 0.9, { limits: { servers: 3, sharedBudget: true } }],
  ];
  it.each(cases)(
    'most of what they allow is used, and next to nothing refused: %s',
    async (_, least, conditions) => {
      const came = await read(conditions);
      expect(shareOf(came)).toBeGreaterThan(least);
      expect(refusedOf(came)).toBeLessThan(0.01);
    },
  );

  it.each([50, 25])('leaves the rest to others: budget_percent %i', async (budgetPercent) => {
    const came = await read({ config: { budgetPercent }, average: (average * budgetPercent) / 100 });
    expect(came.mostExecuted).toBeLessThanOrEqual((1200 * budgetPercent) / 100);
    expect(shareOf(came)).toBeGreaterThan(0.85);
    expect(refusedOf(came)).toBe(0);
  });

  it('goes on beside another integration that uses half of them', async () => {
    const { refused, requests } = await read({ others: 2 });
    // It only shows in what the service has left, after the fact, so some refusals cannot be helped.
    expect(refused / requests).toBeLessThan(0.05);
  });

  it('warns of nothing, however many requests wait', () => {
    expect(warnings).toEqual([]);
  });
});
