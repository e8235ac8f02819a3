import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { createConnector } from '../support/connector.ts';
import { type Conditions, type Limited, type LimitedRead, limited } from '../support/limited.ts';
import { afterStates, nightly } from '../support/nightly.ts';
import { protocols } from '../support/ways.ts';

// The read command against the simulator with the documented limits, in virtual time: `npm run bench -- limits` in small.

const size = { tables: 20, rows: 800, pageSize: 40 };
/** Half as many pages as in the benchmark, so they take twice as long. */
const average = 7;

const fullRefresh = { config: {}, full: true };

let environment: Limited;
const warnings: string[] = [];
const onWarning = ({ message }: Error): void => void warnings.push(message);
beforeAll(() => void process.on('warning', onWarning));
afterAll(() => void process.off('warning', onWarning));
beforeEach(async () => {
  environment = await limited(size);
});
afterEach(() => environment.close());

const read = async (conditions: Conditions = {}): Promise<LimitedRead> => {
  const came = await environment.read({ average, ...conditions });
  expect(came).toMatchObject({ rows: size.tables * size.rows, failed: 0 });
  expect(came.mostBegun).toBeLessThanOrEqual(conditions.others === undefined ? 15 : 17);
  return came;
};
const shareOf = ({ ceiling, took }: LimitedRead): number => ceiling / took;
const refusedOf = ({ refused, requests }: LimitedRead): number => refused / requests;

describe('reading 20 tables under the documented limits', { timeout: 240_000 }, () => {
  const cases: readonly (readonly [string, number, Conditions])[] = [
    ['one server', 0.9, {}],
    ['several servers, each with an allowance of its own', 0.8, { limits: { servers: 3 }, average: 18 }],
    ['several servers that share the allowance', 0.8, { limits: { servers: 3, sharedBudget: true } }],
  ];
  it.each(cases)(
    'most of what they allow is used, and next to nothing refused: %s',
    async (_, least, conditions) => {
      const came = await read(conditions);
      expect(shareOf(came)).toBeGreaterThan(least);
      expect(refusedOf(came)).toBeLessThan(0.01);
    },
  );

  it('leaves the rest to others under budget_percent', async () => {
    const budgetPercent = 50;
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

describe('a service that lets nobody in any more', () => {
  it.each(protocols)('ends the run after max_wait_seconds, and the next goes on: %s', async (protocol) => {
    const simulator = await startSimulator({ rows: { '*': 1, accounts: 200 } });
    const { control } = simulator;
    const connector = createConnector(simulator);
    const refuse = () =>
      control.addFault({
        on: '*',
        kind: 'status',
        status: 429,
        code: '0x80072321',
        retryAfter: 240,
        times: 'always',
      });
    const every = nightly(simulator, connector, protocol, fullRefresh, { maxWaitSeconds: 600 });
    const stopped = await every.run({ take: afterStates(3, refuse) });
    expect(stopped.exitCode).not.toBe(0);
    expect(stopped.errors.get('accounts')).toMatchObject({ kind: 'throttled' });
    expect(stopped.waited).toBeLessThan(700_000);
    // Those under way at the first refusal, then one at a time.
    expect(control.requests().filter(({ status }) => status === 429).length).toBeLessThan(12);
    const before = every.destination.received;
    expect(before).toBeGreaterThan(0);

    control.clearFaults();
    await every.good();
    every.expectTruth();
    // It does not begin again.
    expect(every.destination.received - before).toBeLessThan(200);
    await connector.close();
    await simulator.close();
  });
});
