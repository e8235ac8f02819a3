import { describe, expect, it } from 'vitest';
import { column, stream, withoutCursor } from '../testing/streams.testing.ts';
import { configuredNames, parseConfiguredCatalog } from './configured-catalog.ts';
import { airbyteSchema } from './schema.ts';

const accounts = stream({ columns: [column('name', 'string'), column('modifiedon', 'timestamp')] });
const tags = stream({ name: 'tags', columns: withoutCursor, changeTracking: false });

function configured(of = accounts, more: object = {}, schema: object = airbyteSchema(of, true)) {
  return {
    stream: {
      name: of.name,
      json_schema: schema,
      source_defined_primary_key: [[`${of.name}id`]],
      namespace: null,
    },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
    ...more,
  };
}

const parse = (...streams: readonly unknown[]) => parseConfiguredCatalog({ streams }, [accounts, tags]);

describe('a configured catalog', () => {
  it.each([
    ['incremental', 'incremental'],
    ['full_refresh', 'full'],
  ])('%s reads %s', (sync_mode, mode) => {
    expect(parse(configured(accounts, { sync_mode })).selections[0]?.mode).toBe(mode);
  });

  it('selects the columns of the schema, and the key [A31]', () => {
    const schema = { type: 'object', properties: { name: {}, _ab_cdc_deleted_at: {} } };
    const { selections, warnings } = parse(configured(accounts, {}, schema));
    expect(selections[0]?.columns.map(({ name }) => name)).toEqual(['accountid', 'name']);
    expect(warnings).toEqual([]);
  });

  it('selects everything where the schema names no properties', () => {
    expect(parse(configured(accounts, {}, {})).selections[0]?.columns).toHaveLength(3);
  });

  it('takes incremental for a stream that cannot be, as PyAirbyte asks for it [A36]', () => {
    const { selections, warnings } = parse(configured(tags));
    expect(selections[0]?.mode).toBe('incremental');
    expect(warnings).toEqual([]);
  });

  it("passes over a cursor of the user's and members it does not know", () => {
    const more = {
      cursor_field: ['name'],
      primary_key: null,
      generation_id: 1,
      sync_id: 2,
      include_files: false,
      colour: 'red',
    };
    expect(parse(configured(accounts, more)).selections[0]).not.toHaveProperty('strategy');
  });

  it('reports columns that are gone, and streams that are not there [A34, A38]', () => {
    const schema = { type: 'object', properties: { accountid: {}, oldname: {}, _ab_cdc_deleted_at: {} } };
    const quotes = {
      ...configured(),
      stream: { name: 'quotes', json_schema: schema, source_defined_primary_key: [['quoteid']] },
    };
    expect(parse(configured(accounts, {}, schema), quotes)).toMatchObject({
      selections: [{ stream: { name: 'accounts' } }],
      missing: [{ name: 'quotes', schema, key: ['quoteid'] }],
      warnings: ['Stream accounts: no longer there and left out: oldname.'],
    });
    expect(configuredNames({ streams: [configured(), quotes] })).toEqual(['accounts', 'quotes']);
  });

  it('warns when deletes would be lost with a deselected marker', () => {
    const schema = { type: 'object', properties: { accountid: {} } };
    const given = { streams: [configured(accounts, {}, schema)] };
    expect(parseConfiguredCatalog(given, [accounts]).warnings).toEqual([
      expect.stringContaining('_ab_cdc_deleted_at'),
    ]);
    expect(parseConfiguredCatalog(given, [accounts], { deletes: false }).warnings).toEqual([]);
    const full = { streams: [configured(accounts, { sync_mode: 'full_refresh' }, schema)] };
    expect(parseConfiguredCatalog(full, [accounts]).warnings).toEqual([]);
  });

  it.each([
    ['is no object', null, 'no list "streams"'],
    ['has no streams', {}, 'no list "streams"'],
    ['has an entry without a stream', { streams: [{}] }, 'Entry 1'],
    ['has a stream without a name', { streams: [{ stream: { json_schema: {} } }] }, 'Entry 1'],
    [
      'has a stream without a schema',
      { streams: [{ stream: { name: 'accounts' } }] },
      'Stream accounts has no json_schema',
    ],
    [
      'has a stream twice',
      { streams: [configured(), configured()] },
      'Stream accounts is in the configured catalog twice',
    ],
    [
      'has an invalid sync_mode',
      { streams: [configured(accounts, { sync_mode: 'INVALID' })] },
      'sync_mode "INVALID"',
    ],
    [
      'has a sync_mode out of the prototype',
      { streams: [configured(accounts, { sync_mode: 'toString' })] },
      'sync_mode "toString"',
    ],
    ['has no sync_mode', { streams: [configured(accounts, { sync_mode: undefined })] }, 'sync_mode nothing'],
    [
      'has an invalid destination_sync_mode',
      { streams: [configured(accounts, { destination_sync_mode: 'INVALID' })] },
      'destination_sync_mode "INVALID"',
    ],
  ])('that %s is refused', (_, given, message) => {
    expect(() => parseConfiguredCatalog(given, [accounts])).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(message) }),
    );
  });

  it('refuses an invalid sync_mode of a stream that is not there [A37]', () => {
    const bad = configured(stream({ name: 'nowhere' }), { sync_mode: 'INVALID' });
    expect(() => parse(bad)).toThrow('Stream nowhere has the sync_mode "INVALID"');
  });
});
