import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectorError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { loadConfig } from './load.ts';
import type { Config, ConfigSource } from './types.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tap-dynamics365-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(contents: JsonObject | string): { readonly kind: 'file'; readonly path: string } {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
  return { kind: 'file', path };
}

const minimal = {
  environment_url: 'https://contoso.crm4.dynamics.com',
  tenant_id: 'contoso.onmicrosoft.com',
  client_id: '66666666-7777-8888-9999-000000000000',
  client_secret: 'sEcReT~value',
};

const load = (contents: JsonObject, env: Record<string, string> = {}): Promise<Config> =>
  loadConfig([file(contents)], env, { directory: folder });

async function problemsOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectorError)) throw new Error(`Expected a ConnectorError, got ${String(error)}`);
  expect(error.kind).toBe('config');
  return error.message;
}

describe('a minimal configuration', () => {
  it('is filled with defaults', async () => {
    const config = await load(minimal);
    expect(config).toMatchObject({
      environmentHost: 'contoso.crm4.dynamics.com',
      environmentOrigin: 'https://contoso.crm4.dynamics.com',
      authorityHost: 'https://login.microsoftonline.com',
      credentials: { kind: 'secret', tenantId: 'contoso.onmicrosoft.com' },
      tables: ['standard', 'custom'],
      pageSize: 5000,
      requestsPerSecond: 15,
      budgetPercent: 100,
      lookbackSeconds: 600,
      lookupTypes: true,
      labels: 'none',
      columns: {},
      rowFilters: {},
      incrementalStrategy: {},
    });
    expect(config.maxConcurrency).toBeUndefined();
    expect(config.anchorDate).toBeUndefined();
  });

  it('does not print its secrets', async () => {
    const config = await load(minimal);
    expect(JSON.stringify(config)).not.toContain('sEcReT');
    expect(config.secrets.map((value) => value.reveal())).toContain('sEcReT~value');
  });
});

describe('sources', () => {
  it('of several files the later one wins', async () => {
    const config = await loadConfig([file({ ...minimal, page_size: 10 }), file({ page_size: 20 })], {});
    expect(config.pageSize).toBe(20);
  });

  it('take the environment over files, whatever the order, and cast its text', async () => {
    const env = {
      TAP_DYNAMICS365_PAGE_SIZE: '30',
      TAP_DYNAMICS365_DELETES: 'off',
      TAP_DYNAMICS365_TABLES: 'accounts, contacts',
      TAP_DYNAMICS365_ROW_FILTERS: '{"accounts":"statecode eq 0"}',
      TAP_DYNAMICS365_INCREMENTAL_STRATEGY: 'modifiedon',
    };
    const config = await loadConfig([{ kind: 'env' }, file({ ...minimal, page_size: 10 })], env, {
      directory: folder,
    });
    expect(config).toMatchObject({
      pageSize: 30,
      deletes: false,
      tables: ['accounts', 'contacts'],
      rowFilters: { accounts: 'statecode eq 0' },
      incrementalStrategy: { '*': 'modifiedon' },
    });
  });

  it('read .env with ENV, under the variables themselves', async () => {
    writeFileSync(join(folder, '.env'), 'TAP_DYNAMICS365_PAGE_SIZE=40\nTAP_DYNAMICS365_LABELS="all"\n');
    const config = await loadConfig(
      [file(minimal), { kind: 'env' }],
      { TAP_DYNAMICS365_PAGE_SIZE: '50' },
      { directory: folder },
    );
    rmSync(join(folder, '.env'));
    expect(config).toMatchObject({ pageSize: 50, labels: 'all' });
  });

  it('leave the environment alone without ENV', async () => {
    expect((await load(minimal, { TAP_DYNAMICS365_PAGE_SIZE: '30' })).pageSize).toBe(5000);
  });

  it('give members of credentials by environment', async () => {
    const env = {
      TAP_DYNAMICS365_CREDENTIALS_AUTH_TYPE: 'managed_identity',
      TAP_DYNAMICS365_CREDENTIALS_CLIENT_ID: 'abc',
      TAP_DYNAMICS365_ENVIRONMENT_URL: 'contoso.crm.dynamics.com',
    };
    const config = await loadConfig([{ kind: 'env' }], env, { directory: folder });
    expect(config.credentials).toEqual({ kind: 'managed_identity', clientId: 'abc' });
  });

  const broken: readonly (readonly [string, () => readonly ConfigSource[], string])[] = [
    ['no source', () => [], 'No configuration'],
    [
      'the settings themselves, whose secret is not repeated',
      () => [{ kind: 'file', path: '{"client_secret": "sEcReT~value"}' }],
      'takes the path of a JSON file',
    ],
    ['a missing file', () => [{ kind: 'file', path: join(folder, 'none.json') }], 'does not exist'],
    ['a folder', () => [{ kind: 'file', path: folder }], 'cannot be read'],
    ['no JSON', () => [file('{"client_secret": "sEcReT~value",}')], 'is not valid JSON'],
    ['no object', () => [file('["sEcReT~value"]')], 'must hold a JSON object'],
  ];
  for (const [name, sources, words] of broken) {
    it(`are refused: ${name}`, async () => {
      const message = await problemsOf(loadConfig(sources(), {}));
      expect(message).toContain(words);
      expect(message).not.toContain('sEcReT');
    });
  }
});

describe('the address of the environment', () => {
  const accepted = [
    ['https://contoso.crm4.dynamics.com/', 'https://contoso.crm4.dynamics.com'],
    ['HTTPS://Contoso.CRM4.dynamics.com', 'https://contoso.crm4.dynamics.com'],
    ['contoso.crm4.dynamics.com', 'https://contoso.crm4.dynamics.com'],
    ['https://contoso.crm4.dynamics.com/main.aspx?appid=1', 'https://contoso.crm4.dynamics.com'],
    ['https://contoso.api.crm4.dynamics.com/api/data/v9.2/', 'https://contoso.crm4.dynamics.com'],
    [' https://contoso.crm4.dynamics.com:443 ', 'https://contoso.crm4.dynamics.com'],
  ] as const;
  for (const [written, origin] of accepted) {
    it(`may be written ${JSON.stringify(written)}`, async () => {
      expect((await load({ ...minimal, environment_url: written.trim() })).environmentOrigin).toBe(origin);
    });
  }

  it('keeps its port', async () => {
    const config = await load({
      ...minimal,
      environment_url: 'https://127.0.0.1:8443/',
      authority_host: 'https://127.0.0.1:8443/',
    });
    expect(config).toMatchObject({
      environmentOrigin: 'https://127.0.0.1:8443',
      environmentHost: '127.0.0.1',
      authorityHost: 'https://127.0.0.1:8443',
    });
  });

  it('may have spaces around it, as pasted', async () => {
    const config = await load({ ...minimal, environment_url: ' https://contoso.crm4.dynamics.com/ \n' });
    expect(config.environmentOrigin).toBe('https://contoso.crm4.dynamics.com');
  });

  it.each([
    ['CONTOSO.crm4.Dynamics.com', 'https://contoso.crm4.dynamics.com'],
    ['https://contoso.crm4.dynamics.com/main.aspx?appid=1&pagetype=x#y', 'https://contoso.crm4.dynamics.com'],
    ['https://contoso.api.crm4.dynamics.com/api/data/v9.2', 'https://contoso.crm4.dynamics.com'],
  ])('is taken as the browser shows it: %s', async (environment_url, origin) => {
    expect((await load({ ...minimal, environment_url })).environmentOrigin).toBe(origin);
  });

  it.each(['contoso', '1.2.3.4', 'https://make.powerapps.com/environments/x', 'https://[::1]'])(
    'is told how it looks, when it is something else: %s',
    async (environment_url) => {
      expect(await problemsOf(load({ ...minimal, environment_url }))).toContain(
        'https://org12345.crm4.dynamics.com',
      );
    },
  );

  it('must be https, said in words', async () => {
    const message = await problemsOf(
      load({ ...minimal, environment_url: 'http://contoso.crm4.dynamics.com' }),
    );
    expect(message).toBe(
      'Config validation error: environment_url must begin with https://; http:// would send the sign-in unencrypted.',
    );
  });

  it('must belong to a known cloud, or come with a login host', async () => {
    expect(await problemsOf(load({ ...minimal, environment_url: 'https://crm.example.com' }))).toContain(
      'authority_host',
    );
  });

  const logins = [
    ['contoso.crm.dynamics.com', 'https://login.microsoftonline.com'],
    ['contoso.crm21.dynamics.com', 'https://login.microsoftonline.com'],
    ['contoso.crm9.dynamics.com', 'https://login.microsoftonline.com'],
    ['contoso.crm.microsoftdynamics.us', 'https://login.microsoftonline.us'],
    ['contoso.crm.appsplatform.us', 'https://login.microsoftonline.us'],
    ['contoso.crm.dynamics.cn', 'https://login.partner.microsoftonline.cn'],
  ] as const;
  for (const [host, login] of logins) {
    it(`tells where to sign in: ${host}`, async () => {
      expect((await load({ ...minimal, environment_url: host })).authorityHost).toBe(login);
    });
  }

  it('is no private one when hosted in another spelling either', async () => {
    for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '017700000001']) {
      const config = { ...minimal, environment_url: host, authority_host: host };
      expect(await problemsOf(load(config, { DEPLOYMENT_MODE: 'cloud' }))).toBe(
        'Config validation error:\n  - environment_url must not be a private address.\n  - authority_host must not be a private address.',
      );
    }
  });

  const privateHosts = [
    'localhost',
    '10.1.2.3',
    '192.168.0.9',
    '169.254.169.254',
    'dynamics.internal',
    'server',
  ];
  for (const host of privateHosts) {
    it(`must not be private when hosted: ${host}`, async () => {
      const config = {
        ...minimal,
        environment_url: `https://${host}`,
        authority_host: 'login.microsoftonline.com',
      };
      expect(await problemsOf(load(config, { DEPLOYMENT_MODE: 'CLOUD' }))).toContain(
        'must not be a private address',
      );
      expect((await load(config, { DEPLOYMENT_MODE: 'OSS' })).environmentOrigin).toBe(`https://${host}`);
    });
  }
});

describe('ways to sign in', () => {
  const { tenant_id, client_id, client_secret, ...address } = minimal;
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n';
  const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhki\n-----END PRIVATE KEY-----\n';

  it('a client secret in credentials', async () => {
    const credentials = { auth_type: 'client_secret', tenant_id, client_id, client_secret };
    expect((await load({ ...address, credentials })).credentials).toMatchObject({
      kind: 'secret',
      clientId: client_id,
    });
  });

  it('a certificate as text, with its line ends written \\n', async () => {
    const credentials = {
      auth_type: 'certificate',
      tenant_id,
      client_id,
      certificate: certificate.replaceAll('\n', '\\n'),
      private_key: key,
    };
    const config = await load({ ...address, credentials });
    if (config.credentials.kind !== 'certificate') throw new Error('not a certificate');
    expect(config.credentials.certificate).toBe(certificate);
    expect(config.credentials.privateKey.reveal()).toBe(key);
    expect(config.secrets.map((value) => value.reveal())).toContain(key);
  });

  it('a certificate and key in one file, named by its path', async () => {
    const path = join(folder, 'both.pem');
    writeFileSync(path, certificate + key);
    const credentials = { auth_type: 'certificate', tenant_id, client_id, certificate: path };
    const config = await load({ ...address, credentials });
    expect(config.credentials.kind).toBe('certificate');
    // A hosted connector reads no files of its host.
    expect(await problemsOf(load({ ...address, credentials }, { DEPLOYMENT_MODE: 'cloud' }))).toContain(
      'must be PEM text',
    );
  });

  it('a managed identity', async () => {
    const config = await load({ ...address, credentials: { auth_type: 'managed_identity' } });
    expect(config.credentials).toEqual({ kind: 'managed_identity', clientId: undefined });
    // The machine's own identity is not the user's.
    expect(
      await problemsOf(
        load({ ...address, credentials: { auth_type: 'managed_identity' } }, { DEPLOYMENT_MODE: 'cloud' }),
      ),
    ).toContain('no managed identity');
  });

  const refused = [
    ['none', address, 'No way to sign in'],
    ['two', { ...minimal, credentials: { auth_type: 'managed_identity' } }, 'Sign in one way only'],
    ['an incomplete one', { ...address, tenant_id, client_id }, 'client_secret is missing.'],
    ['an empty secret', { ...minimal, client_secret: '' }, 'client_secret is missing.'],
    [
      'an unknown one',
      { ...address, credentials: { auth_type: 'password' } },
      'must be one of client_secret, certificate, managed_identity',
    ],
    [
      'an incomplete object',
      { ...address, credentials: { auth_type: 'client_secret', tenant_id } },
      'credentials.client_secret is missing.',
    ],
    [
      'no PEM',
      {
        ...address,
        credentials: { auth_type: 'certificate', tenant_id, client_id, certificate: 'sEcReT~value' },
      },
      'neither PEM text nor',
    ],
    [
      'no key',
      { ...address, credentials: { auth_type: 'certificate', tenant_id, client_id, certificate } },
      'private_key is missing',
    ],
  ] as const;
  for (const [name, settings, words] of refused) {
    it(`must be exactly one: ${name}`, async () => {
      const message = await problemsOf(load(settings));
      expect(message).toContain(words);
      expect(message).not.toContain('sEcReT');
    });
  }
});

describe('what is wrong', () => {
  it('is told all at once, without values', async () => {
    const message = await problemsOf(
      load({
        ...minimal,
        page_size: 9_999,
        labels: 'sEcReT~value',
        deletes: 'maybe',
        tables: [1],
        anchor_date: '2024-02-31',
      }),
    );
    expect(message.split('\n')).toEqual([
      'Config validation error:',
      '  - tables[0] must be a string.',
      '  - deletes must be a boolean.',
      '  - labels must be one of none, choices, all.',
      '  - page_size must be <= 5000.',
      '  - anchor_date is no date that exists: write it as 2024-01-31 or 2024-01-31T00:00:00Z.',
    ]);
  });

  it('never quotes a secret, wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 6 }).filter((text) => text.trim().length >= 6 && !/^[a-z_ .]+$/.test(text)),
        fc.constantFrom(
          'environment_url',
          'labels',
          'page_size',
          'tenant_id',
          'anchor_date',
          'columns',
          'log_level',
        ),
        async (value, setting) => {
          const message = await load({
            ...minimal,
            client_secret: value,
            [setting]: value,
            log_format: 'none',
          }).catch((error: Error) => error.message);
          expect(message).not.toContain(value);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('other ways to write the same', () => {
  it('start_date is anchor_date', async () => {
    expect((await load({ ...minimal, start_date: '2024-01-01' })).anchorDate).toBe('2024-01-01T00:00:00Z');
  });

  it('settings of the older connectors are understood, and said to be', async () => {
    const { environment_url: url, client_secret: client_secret_value, ...rest } = minimal;
    const warnings: string[] = [];
    const old = {
      ...rest,
      url,
      client_secret_value,
      odata_maxpagesize: 100,
      api_version: '9.2',
      _comment: 'mine',
    };
    const config = await loadConfig([file(old)], {}, { warn: (message) => warnings.push(message) });
    expect(config).toMatchObject({ environmentHost: 'contoso.crm4.dynamics.com', pageSize: 100 });
    expect(config.secrets.map((value) => value.reveal())).toContain('sEcReT~value');
    expect(warnings).toEqual([
      'The setting url is called environment_url here.',
      'The setting client_secret_value is called client_secret here.',
      'The setting odata_maxpagesize is called page_size here.',
      'The setting api_version is unknown and ignored.',
    ]);
  });

  it('columns and filters by table, as an object or as a list', async () => {
    const object = await load({ ...minimal, columns: { accounts: { exclude: ['a*'] }, contacts: ['name'] } });
    const list = await load({
      ...minimal,
      columns: [
        { table: 'accounts', exclude: ['a*'] },
        { table: 'contacts', include: ['name'] },
      ],
    });
    expect(object.columns).toEqual({ accounts: { exclude: ['a*'] }, contacts: { include: ['name'] } });
    expect(list.columns).toEqual(object.columns);
  });

  it('numbers and booleans as text, and nothing as null', async () => {
    const config = await load({
      ...minimal,
      page_size: '25',
      deletes: 'false',
      labels: null,
      key_set_directory: '',
    });
    expect(config).toMatchObject({ pageSize: 25, deletes: false, labels: 'none' });
    expect(config.keySetDirectory).toBeUndefined();
  });
});
