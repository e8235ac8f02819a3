import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 3 } });
});
afterAll(() => environment.close());

const well = {
  member: true,
  disabled: false,
  roles: 1,
  secretExpired: false,
  read: { '*': 'Global' },
} as const;
type Rights = Parameters<Environment['simulator']['control']['changeUser']>[0];

/** What `check` says to a user with these rights: its status, its message and the warnings before it. */
async function check(rights: Rights, settings: Readonly<Record<string, unknown>> = {}) {
  environment.simulator.control.changeUser({ ...well, ...rights });
  const config = environment.config({ tables: ['accounts', 'leads', 'contacts'], ...settings });
  const { code, stderr, messages } = await environment.source(['check', '--config', config]);
  expect(stderr).toBe('');
  const all = messages();
  const statuses = all.filter(({ type }) => type === 'CONNECTION_STATUS');
  expect(statuses).toHaveLength(1);
  const warnings = all
    .filter(({ type, log }) => type === 'LOG' && log.level === 'WARN')
    .map(({ log }) => log.message);
  return { code, ...statuses[0]?.['connectionStatus'], warnings: warnings.join('\n') };
}

describe('check says what to do when', () => {
  const cases: readonly (readonly [string, Rights, RegExp])[] = [
    ['the secret has expired', { secretExpired: true }, /AADSTS7000222.*Make a new one/],
    ['the app is no user of the environment', { member: false }, /0x80072560.*application user/],
    ['the user has no role', { roles: 0 }, /0x80042f09.*security role/],
    ['the user is disabled', { disabled: true }, /0x80040225.*Enable it/],
    ['a table may not be read', { read: { '*': 'Global', lead: 'None' } }, /leads.*prvReadlead/i],
    [
      'several tables may not be read',
      { read: { '*': 'Global', lead: 'None', contact: 'None' } },
      /2 of 3 tables cannot be read:[\s\S]*leads[\s\S]*contacts|2 of 3 tables cannot be read:[\s\S]*contacts[\s\S]*leads/,
    ],
  ];
  for (const [name, rights, words] of cases) {
    it(name, async () => {
      const { code, status, message } = await check(rights);
      expect({ code, status }).toEqual({ code: 0, status: 'FAILED' });
      expect(message).toMatch(words);
    });
  }

  it('the role sees only part of a table: it works, with a warning', async () => {
    const { status, warnings } = await check({ read: { '*': 'Global', account: 'Basic' } });
    expect(status).toBe('SUCCEEDED');
    expect(warnings).toMatch(/incomplete: accounts \(prvReadAccount\)/i);
  });

  it('nothing is wrong', async () => {
    const { code, status, message } = await check({});
    expect({ code, status, message }).toEqual({
      code: 0,
      status: 'SUCCEEDED',
      message: 'Signed in; 3 tables can be read.',
    });
  });
});

it('a certificate signs in as well as a secret', async () => {
  const identity = await generate([{ name: 'commonName', value: 'tap' }], { keySize: 2048 });
  const { tenant_id, client_id } = environment.simulator.ready;
  const settings = {
    tenant_id: null,
    client_id: null,
    client_secret: null,
    credentials: {
      auth_type: 'certificate',
      tenant_id,
      client_id,
      certificate: environment.scratch.write('certificate.pem', identity.cert),
      private_key: identity.private,
    },
  };
  expect(await check({ certificate: identity.cert }, settings)).toMatchObject({ status: 'SUCCEEDED' });
  const other = await generate([{ name: 'commonName', value: 'other' }], { keySize: 2048 });
  const refused = await check({ certificate: other.cert }, settings);
  expect(refused).toMatchObject({ status: 'FAILED', message: expect.stringContaining('AADSTS700027') });
});

it('a run outlives many tokens: each that expires is replaced, and no row is lost', async () => {
  const { control } = environment.simulator;
  control.changeUser(well);
  control.clearRequests();
  const config = environment.config({ tables: ['accounts'], page_size: 1, max_concurrency: 1 });
  const { code, messages } = await environment.tap(['--config', config], {
    // Hours pass for the service whenever a row has come; the program's own clock does not see it.
    onStdout: (text) => {
      if (text.includes('RECORD')) control.advance(2 * 3_600_000);
    },
  });
  expect(code).toBe(0);
  const ids = messages()
    .filter(({ type }) => type === 'RECORD')
    .map(({ record }) => record.accountid);
  expect(new Set(ids).size).toBe(3);
  const statuses = control.requests().map(({ status }) => status);
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThan(0);
  const signIns = control.requests().filter(({ method, url }) => method === 'POST' && url.includes('/token'));
  expect(signIns.length).toBeGreaterThan(1);
});
