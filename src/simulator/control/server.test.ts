import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../index.ts';

describe('the control surface over HTTP', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ rows: { '*': 5 } });
  });
  afterAll(() => simulator.close());
  const call = async (method: string, path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await fetch(`${simulator.ready.control_url}${path}`, { method, ...sent });
    const text = await answer.text();
    return { status: answer.status, text, json: () => JSON.parse(text) };
  };

  it('creates, updates, deletes and tells the truth', async () => {
    const [key] = (await call('POST', '/rows/accounts', { name: 'One' })).json().keys;
    expect((await call('PATCH', `/rows/account/${key}`, { name: 'Two' })).status).toBe(204);
    const rows = (await call('GET', '/rows/accounts')).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(6);
    expect(rows.find((row) => row.accountid === key).name).toBe('Two');
    expect((await call('DELETE', `/rows/accounts/${key}`)).status).toBe(204);
    expect(simulator.control.count('accounts')).toBe(5);
  });

  it('commits a transaction late, and restores a backup', async () => {
    const { backup } = (await call('POST', '/backups')).json();
    const { transaction } = (await call('POST', '/transactions')).json();
    await call('POST', `/bulk/contacts?transaction=${transaction}`, { count: 3 });
    expect(simulator.control.count('contacts')).toBe(5);
    await call('POST', `/transactions/${transaction}/commit`);
    expect(simulator.control.count('contacts')).toBe(8);
    await call('POST', `/backups/${backup}/restore`);
    expect(simulator.control.count('contacts')).toBe(5);
  });

  it.each([
    ['POST', '/rows/nothing', {}, 400, 'there is no table nothing'],
    ['GET', '/rows/nothing', undefined, 400, 'there is no table nothing'],
    ['POST', '/rows/accounts', { colour: 'red' }, 400, 'account has no column colour'],
    [
      'POST',
      '/rows/accounts',
      { revenue: 'much' },
      400,
      'account.revenue must be a decimal number, not "much"',
    ],
    [
      'POST',
      '/rows/accounts',
      { createdon: 'soon' },
      400,
      'account.createdon must be a date with time, not "soon"',
    ],
    ['POST', '/rows/accounts', '{', 400, 'the body is not JSON'],
    ['POST', '/rows/activitypointers', {}, 400, 'rows of activitypointers are made of others; change those'],
    ['DELETE', '/rows/accounts/x', undefined, 400, 'accounts has no row x'],
    ['POST', '/bulk/accounts', {}, 400, '"count" must be a number'],
    ['POST', '/clock', { advance_seconds: 'long' }, 400, '"advance_seconds" must be a number'],
    ['POST', '/transactions/9/commit', undefined, 400, 'there is no transaction 9'],
    [
      'POST',
      '/schema/accounts/columns',
      { name: 'x', type: 'colour' },
      400,
      /the column.type must be one of key, string/,
    ],
    ['DELETE', '/schema/accounts/columns/accountid', undefined, 400, 'accountid cannot be dropped'],
    ['PATCH', '/switches', { shuffle: true }, 400, /^there is no switch shuffle; there are /],
    [
      'PATCH',
      '/switches',
      { shuffleTies: 'yes' },
      400,
      'switch shuffleTies cannot be "yes", but false or true',
    ],
    ['PATCH', '/users/nobody', {}, 400, 'there is no user nobody'],
    ['POST', '/users', { read: { '*': 'Deepest' } }, 400, /"Deepest" is no depth/],
    ['GET', '/nowhere', undefined, 404, 'there is no GET /nowhere'],
  ])('answers %s %s %j with a clear %d', async (method, path, body, status, message) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    if (typeof message === 'string') expect(answer.json().error).toBe(message);
    else expect(answer.json().error).toMatch(message);
  });
});
