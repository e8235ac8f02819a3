import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PlainAnswer, type PlainClient, plainClient } from '../../src/simulator/client.testing.ts';
import { type LimitChanges, type Simulator, startSimulator } from '../../src/simulator/index.ts';

const second = 1000;

describe('limits', () => {
  let simulator: Simulator;
  let client: PlainClient;
  beforeEach(async () => {
    simulator = await startSimulator({ rows: { '*': 10, accounts: 100 } });
    client = await plainClient(simulator.ready);
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const limit = (changes: LimitChanges): void => simulator.control.setLimits(changes);
  const ask = (headers: Record<string, string> = {}): Promise<PlainAnswer> =>
    client.get('accounts?$select=name&$top=1', headers);
  const wait = ({ header }: PlainAnswer): number => Number(header('retry-after'));
  const refusal = ({ status, json }: PlainAnswer): unknown => ({ status, ...json.error });
  const remaining = ({ header }: PlainAnswer) => ({
    requests: header('x-ms-ratelimit-burst-remaining-xrm-requests'),
    time: header('x-ms-ratelimit-time-remaining-xrm-requests'),
  });

  it('59. too many requests in a sliding window are refused with 0x80072322 and an integer Retry-After', async () => {
    limit({ requests: 3 });
    await ask();
    simulator.control.advance(100 * second);
    await ask();
    await ask();
    const refused = await ask();
    expect(refusal(refused)).toEqual({
      status: 429,
      code: '0x80072322',
      message: 'Number of requests exceeded the limit of 3 over time window of 300 seconds.',
    });
    // The first request leaves the window 300 seconds after it came.
    expect(refused.header('retry-after')).toMatch(/^\d+$/);
    expect(wait(refused)).toBeGreaterThan(195);
    expect(wait(refused)).toBeLessThanOrEqual(200);
    simulator.control.advance(200 * second);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
  });

  it('59. combined execution time is refused with 0x80072321', async () => {
    limit({
      execution: 'modelled',
      executionSeconds: 1200,
      cost: { request: 700_000 },
      sqlTimeoutSeconds: 900,
    });
    await ask();
    await ask();
    const refused = await ask();
    expect(refusal(refused)).toEqual({
      status: 429,
      code: '0x80072321',
      message:
        'Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.',
    });
    simulator.control.advance(wait(refused) * second);
    expect((await ask()).status).toBe(200);
  });

  it('59. too many requests at a time are refused with 0x80072326 and a short Retry-After', async () => {
    limit({ concurrent: 2 });
    const fault = simulator.control.addFault({ on: 'contacts', kind: 'stall_before_headers', times: 2 });
    const held = [client.get('contacts'), client.get('contacts')];
    await vi.waitFor(() => expect(simulator.control.faults()[0]?.strikes).toBe(2));
    const refused = await ask();
    expect(refusal(refused)).toEqual({
      status: 429,
      code: '0x80072326',
      message: 'Number of concurrent requests exceeded the limit of 2.',
    });
    expect(wait(refused)).toBe(2);
    simulator.control.removeFault(fault);
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask()).status).toBe(200);
  });

  it('59. the cost of a page grows with its rows and columns, order and filter', async () => {
    limit({ execution: 'modelled' });
    const spent = async (path: string): Promise<number> => {
      const before = simulator.control.now();
      simulator.control.advance(300 * second);
      const { time = '' } = remaining(await client.get(path));
      expect(simulator.control.now()).toBeGreaterThan(before);
      return 1200 - Number(time.replace(',', ''));
    };
    const costs = [];
    for (const path of [
      'accounts?$select=name&$top=1',
      'accounts?$select=name',
      'accounts',
      'accounts?$orderby=modifiedon',
      'accounts?$orderby=modifiedon&$filter=modifiedon gt 2000-01-01T00:00:00Z',
    ]) {
      costs.push(await spent(path));
    }
    for (const [place, cost] of costs.entries()) expect(cost).toBeGreaterThanOrEqual(costs[place - 1] ?? 0);
    expect(costs[4]).toBeGreaterThan((costs[1] ?? 0) * 1.5);
  });

  it('59. costs vary by chance, as far as the model lets them, and about their mean', async () => {
    limit({ execution: 'modelled', cost: { request: 1000, spread: 0.5 } });
    const costs: number[] = [];
    for (let left = 1200; costs.length < 40; ) {
      const { time = '' } = remaining(await client.get('WhoAmI'));
      const now = Number(time.replace(',', ''));
      costs.push(left - now);
      left = now;
    }
    expect(Math.min(...costs)).toBeGreaterThan(0.48);
    expect(Math.max(...costs)).toBeLessThan(1.52);
    expect(Math.max(...costs) - Math.min(...costs)).toBeGreaterThan(0.6);
    expect(costs.reduce((sum, cost) => sum + cost, 0) / costs.length).toBeCloseTo(1, 0);
  });

  it('59. answers take as long as the cost model says, when time is simulated altogether', async () => {
    let now = Date.UTC(2026, 0, 1);
    const time = {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    };
    const other = await startSimulator({ rows: { accounts: 5000 }, latency: 'modelled', time });
    const own = await plainClient(other.ready);
    const began = now;
    const { header } = await own.get('accounts?$select=name');
    expect(now - began).toBeGreaterThan(500);
    expect(header('x-ms-ratelimit-time-remaining-xrm-requests')).toBe(
      ((1_200_000 - (now - began)) / second).toLocaleString('en-US', { minimumFractionDigits: 2 }),
    );
    await own.close();
    await other.close();
  });

  it('60. Retry-After grows while the client keeps sending', async () => {
    limit({ requests: 1, penaltySeconds: 0.5 });
    await ask();
    const first = wait(await ask());
    for (let hammered = 0; hammered < 19; hammered++) await ask();
    expect(wait(await ask())).toBeGreaterThanOrEqual(first + 9);
    expect(wait(await ask())).toBeLessThanOrEqual(first + 11);
  });

  it('61. headers tell what is left, with a thousands comma, and how many requests are advised', async () => {
    limit({ dopHint: 48, execution: 'modelled', cost: { request: 10_000 } });
    const first = await client.get('WhoAmI');
    expect(first.header('x-ms-dop-hint')).toBe('48');
    expect(remaining(first)).toEqual({ requests: '5999', time: '1,190.00' });
    expect(remaining(await client.get('WhoAmI'))).toEqual({ requests: '5998', time: '1,180.00' });
    simulator.control.advance(300 * second);
    expect(remaining(await client.get('WhoAmI'))).toEqual({ requests: '5999', time: '1,190.00' });
  });

  it('61. every server has a budget of its own, and its cookie leads back to it', async () => {
    limit({ servers: 3, requests: 2 });
    const spread = [];
    for (let sent = 0; sent < 6; sent++) spread.push(await ask());
    expect(spread.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const cookies = spread.map(({ header }) => header('set-cookie')?.split(';')[0] ?? '');
    expect(new Set(cookies).size).toBe(3);
    expect(cookies[0]).toMatch(/^ARRAffinity=[0-9a-f]{64}$/);
    simulator.control.advance(300 * second);
    const sticky = [];
    for (let sent = 0; sent < 3; sent++) sticky.push(await ask({ cookie: cookies[0] ?? '' }));
    expect(sticky.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect((await ask({ cookie: cookies[1] ?? '' })).status).toBe(200);
  });

  it('61. (setting) servers may share the budget', async () => {
    limit({ servers: 3, requests: 2, sharedBudget: true });
    expect([await ask(), await ask(), await ask()].map(({ status }) => status)).toEqual([200, 200, 429]);
  });

  it('63. a page that costs too much ends in a SQL timeout; a smaller one does not', async () => {
    limit({ cost: { row: 10 }, sqlTimeoutSeconds: 0.8 });
    const failed = await client.get('accounts?$select=name');
    expect([failed.status, failed.json.error.code]).toEqual([500, '0x80044151']);
    const smaller = await client.get('accounts?$select=name', { prefer: 'odata.maxpagesize=50' });
    expect(smaller.json.value).toHaveLength(50);
  });

  it('63. (setting) the status of a SQL timeout may be 400', async () => {
    limit({ cost: { row: 10 }, sqlTimeoutSeconds: 0.8, sqlTimeoutStatus: 400 });
    expect((await client.get('accounts?$select=name')).status).toBe(400);
  });

  it.each([
    ["contains(name,'a')", '0x80048644'],
    ["name eq 'x' or not endswith(name,'a')", '0x80048644'],
    ["startswith(name,'%a')", '0x80048644'],
    ["startswith(name,'a')", undefined],
  ])('64. (setting) the filter %s is throttled with %s', async (filter, code) => {
    const path = `accounts?$select=name&$filter=${filter.replaceAll('%', '%25')}`;
    expect((await client.get(path)).status).toBe(200);
    limit({ leadingWildcards: 'throttled' });
    expect((await client.get(path)).json.error?.code).toBe(code);
  });

  it('65. requests are tallied by user and day, refused ones too', async () => {
    limit({ requests: 2 });
    await ask();
    await ask();
    await ask();
    simulator.control.advance(86_400 * second);
    await client.token();
    await (await plainClient(simulator.ready)).get('WhoAmI');
    const tally = simulator.control.requestTally();
    expect(tally.map(({ requests, refused }) => ({ requests, refused }))).toEqual([
      { requests: 3, refused: { '0x80072322': 1 } },
      { requests: 1, refused: {} },
    ]);
    expect(tally[0]?.user).toBe(simulator.ready.client_id);
    expect(await (await fetch(`${simulator.ready.control_url}/tally`)).json()).toEqual(tally);
  });

  it('nobody is refused when the limits are not enforced', async () => {
    limit({ requests: 1, enforced: false });
    expect([await ask(), await ask()].map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each([
    [{ request: 5 }, 'the limits has an unknown key "request"'],
    [{ requests: 0 }, 'the limits.requests must be >= 1'],
    [{ execution: 'guessed' }, 'the limits.execution must be one of measured, modelled'],
    [{ cost: { colums: 1 } }, 'the limits.cost has an unknown key "colums"'],
  ])('the control surface refuses %j', async (body, message) => {
    const url = `${simulator.ready.control_url}/limits`;
    const answer = await fetch(url, { method: 'PATCH', body: JSON.stringify(body) });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(JSON.stringify(message).slice(1, -1));
    expect(await (await fetch(url)).json()).toMatchObject({ requests: 6000 });
  });
});
