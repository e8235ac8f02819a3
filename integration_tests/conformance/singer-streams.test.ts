// Each stream by the rules of singer_sdk.testing (tap_tests.py, which runs Python taps alone) and of singer-tools'
// check-tap: one discovery, one read with the catalog as it came, one read without.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSingerOutput } from '../../src/protocol/singer/testing/check-line.testing.ts';
import { type Environment, startEnvironment } from '../support/environment.ts';
import type { Finished, Message } from '../support/program.ts';
import { lastState, schemasIn } from './singer.ts';
import { standardTables } from './standard.ts';
import { recordCheck } from './validation.ts';

const standardNames = standardTables.map(({ stream }) => stream).sort();

let environment: Environment;
let catalogText: string;
let catalog: Message;
let withCatalog: Finished;
let without: Finished;
let messages: readonly Message[];
beforeAll(async () => {
  // Small pages: states come in the middle of streams.
  environment = await startEnvironment({ rows: { '*': 12 }, seed: 3 });
  const config = environment.config({ page_size: 5, labels: 'all' });
  catalogText = (await environment.tap(['--config', config, '--discover'])).stdout;
  catalog = JSON.parse(catalogText);
  const path = environment.scratch.write('catalog.json', catalogText);
  [withCatalog, without] = await Promise.all([
    environment.tap(['--config', config, '--catalog', path]),
    environment.tap(['--config', config]),
  ]);
  messages = withCatalog.messages();
});
afterAll(() => environment.close());

const streamOf = (name: string): Message => catalog['streams'].find(({ stream }: Message) => stream === name);
const ownOf = (stream: string): readonly Message[] =>
  messages.filter((message) => message['stream'] === stream);
const recordsOf = (stream: string): readonly Message[] =>
  ownOf(stream).filter(({ type }) => type === 'RECORD');
const schemaOf = (stream: string): Message => ownOf(stream).find(({ type }) => type === 'SCHEMA')?.['schema'];
/** Metadata of a stream (no name) or of one of its columns. */
const metadataOf = (stream: string, ...column: readonly string[]): Message | undefined =>
  streamOf(stream)['metadata'].find(
    ({ breadcrumb }: Message) =>
      JSON.stringify(breadcrumb) === JSON.stringify(column.length === 0 ? [] : ['properties', ...column]),
  )?.metadata;

describe('the runs as a whole', () => {
  it('are of messages alone, in order, and succeed [S4, S7]', () => {
    for (const { code, stdout } of [withCatalog, without]) {
      expect(code).toBe(0);
      expect(checkSingerOutput(stdout).length).toBeGreaterThan(20 * 14);
    }
  });

  it('log plain lines alone, and counts that add up [S4, S48]', () => {
    const lines = withCatalog.stderr.trimEnd().split('\n');
    expect(lines.filter((line) => !/^(DEBUG|INFO|WARNING|ERROR|CRITICAL) /.test(line))).toEqual([]);
    const counted = lines
      .flatMap((line) => /^INFO METRIC: (.*)$/.exec(line)?.[1] ?? [])
      .map((text) => JSON.parse(text) as Message)
      .filter(({ metric }) => metric === 'record_count');
    for (const { stream } of standardTables) {
      const sum = counted
        .filter(({ tags }) => tags.stream === stream)
        .reduce((total, { value }) => total + value, 0);
      expect([stream, sum]).toEqual([stream, recordsOf(stream).length]);
    }
  });

  it('read the default streams without a catalog, by the schemas of the catalog fed back [S19, S22]', () => {
    const [given, own] = [schemasIn(messages), schemasIn(without.messages())];
    expect([...own.keys()].sort()).toEqual(standardNames);
    expect(given).toEqual(own);
  });

  it('end with nothing left under way [S39, S47]', () => {
    const state = lastState(messages) ?? {};
    expect(state['currently_syncing']).toBeNull();
    expect(Object.keys(state['bookmarks']).sort()).toEqual(standardNames);
    expect(JSON.stringify(state)).not.toContain('progress_markers');
  });

  it('print the catalog in lines that Meltano can read [S6]', () => {
    expect(catalogText.split('\n').filter((line) => Buffer.byteLength(line) >= 65_536)).toEqual([]);
  });

  it('find custom tables, too, and select them not by default [S16]', () => {
    const others = catalog['streams'].filter(({ stream }: Message) => !standardNames.includes(stream));
    expect(others.length).toBeGreaterThan(0);
    for (const { stream } of others)
      expect(metadataOf(stream)).toMatchObject({ 'selected-by-default': false });
    expect(metadataOf('new_externalproducts')).toMatchObject({ 'forced-replication-method': 'FULL_TABLE' });
  });
});

const named = standardTables.map((table) => [table.stream, table] as const);

describe.each(named)('stream %s', (stream, { key }) => {
  it('is in the catalog by its name, its key and its metadata [S14, S15, S16]', () => {
    const entry = streamOf(stream);
    expect(entry).toMatchObject({ tap_stream_id: stream, stream, key_properties: [key] });
    expect(stream).toMatch(/^[a-z0-9_]+$/);
    expect(metadataOf(stream)).toMatchObject({
      inclusion: 'available',
      'selected-by-default': true,
      'table-key-properties': [key],
      'valid-replication-keys': expect.arrayContaining(['modifiedon']),
    });
    expect(metadataOf(stream)).not.toHaveProperty('forced-replication-method');
    for (const column of Object.keys(entry['schema'].properties)) {
      const automatic = [key, 'modifiedon', '_sdc_deleted_at', 'is_deleted'].includes(column);
      expect([column, metadataOf(stream, column)?.['inclusion']]).toEqual([
        column,
        automatic ? 'automatic' : 'available',
      ]);
    }
  });

  it('has columns with names that every target takes [S17]', () => {
    const columns = Object.keys(schemaOf(stream)['properties']);
    expect(columns.filter((name) => !/^[A-Za-z0-9_]{1,62}$/.test(name))).toEqual([]);
    expect(new Set(columns.map((name) => name.toLowerCase())).size).toBe(columns.length);
  });

  it('has a schema of types alone: nothing that a customiser can change [S20, S21]', () => {
    const { properties, ...root } = schemaOf(stream);
    expect(root).toEqual({ type: 'object' });
    for (const [column, schema] of Object.entries<Message>(properties)) {
      const { type, format, items, properties: members, ...rest } = schema;
      expect([column, rest]).toEqual([column, {}]);
      expect([undefined, 'date', 'date-time']).toContain(format);
      if (column === key) expect(type).toBe('string');
      else expect([column, type[0], type.length]).toEqual([column, 'null', 2]);
      expect(items === undefined || members === undefined).toBe(true);
    }
  });

  it('sends its schema once, before its records [S26]', () => {
    const types = ownOf(stream).map(({ type }) => type);
    expect(types[0]).toBe('SCHEMA');
    expect(types.lastIndexOf('SCHEMA')).toBe(0);
  });

  it('sends the schema of the catalog [S25]', () => {
    expect(schemaOf(stream)).toEqual(streamOf(stream)['schema']);
  });

  it('sends records that fit the schema, with every column of it [S27, S28]', () => {
    const check = recordCheck(schemaOf(stream));
    const columns = Object.keys(schemaOf(stream)['properties']).sort();
    expect(recordsOf(stream).length).toBeGreaterThanOrEqual(12);
    for (const { record, time_extracted } of recordsOf(stream)) {
      expect([check(record), Object.keys(record).sort()]).toEqual(['', columns]);
      expect(time_extracted).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
    }
  });

  it('sends guids in lower case, and times in UTC [S28]', () => {
    for (const { record } of recordsOf(stream)) {
      for (const [column, value] of Object.entries(record)) {
        if (typeof value !== 'string') continue;
        if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
          expect([column, value]).toEqual([column, value.toLowerCase()]);
        if (schemaOf(stream)['properties'][column].format === 'date-time') expect(value).toMatch(/Z$/);
      }
    }
  });

  it('sends keys that are there, not null, and each once [S31]', () => {
    const keys = recordsOf(stream).map(({ record }) => record[key]);
    expect(keys.filter((id) => typeof id !== 'string')).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has a bookmark of its own that never goes back, and stands still when another stream moves [S39, S44]', () => {
    const bookmarks = messages
      .filter(({ type }) => type === 'STATE')
      .flatMap(({ value }) => value.bookmarks[stream] ?? []);
    expect(bookmarks.length).toBeGreaterThan(0);
    for (const bookmark of bookmarks) {
      expect(Object.keys(bookmark)).toEqual(
        expect.arrayContaining(['replication_key', 'replication_key_value', 'delta_token']),
      );
    }
    const records = bookmarks.map((bookmark) => Number(bookmark.records));
    expect(records).toEqual([...records].sort((one, other) => one - other));
    expect(records.at(-1)).toBe(recordsOf(stream).length);
  });
});
