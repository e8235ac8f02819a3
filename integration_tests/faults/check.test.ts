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

/** The same as a Singer tap, whose only words are its log's. */
async function checkAsTap(rights: Rights) {
  environment.simulator.control.changeUser({ ...well, ...rights });
  const config = environment.config({ tables: ['accounts', 'leads', 'contacts'] });
  const { code, stdout, stderr } = await environment.tap(['check', '--config', config]);
  return { code, stdout, stderr };
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

  it.each(cases)('%s, as a Singer tap', async (_, rights, words) => {
    const { code, stdout, stderr } = await checkAsTap(rights);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL /);
  });

  it('the configuration is missing, as a Singer tap', async () => {
    const { code, stdout, stderr } = await environment.tap(['check']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^CRITICAL No configuration: name a JSON file with --config/);
  });

  it('a row filter is refused by the service, or settings name what is not there', async () => {
    const refused = await check({}, { row_filters: { leads: 'nmae eq 1' } });
    expect(refused).toMatchObject({
      status: 'FAILED',
      message: expect.stringMatching(/row filter of leads.*nmae/),
    });
    const idle = await check({}, { row_filters: { lead: 'x eq 1' }, columns: { leads: ['naem'] } });
    expect(idle.status).toBe('SUCCEEDED');
    expect(idle.warnings).toMatch(/row_filters names "lead"/);
    expect(idle.warnings).toMatch(/columns names "naem", which no column of leads/);
  });

  it('the role sees only part of a table: it works, with a warning', async () => {
    const { status, warnings } = await check({ read: { '*': 'Global', account: 'Basic' } });
    expect(status).toBe('SUCCEEDED');
    expect(warnings).toMatch(/incomplete: accounts \(prvReadAccount\)/i);
  });

  it('the role sees only part of a table that is not tracked: the rows would be missing without a word', async () => {
    const { control } = environment.simulator;
    control.setTracking('lead', false);
    const { status, warnings } = await check({ read: { '*': 'Global', lead: 'Local' } });
    control.setTracking('lead', true);
    expect(status).toBe('SUCCEEDED');
    expect(warnings).toMatch(/incomplete: leads \(prvReadLead\)/i);
    expect(warnings).toMatch(/unnoticed: leads\. .*switch on "Track changes"/);
  });

  it('nothing is wrong, and how long change-tracking tokens are kept', async () => {
    const { code, status, message, warnings } = await check({});
    expect({ code, status, message }).toEqual({
      code: 0,
      status: 'SUCCEEDED',
      message: 'Signed in; 3 tables can be read.',
    });
    expect(warnings).toMatch(/^Change-tracking tokens are kept for 7 days/);
    const { stderr, ...asTap } = await checkAsTap({});
    expect(asTap).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^INFO Signed in; 3 tables can be read\.$/m);
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
