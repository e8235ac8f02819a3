import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import type { Finished, Message } from '../support/program.ts';
import { program } from './machine/provided.ts';
import { versionOf } from './machine/python.ts';
import { output } from './machine/run.ts';
import { validated } from './pipeline/airbyte-lines.ts';

let environment: Environment;
/** Config, configured catalog and state files by name. */
let files: Readonly<
  Record<'config' | 'catalog' | 'state' | 'empty' | 'unknown' | 'garbage' | 'wrongSecret', string>
>;

beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 60 }, seed: 3 });
  const { scratch } = environment;
  const config = environment.config({ page_size: 20 });
  const catalog = configured(await environment.source(['discover', '--config', config]));
  files = {
    config,
    catalog: scratch.write('catalog.json', catalog),
    empty: scratch.write('empty.json', []),
    unknown: scratch.write('unknown.json', withUnknownStream(catalog)),
    garbage: scratch.write('garbage.json', [
      { type: 'STREAM', stream: { stream_descriptor: { name: 'accounts' }, stream_state: 'soon' } },
    ]),
    wrongSecret: environment.config({ client_secret: 'wrong' }),
    state: '',
  };
  const first = await environment.source(['read', '--config', files.config, '--catalog', files.catalog]);
  const states = new Map(
    first
      .messages()
      .filter(({ type }) => type === 'STATE')
      .map((message) => [message['state'].stream.stream_descriptor.name, message['state']]),
  );
  files = { ...files, state: scratch.write('saved-state.json', [...states.values()]) };
  environment.simulator.control.remove('accounts', keys('accounts', 'accountid')[0] ?? '');
  environment.simulator.control.create('contacts', [{ lastname: 'New' }]);
});
afterAll(() => environment.close());

function keys(table: string, key: string): readonly string[] {
  return [...environment.simulator.control.rows(table)].map((row) => String(JSON.parse(row)[key]));
}

/** All streams of a discovery, incremental where they can be. */
function configured(discovery: Finished): { readonly streams: readonly Message[] } {
  const catalog = discovery.messages().find(({ type }) => type === 'CATALOG')?.['catalog'];
  return {
    streams: catalog.streams.map((stream: Message) => ({
      stream,
      sync_mode: stream['supported_sync_modes'].includes('incremental') ? 'incremental' : 'full_refresh',
      destination_sync_mode: 'append_dedup',
      primary_key: stream['source_defined_primary_key'],
    })),
  };
}

function withUnknownStream(catalog: { readonly streams: readonly Message[] }) {
  const [first] = catalog.streams;
  return {
    streams: [
      ...catalog.streams.slice(0, 2),
      { ...first, stream: { ...first?.['stream'], name: 'unicorns' } },
    ],
  };
}

/** What is called, how it ends, and a type that must be among its messages. */
type Case = readonly [what: string, args: () => readonly string[], exit: number, type: string];

const cases: readonly Case[] = [
  ['spec', () => ['spec'], 0, 'SPEC'],
  ['check that succeeds', () => ['check', '--config', files.config], 0, 'CONNECTION_STATUS'],
  ['check with a wrong secret', () => ['check', '--config', files.wrongSecret], 0, 'CONNECTION_STATUS'],
  ['check with a setting missing', () => ['check', '--config', files.empty], 0, 'CONNECTION_STATUS'],
  ['check without a config', () => ['check', '--config', '/no/such/file.json'], 0, 'CONNECTION_STATUS'],
  ['discover', () => ['discover', '--config', files.config], 0, 'CATALOG'],
  ['discover with a wrong secret', () => ['discover', '--config', files.wrongSecret], 1, 'TRACE'],
  [
    'read, first',
    () => ['read', '--config', files.config, '--catalog', files.catalog, '--state', files.empty],
    0,
    'RECORD',
  ],
  [
    'read, incremental',
    () => ['read', '--config', files.config, '--catalog', files.catalog, '--state', files.state],
    0,
    'RECORD',
  ],
  [
    'read with debug messages',
    () => ['read', '--debug', '--config', files.config, '--catalog', files.catalog],
    0,
    'LOG',
  ],
  [
    'read of a stream that is not there',
    () => ['read', '--config', files.config, '--catalog', files.unknown],
    0,
    'RECORD',
  ],
  [
    'read with a wrong secret',
    () => ['read', '--config', files.wrongSecret, '--catalog', files.catalog],
    1,
    'TRACE',
  ],
  [
    'read with a state that is none',
    () => ['read', '--config', files.config, '--catalog', files.catalog, '--state', files.garbage],
    1,
    'TRACE',
  ],
  [
    'read with a catalog that is none',
    () => ['read', '--config', files.config, '--catalog', files.empty],
    1,
    'TRACE',
  ],
  ['an unknown command', () => ['fetch'], 1, 'TRACE'],
  ['no command', () => [], 1, 'TRACE'],
];

describe(`airbyte-protocol-models-pdv2 ${versionOf('airbyte-models', 'airbyte-protocol-models-pdv2')}`, () => {
  it.each(cases)('accepts every line of: %s', async (_, args, exit, type) => {
    const run = await environment.source(args());
    const verdict = await validated(run.stdout);
    expect(verdict.problems).toEqual([]);
    expect({ exit: run.code, stderr: run.stderr }, run.stdout.slice(-2000)).toEqual({ exit, stderr: '' });
    expect(Object.keys(verdict.types)).toContain(type);
  });

  it('reports lines that are no messages', async () => {
    const verdict = await validated(
      '{"type":"STATE"}\nplain text\n{"type":"RECORD","record":{"stream":"a"}}\n',
    );
    expect(verdict.problems).toHaveLength(3);
  });
});

describe(`airbyte-connector-models ${versionOf('airbyte-models', 'airbyte-connector-models')}`, () => {
  it('accepts metadata.yaml', async () => {
    const root = join(import.meta.dirname, '..', '..');
    const script = join(import.meta.dirname, 'python', 'validate_metadata.py');
    expect(await output(program('airbyte-models', 'python'), [script, join(root, 'metadata.yaml')])).toBe(
      'valid\n',
    );
  });
});
