import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from './support/environment.ts';
import type { Finished } from './support/program.ts';

let environment: Environment;
let files: Record<'noJson' | 'keyMissing' | 'garbageState' | 'unknownStream' | 'abCatalog', string>;

beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 1 } });
  const { scratch } = environment;
  const { client_id, tenant_id, environment_url } = environment.simulator.ready;
  files = {
    noJson: scratch.write('no-json.json', '{ "client_id": '),
    keyMissing: scratch.write('key-missing.json', { client_id, tenant_id, environment_url }),
    garbageState: scratch.write(
      'state.json',
      '{"bookmarks":{"accounts":{"replication_key":"modifiedon","replication_key_value":"soon"}}}',
    ),
    unknownStream: scratch.write('unknown.json', {
      streams: [
        {
          stream: {
            name: 'unicorns',
            json_schema: { type: 'object', properties: {} },
            supported_sync_modes: ['full_refresh'],
          },
          sync_mode: 'sideways',
          destination_sync_mode: 'append',
        },
      ],
    }),
    abCatalog: scratch.write('catalog.json', {
      streams: [
        {
          stream: {
            name: 'accounts',
            json_schema: { type: 'object', properties: { accountid: { type: 'string' } } },
            supported_sync_modes: ['full_refresh', 'incremental'],
          },
          sync_mode: 'incremental',
          destination_sync_mode: 'append',
        },
      ],
    }),
  };
});
afterAll(() => environment.close());

/** What is wrong, how the program is called, and what its one message must say. */
type Case = readonly [string, () => readonly string[], RegExp];

const cases: readonly Case[] = [
  ['no config', () => ['--discover'], /No configuration: name a JSON file with --config/],
  ['a config that is not there', () => ['--config', '/no/such/config.json', '--discover'], /does not exist/],
  ['a config that is no JSON', () => ['--config', files.noJson, '--discover'], /not valid JSON/],
  ['a missing setting', () => ['--config', files.keyMissing, '--discover'], /client_secret is missing/],
  [
    'a catalog that is not there',
    () => ['--config', environment.config(), '--catalog', '/no/catalog.json'],
    /catalog file .*there is no such file/,
  ],
  [
    'a catalog that is no JSON',
    () => ['--config', environment.config(), '--catalog', files.noJson],
    /not valid JSON/,
  ],
  [
    'a state that cannot be read',
    () => ['--config', environment.config({ tables: ['accounts'] }), '--state', files.garbageState],
    /state of stream "?accounts"? cannot be read/,
  ],
  [
    'a wrong tenant',
    () => [
      '--config',
      environment.config({ tenant_id: '11111111-1111-1111-1111-111111111111' }),
      '--discover',
    ],
    /AADSTS90002/,
  ],
  [
    'a wrong secret',
    () => ['--config', environment.config({ client_secret: 'wrong-secret-value' }), '--discover'],
    /AADSTS7000215/,
  ],
  [
    'a host that does not resolve',
    () => [
      '--config',
      environment.config({ environment_url: 'no-such-org.invalid', max_wait_seconds: 1 }),
      '--discover',
    ],
    /no-such-org\.invalid/,
  ],
  ['an unknown option', () => ['--confg', 'x'], /confg/],
];

function expectOneMessage(finished: Finished, says: RegExp): void {
  const lines = finished.stderr.trimEnd().split('\n');
  expect(finished.code).toBe(1);
  expect(finished.stdout).toBe('');
  expect(lines.every((line) => /^(DEBUG|INFO|WARNING|ERROR|CRITICAL) /.test(line))).toBe(true);
  expect(lines.filter((line) => line.startsWith('CRITICAL ')).join('\n')).toMatch(says);
  expect(finished.stderr).not.toMatch(/^\s+at /m);
}

describe('bad input, as a Singer tap [S3, S8]', () => {
  it.each(cases)('%s: a message that names the fix, and a failing exit', async (_, args, says) => {
    expectOneMessage(await environment.tap(args()), says);
  });

  it('a certificate that nobody trusts', async () => {
    const finished = await environment.tap(
      ['--config', environment.config({ max_wait_seconds: 1 }), '--discover'],
      {
        env: { NODE_EXTRA_CA_CERTS: undefined },
      },
    );
    expectOneMessage(finished, /NODE_EXTRA_CA_CERTS/);
  });
});

describe('bad input, as an Airbyte source [A2, A4, A18]', () => {
  it('check answers FAILED, and exits with 0, where the settings are to blame', async () => {
    for (const [more, says] of [
      [{ client_secret: 'wrong-secret-value' }, /7000215/],
      [{ tenant_id: '11111111-1111-1111-1111-111111111111' }, /90002/],
    ] as const) {
      const finished = await environment.source(['check', '--config', environment.config(more)]);
      const statuses = finished.messages().filter(({ type }) => type === 'CONNECTION_STATUS');
      expect(statuses).toEqual([
        {
          type: 'CONNECTION_STATUS',
          connectionStatus: { status: 'FAILED', message: expect.stringMatching(says) },
        },
      ]);
      expect([finished.code, finished.stderr]).toEqual([0, '']);
    }
  });

  it('read and discover end with one ERROR trace, and 1', async () => {
    const calls = [
      ['discover', '--config', files.keyMissing],
      ['read', '--config', environment.config(), '--catalog', '/no/catalog.json'],
      ['read', '--config', environment.config(), '--catalog', files.unknownStream],
      ['read', '--config', environment.config(), '--catalog', files.abCatalog, '--state', files.noJson],
      ['read', '--config', environment.config()],
      ['frobnicate'],
    ];
    for (const call of calls) {
      const finished = await environment.source(call);
      const traces = finished.messages().filter(({ type }) => type === 'TRACE');
      expect(traces, call.join(' ')).toMatchObject([
        { trace: { type: 'ERROR', error: { failure_type: 'config_error' } } },
      ]);
      expect([finished.code, finished.stderr]).toEqual([1, '']);
    }
  });
});
