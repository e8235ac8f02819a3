// Airbyte's connector acceptance tests (connector_acceptance_test 3.9.8), which need Docker, ported: each runs from
// acceptance-test-config.yml against the built executable. secrets/config.json is a configuration of the simulator here,
// which holds the rows of expected_records.jsonl beside generated ones. What the original leaves to the image is tested in
// integration_tests/packaging; there is no earlier version to be compatible with.
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../../support/environment.ts';
import type { Finished, Message } from '../../support/program.ts';
import { type CatalogStream, discoveredStreams, eventsOf, lastStates } from '../airbyte.ts';
import { recordCheck } from '../validation.ts';
import { catalogRules } from './catalog-rules.ts';
import { acceptanceConfig, fileJson, fileText } from './config.ts';
import { specRules } from './spec-rules.ts';

const { spec, connection, discovery, basic_read, full_refresh, incremental } =
  acceptanceConfig().acceptance_tests;

interface ExpectedRecord {
  readonly stream: string;
  readonly data: Readonly<Record<string, unknown>>;
}
const expectedRecords = fileText('integration_tests/expected_records.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as ExpectedRecord);

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 8 } });
  for (const { stream, data } of expectedRecords) {
    const { _ab_cdc_deleted_at: _, ...row } = data;
    environment.simulator.control.create(stream, [row]);
  }
});
afterAll(() => environment.close());

/** Path of a configuration; small pages, so that a read has states in its middle. */
const configAt = (path: string): string =>
  path === 'secrets/config.json' ? environment.config({ page_size: 4 }) : path;
const of = (finished: Finished, type: string): readonly Message[] =>
  finished.messages().filter((message) => message['type'] === type);
const recordsOf = (finished: Finished): readonly Message[] =>
  of(finished, 'RECORD').map(({ record }) => record);
const errorsOf = (finished: Finished): readonly Message[] =>
  of(finished, 'TRACE').filter(({ trace }) => trace.type === 'ERROR');

const named = <T extends { readonly name: string }>(rules: readonly T[]) =>
  rules.map((rule) => [rule.name, rule] as const);

function read(config: string, catalog: unknown, state?: unknown): Promise<Finished> {
  const { scratch } = environment;
  const file = (name: string, content: unknown) =>
    scratch.write(`${name}-${crypto.randomUUID()}.json`, content);
  const more = state === undefined ? [] : ['--state', file('state', state)];
  return environment.source(['read', '--config', config, '--catalog', file('catalog', catalog), ...more]);
}

describe.each(spec.tests)('TestSpec with $config_path', ({ config_path }) => {
  let specification: Message;
  beforeAll(async () => {
    const finished = await environment.source(['spec']);
    expect(of(finished, 'SPEC')).toHaveLength(1);
    specification = of(finished, 'SPEC')[0]?.['spec'];
  });

  it('test_config_match_spec', () => {
    const accepts = formats
      .default(new Ajv({ strict: false }))
      .compile(specification['connectionSpecification']);
    const settings = Object.entries(fileJson(config_path)).filter(([name]) => !name.startsWith('_'));
    expect([accepts(Object.fromEntries(settings)), accepts.errors]).toEqual([true, null]);
  });

  it('test_match_expected', () => {
    expect(specification['connectionSpecification']).toEqual(fileJson('src/config/spec.json'));
  });

  it.each(named(specRules))('%s [A12]', (_, { broken, counterexample }) => {
    expect(broken(specification)).toEqual([]);
    expect(broken({ connectionSpecification: { type: 'object', ...counterexample } })).not.toEqual([]);
  });

  it('test_oauth_flow_parameters, test_oauth_is_default_method: there is no OAuth flow', () => {
    expect(specification['advanced_auth']).toBeUndefined();
  });
});

describe.each(connection.tests)('TestConnection with $config_path', ({ config_path, status }) => {
  it(`test_check: ${status}`, async () => {
    const finished = await environment.source(['check', '--config', configAt(config_path)]);
    const statuses = of(finished, 'CONNECTION_STATUS').map(({ connectionStatus }) => connectionStatus.status);
    if (status === 'exception') expect(errorsOf(finished)).toHaveLength(1);
    else expect(statuses).toEqual([status === 'succeed' ? 'SUCCEEDED' : 'FAILED']);
  });
});

describe.each(discovery.tests)('TestDiscovery with $config_path', ({ config_path }) => {
  let streams: readonly CatalogStream[];
  beforeAll(async () => {
    const finished = await environment.source(['discover', '--config', configAt(config_path)]);
    expect(of(finished, 'CATALOG')).toHaveLength(1);
    streams = discoveredStreams(finished.messages());
  });

  it('test_discover [A21]', () => {
    expect(streams.length).toBeGreaterThan(0);
    expect(new Set(streams.map(({ name }) => name)).size).toBe(streams.length);
  });

  it.each(named(catalogRules))('%s [A21]', (_, { isBroken, counterexample }) => {
    expect(streams.filter(isBroken).map(({ name }) => name)).toEqual([]);
    expect(isBroken({ ...streams[0], ...counterexample })).toBe(true);
  });
});

describe.each(basic_read.tests)('TestBasicRead with $configured_catalog_path', (test) => {
  const catalog: Message = fileJson(test.configured_catalog_path);
  const streams: readonly CatalogStream[] = catalog['streams'].map(({ stream }: Message) => stream);
  let finished: Finished;
  let records: readonly Message[];
  beforeAll(async () => {
    finished = await read(configAt(test.config_path), catalog);
    records = recordsOf(finished);
  });
  const recordsIn = ({ name }: CatalogStream): readonly Message[] =>
    records.filter(({ stream }) => stream === name);

  it('test_read: every stream has records', () => {
    const empty = (test.empty_streams ?? []).map(({ name }) => name);
    const none = streams.filter((stream) => recordsIn(stream).length === 0).map(({ name }) => name);
    expect(none.filter((name) => !empty.includes(name))).toEqual([]);
  });

  it('test_read: records have the columns of their schema, and no others [A31, A32]', () => {
    expect([test.validate_schema, test.fail_on_extra_columns]).toEqual([true, true]);
    for (const stream of streams) {
      const check = recordCheck(stream['json_schema']);
      expect(recordsIn(stream).map(({ data }) => check(data))).toEqual(recordsIn(stream).map(() => ''));
    }
  });

  it('test_read: primary keys are values, and not null [A33]', () => {
    expect(test.validate_primary_keys_data_type).toBe(true);
    for (const stream of streams) {
      for (const [name] of stream['source_defined_primary_key'])
        expect(recordsIn(stream).map(({ data }) => typeof data[name])).toEqual(
          recordsIn(stream).map(() => 'string'),
        );
    }
  });

  it('test_read: the expected records are there', () => {
    expect(test.expect_records.path).toBe('integration_tests/expected_records.jsonl');
    for (const { stream, data } of expectedRecords) {
      const ignored = (test.ignored_fields[stream] ?? []).map(({ name }) => name);
      const members = Object.entries(data).filter(([name]) => !ignored.includes(name));
      expect(records).toContainEqual(
        expect.objectContaining({ stream, data: expect.objectContaining(Object.fromEntries(members)) }),
      );
    }
  });

  it('test_read: statuses are STARTED, RUNNING, COMPLETE [A39]', () => {
    expect(test.validate_stream_statuses).toBe(true);
    for (const { name } of streams) {
      const statuses = eventsOf(finished.messages(), name).filter(
        (event) => !['RECORD', 'STATE'].includes(event),
      );
      expect([name, statuses]).toEqual([name, ['STARTED', 'RUNNING', 'COMPLETE']]);
    }
  });

  it('test_read: states are of streams, with their counts', () => {
    expect(test.validate_state_messages).toBe(true);
    const states = of(finished, 'STATE').map(({ state }) => state);
    expect(states.length).toBeGreaterThanOrEqual(streams.length);
    for (const { type, sourceStats } of states)
      expect([type, typeof sourceStats.recordCount]).toEqual(['STREAM', 'number']);
  });

  it('test_airbyte_trace_message_on_failure [A37]', async () => {
    const stream = {
      name: '__AIRBYTE__stream_that_does_not_exist',
      json_schema: { type: 'object', properties: { f1: { type: 'string' } } },
      supported_sync_modes: ['full_refresh'],
    };
    const failed = await read(configAt(test.config_path), {
      streams: [{ stream, sync_mode: 'INVALID', destination_sync_mode: 'INVALID' }],
    });
    expect(errorsOf(failed).length).toBeGreaterThanOrEqual(1);
    expect(failed.code).toBe(1);
  });
});

describe.each(full_refresh.tests)('TestFullRefresh with $configured_catalog_path', (test) => {
  it('test_sequential_reads [A35]', async () => {
    const config = configAt(test.config_path);
    const streams = fileJson(test.configured_catalog_path).streams as readonly Message[];
    const catalog = {
      streams: streams.map((stream) => ({
        ...stream,
        sync_mode: 'full_refresh',
        destination_sync_mode: 'overwrite',
      })),
    };
    const [first, second] = [await read(config, catalog), await read(config, catalog)].map(recordsOf);
    const times = (records: readonly Message[] = []) => records.map(({ emitted_at }) => Number(emitted_at));
    expect(Math.max(...times(first))).toBeLessThan(Math.min(...times(second)));
    // Rows may come twice; when they were read is not theirs.
    const contents = (records: readonly Message[] = []) =>
      new Set(records.map(({ data: { _ab_cdc_updated_at: _, ...row } }) => JSON.stringify(row)));
    expect(contents(second)).toEqual(contents(first));
  });
});

describe.each(incremental.tests)('TestIncremental with $configured_catalog_path', (test) => {
  const catalog: Message = fileJson(test.configured_catalog_path);
  let config: string;
  let first: Finished;
  beforeAll(async () => {
    config = configAt(test.config_path);
    first = await read(config, catalog);
  });
  const contents = (records: readonly Message[]): readonly string[] =>
    records.map(({ stream, data }) => JSON.stringify([stream, data]));

  it('test_read_sequential_slices: each state brings the records that followed it [A49]', async () => {
    const messages = first.messages();
    const states = messages.flatMap(({ type }, at) => (type === 'STATE' ? [at] : []));
    // The original takes a tenth of the states, at least ten; five spread over the run are as telling.
    const sampled = states.filter((_, index) => index % Math.ceil(states.length / 5) === 0);
    const idOf = ({ record }: Message): string =>
      `${record.stream} ${record.data.accountid ?? record.data.contactid}`;
    for (const at of sampled) {
      const again = await read(config, catalog, lastStates(messages.slice(0, at + 1)));
      const followed = messages
        .slice(at + 1)
        .filter(({ type }) => type === 'RECORD')
        .map(idOf);
      expect(of(again, 'RECORD').map(idOf)).toEqual(expect.arrayContaining(followed));
      expect(contents(recordsOf(again))).not.toEqual(contents(recordsOf(first)));
    }
  });

  it('test_two_sequential_reads [A48]', async () => {
    expect(recordsOf(first).length).toBeGreaterThan(0);
    for (const { stream, data } of expectedRecords.filter(({ data: row }) => row['statecode'] === 1))
      environment.simulator.control.update(stream, String(Object.values(data)[0]), { statecode: 0 });
    const second = await read(config, catalog, lastStates(first.messages()));
    const streamsIn = (finished: Finished) => new Set(recordsOf(finished).map(({ stream }) => stream));
    expect(streamsIn(second)).toEqual(streamsIn(first));
    expect(contents(recordsOf(second))).not.toEqual(contents(recordsOf(first)));
    expect(recordsOf(second).length).toBeLessThan(recordsOf(first).length);
  });

  it('test_state_with_abnormally_large_values [A47]', async () => {
    const finished = await read(config, catalog, fileJson(test.future_state.future_state_path));
    expect(recordsOf(finished)).toEqual([]);
    expect(of(finished, 'STATE').length).toBeGreaterThanOrEqual(1);
    expect(finished.code).toBe(0);
  });
});
