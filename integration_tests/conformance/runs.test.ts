// Whole runs in which something is not as usual: what is asked of the service, what fails, and what the last lines say.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkAirbyteOutput } from '../../src/protocol/airbyte/testing/check-line.testing.ts';
import { checkSingerOutput } from '../../src/protocol/singer/testing/check-line.testing.ts';
import { type Environment, startEnvironment } from '../support/environment.ts';
import type { Message } from '../support/program.ts';
import { configured, discoveredStreams, eventsOf } from './airbyte.ts';
import { lastState } from './singer.ts';

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 6 } });
});
afterEach(() => environment.close());

const tables = ['contacts', 'leads', 'teams'];
const text = { type: ['null', 'string'] };

/** A stream of a configured catalog with these columns alone. */
const stream = (name: string, ...columns: readonly string[]): Message => ({
  name,
  json_schema: { type: 'object', properties: Object.fromEntries(columns.map((column) => [column, text])) },
  supported_sync_modes: ['full_refresh', 'incremental'],
});

async function source(catalog: object, config = environment.config()) {
  const path = environment.scratch.write(`catalog-${crypto.randomUUID()}.json`, catalog);
  const finished = await environment.source(['read', '--config', config, '--catalog', path]);
  expect(finished.stderr).toBe('');
  return { code: finished.code, messages: checkAirbyteOutput(finished.stdout) as readonly Message[] };
}

const errorsIn = (messages: readonly Message[]): readonly Message[] =>
  messages.filter(({ trace }) => trace?.type === 'ERROR').map(({ trace }) => trace);
const columnsAsked = (set: string): ReadonlySet<string> =>
  new Set(
    environment.simulator.control
      .requests()
      .map(({ url }) => new URL(url, 'https://host'))
      .filter(({ pathname }) => pathname.endsWith(`/${set}`))
      .flatMap(({ searchParams }) => (searchParams.get('$select') ?? '').split(',')),
  );

describe('only what is selected is asked for and sent', () => {
  it('by an Airbyte catalog [A31]', async () => {
    const { code, messages } = await source(configured([stream('contacts', 'contactid', 'lastname')]));
    expect(code).toBe(0);
    const sent = messages
      .filter(({ type }) => type === 'RECORD')
      .map(({ record }) => Object.keys(record.data).sort());
    expect(sent).toEqual(Array.from({ length: 6 }, () => ['contactid', 'lastname']));
    const needed = ['contactid', 'lastname', 'modifiedon'];
    expect([...columnsAsked('contacts')].filter((column) => !needed.includes(column))).toEqual([]);
  });

  it('by a Singer catalog, whose deselected columns are in neither SCHEMA nor RECORD [S24]', async () => {
    const config = environment.config({ tables: ['contacts'] });
    const catalog = JSON.parse((await environment.tap(['--config', config, '--discover'])).stdout);
    for (const { breadcrumb, metadata } of catalog.streams[0].metadata)
      if (breadcrumb.length > 0) metadata.selected = breadcrumb[1] === 'lastname' ? 'true' : false;
    environment.simulator.control.clearRequests();
    const path = environment.scratch.write('selected.json', catalog);
    const { code, stdout } = await environment.tap(['--config', config, '--catalog', path]);
    const messages = checkSingerOutput(stdout) as readonly Message[];
    const expected = ['_sdc_deleted_at', 'contactid', 'is_deleted', 'lastname', 'modifiedon'];
    const schema = messages.find(({ type }) => type === 'SCHEMA')?.['schema'];
    expect([code, Object.keys(schema.properties).sort()]).toEqual([0, expected]);
    for (const { record } of messages.filter(({ type }) => type === 'RECORD'))
      expect(Object.keys(record).sort()).toEqual(expected);
    expect([...columnsAsked('contacts')].filter((column) => !expected.includes(column))).toEqual([]);
  });
});

describe('a table that cannot be read', () => {
  it('fails alone, by name, as an Airbyte stream; its trace comes first, the summary last [A3, A4, A39, A58, A61]', async () => {
    environment.simulator.control.changeUser({ read: { lead: 'None' } });
    const { code, messages } = await source(
      configured([stream('contacts', 'contactid'), stream('leads', 'leadid'), stream('teams', 'teamid')]),
    );
    expect(code).toBe(1);
    for (const name of ['contacts', 'teams'])
      expect(eventsOf(messages, name)).toEqual(
        expect.arrayContaining(['STARTED', 'RUNNING', 'RECORD', 'STATE', 'COMPLETE']),
      );
    const events = eventsOf(messages, 'leads');
    expect([events[0], events.filter((event) => event !== 'ERROR').at(-1)]).toEqual([
      'STARTED',
      'INCOMPLETE',
    ]);
    expect(events).not.toContain('COMPLETE');
    const errors = errorsIn(messages);
    expect(errors[0]).toMatchObject({
      error: {
        failure_type: 'config_error',
        stream_descriptor: { name: 'leads' },
        message: expect.stringMatching(/prvReadlead/i),
      },
    });
    expect(errors.at(-1)?.['error']).not.toHaveProperty('stream_descriptor');
  });

  it('fails alone as a Singer stream: the others are read, the last state is written, the exit is not 0 [S7, S8, S38]', async () => {
    environment.simulator.control.changeUser({ read: { lead: 'None' } });
    const { code, stdout, stderr } = await environment.tap(['--config', environment.config({ tables })]);
    const messages = checkSingerOutput(stdout) as readonly Message[];
    const read = new Set(
      messages.filter(({ type }) => type === 'RECORD').map((message) => message['stream']),
    );
    expect([code, read]).toEqual([1, new Set(['contacts', 'teams'])]);
    expect(lastState(messages)?.['bookmarks']).toMatchObject({
      contacts: expect.anything(),
      teams: expect.anything(),
    });
    expect(messages.at(-1)?.['type']).toBe('STATE');
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL .*leads/);
  });

  it('as all others are makes a failed run, never exit code 0 [A60]', async () => {
    environment.simulator.control.changeUser({ read: { '*': 'None' } });
    const { code, messages } = await source(
      configured([stream('contacts', 'contactid'), stream('teams', 'teamid')]),
    );
    expect([code, errorsIn(messages).length >= 2]).toEqual([1, true]);
    expect(messages.filter(({ type }) => type === 'RECORD')).toEqual([]);
  });
});

describe('streams that are not there', () => {
  it('alone are an error of the catalog [A37]', async () => {
    const { code, messages } = await source(configured([stream('unicorns', 'unicornid')]));
    expect([code, errorsIn(messages)]).toMatchObject([1, [{ error: { failure_type: 'config_error' } }]]);
  });

  it('among others are skipped with a warning, and the others complete [A38]', async () => {
    const { code, messages } = await source(
      configured([stream('unicorns', 'unicornid'), stream('teams', 'teamid')]),
    );
    expect([code, eventsOf(messages, 'teams').at(-1)]).toEqual([0, 'COMPLETE']);
    const warnings = messages.filter(({ log }) => log?.level === 'WARN').map(({ log }) => log.message);
    expect(warnings.join('\n')).toContain('unicorns');
  });

  it('as columns are left out with a warning [A34]', async () => {
    const { code, messages } = await source(configured([stream('teams', 'teamid', 'new_gone')]));
    expect([code, eventsOf(messages, 'teams').at(-1)]).toEqual([0, 'COMPLETE']);
    const warnings = messages.filter(({ log }) => log?.level === 'WARN').map(({ log }) => log.message);
    expect(warnings.join('\n')).toContain('new_gone');
  });
});

describe('an empty table', () => {
  it('is STARTED, RUNNING, has a state, and is COMPLETE [A39, A41]', async () => {
    const { control } = environment.simulator;
    for (const row of [...control.rows('team')]) control.remove('team', JSON.parse(row).teamid);
    const { code, messages } = await source(configured([stream('teams', 'teamid')]));
    const events = eventsOf(messages, 'teams');
    expect([code, [...new Set(events)]]).toEqual([0, ['STARTED', 'STATE', 'RUNNING', 'COMPLETE']]);
    expect(events.at(-2)).toBe('STATE');
  });
});

describe('states of earlier runs', () => {
  it('that say another method are passed over with a warning [S46]', async () => {
    const config = environment.config({ tables: ['teams'], incremental_strategy: 'versionnumber' });
    const teams = {
      replication_key: 'modifiedon',
      replication_key_value: '2999-01-01T00:00:00Z',
      strategy: 'modifiedon',
    };
    const state = environment.scratch.write('method.json', { bookmarks: { teams } });
    const { code, stdout, stderr } = await environment.tap(['--config', config, '--state', state]);
    const records = checkSingerOutput(stdout).filter(({ type }) => type === 'RECORD');
    expect([code, records.length]).toEqual([0, 6]);
    expect(stderr).toMatch(/^WARNING teams: .*modifiedon.*versionnumber/m);
  });

  it('that stopped at a stream begin with it [S47]', async () => {
    const config = environment.config({ tables, max_concurrency: 1 });
    const state = environment.scratch.write('stopped.json', { bookmarks: {}, currently_syncing: 'teams' });
    const { stdout } = await environment.tap(['--config', config, '--state', state]);
    const messages = checkSingerOutput(stdout) as readonly Message[];
    expect(messages.find(({ type }) => type === 'SCHEMA')?.['stream']).toBe('teams');
    expect(lastState(messages)?.['currently_syncing']).toBeNull();
  });
});

describe('ACTIVATE_VERSION', () => {
  it('follows the last record of a full load, each of whose records bears its version [S35]', async () => {
    const config = environment.config({ tables: ['teams'], activate_version: true });
    const { stdout } = await environment.tap(['--config', config]);
    const messages = (checkSingerOutput(stdout) as readonly Message[]).filter(({ type }) => type !== 'STATE');
    const { version } = messages.at(-1) ?? {};
    expect(messages.map(({ type }) => type)).toEqual([
      'SCHEMA',
      ...Array(6).fill('RECORD'),
      'ACTIVATE_VERSION',
    ]);
    expect(messages.slice(1).map((message) => message['version'])).toEqual(Array(7).fill(version));
  });
});

describe('a table of 600 columns', () => {
  it('is read whole, however long that makes its addresses [S37]', async () => {
    for (let place = 0; place < 600; place++)
      environment.simulator.control.addColumn('team', {
        name: `new_AColumnWithALongName${place}`,
        type: 'integer',
        filled: 1,
      });
    const discovered = await environment.source([
      'discover',
      '--config',
      environment.config({ tables: ['teams'] }),
    ]);
    const streams = discoveredStreams(discovered.messages());
    const { code, messages } = await source(configured(streams));
    const [record] = messages.filter(({ type }) => type === 'RECORD').map(({ record: each }) => each.data);
    expect([code, Object.keys(record).length > 600]).toEqual([0, true]);
  });
});
