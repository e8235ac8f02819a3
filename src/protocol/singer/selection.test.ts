import { describe, expect, it } from 'vitest';
import { column, stream } from '../testing/streams.testing.ts';
import { parseSingerCatalog, selectedNames } from './selection.ts';

const accounts = stream({
  columns: [column('name', 'string'), column('modifiedon', 'timestamp'), column('versionnumber', 'integer')],
});
const properties = {
  accountid: { type: 'string' },
  name: { type: ['null', 'string'] },
  modifiedon: { type: ['null', 'string'], format: 'date-time' },
  versionnumber: { type: ['null', 'integer'] },
};

/** A catalog with one stream: its own metadata, metadata by column, and other members of the entry. */
function catalog(own: object | undefined, columns: Record<string, object> = {}, more: object = {}) {
  const metadata = [
    ...(own === undefined ? [] : [{ breadcrumb: [], metadata: own }]),
    ...Object.entries(columns).map(([name, said]) => ({ breadcrumb: ['properties', name], metadata: said })),
  ];
  return {
    streams: [
      {
        tap_stream_id: 'accounts',
        stream: 'accounts',
        schema: { type: 'object', properties },
        metadata,
        ...more,
      },
    ],
  };
}

const selected = { selected: true };
const only = (given: unknown) => {
  const [selection] = parseSingerCatalog(given, [accounts]).selections;
  if (selection === undefined) throw new Error('nothing selected');
  return selection;
};

describe('selection of a stream [S23]', () => {
  it.each([
    ['selected: true', { selected: true }, true],
    ['selected: "true"', { selected: 'true' }, true],
    ['selected: false', { selected: false, 'selected-by-default': true }, false],
    ['selected: "false"', { selected: 'false' }, false],
    ['selected: null and selected-by-default', { selected: null, 'selected-by-default': true }, true],
    ['selected-by-default', { 'selected-by-default': true }, true],
    ['selected-by-default: false', { 'selected-by-default': false }, false],
    ['nothing said', { inclusion: 'available' }, false],
    ['automatic, selected: false', { inclusion: 'automatic', selected: false }, true],
    ['unsupported, selected: true', { inclusion: 'unsupported', selected: true }, false],
  ])('%s', (_, own, expected) => {
    expect(selectedNames(catalog(own))).toEqual(expected ? ['accounts'] : []);
    expect(parseSingerCatalog(catalog(own), [accounts]).selections).toHaveLength(expected ? 1 : 0);
  });

  it('no metadata at all counts as selected', () => {
    expect(selectedNames(catalog(undefined))).toEqual(['accounts']);
    expect(selectedNames({ streams: [{ stream: 'accounts', schema: {} }] })).toEqual(['accounts']);
  });

  it.each([
    ['the entry', { selected: true }],
    ['the schema', { schema: { properties, selected: 'true' } }],
  ])('older catalogs say it in %s', (_, more) => {
    expect(selectedNames(catalog({ inclusion: 'available' }, {}, more))).toEqual(['accounts']);
  });

  it('a stream that the catalog lacks is off', () => {
    const contacts = stream({ name: 'contacts' });
    const { selections } = parseSingerCatalog(catalog(selected), [accounts, contacts]);
    expect(selections.map((selection) => selection.stream.name)).toEqual(['accounts']);
  });
});

describe('selection of columns [S23, S24]', () => {
  it.each([
    ['nothing said: with its stream', {}, true],
    ['selected: true', { selected: true }, true],
    ['selected: "false"', { selected: 'false' }, false],
    ['selected-by-default: false', { 'selected-by-default': false }, false],
    ['selected over selected-by-default', { 'selected-by-default': false, selected: true }, true],
    ['automatic, selected: false', { inclusion: 'automatic', selected: false }, true],
    ['unsupported, selected: true', { inclusion: 'unsupported', selected: true }, false],
  ])('%s', (_, said, expected) => {
    const { columns, schema } = only(catalog(selected, { name: said }));
    expect(columns.some(({ name }) => name === 'name')).toBe(expected);
    expect(Object.keys(schema?.['properties'] ?? {}).includes('name')).toBe(expected);
  });

  it('keeps the key and the replication key whatever is said', () => {
    const off = { inclusion: 'available', selected: false };
    const { columns } = only(
      catalog(selected, { accountid: off, modifiedon: off, versionnumber: off, name: off }),
    );
    expect(columns.map(({ name }) => name)).toEqual(['accountid', 'modifiedon']);
  });

  it('leaves out what the schema lacks, and says what is new and what is gone', () => {
    const schema = {
      type: 'object',
      properties: { accountid: {}, modifiedon: {}, oldname: { type: 'string' } },
    };
    const parsed = parseSingerCatalog(catalog(selected, {}, { schema }), [accounts]);
    expect(parsed.selections[0]?.columns.map(({ name }) => name)).toEqual(['accountid', 'modifiedon']);
    expect(parsed.selections[0]?.schema).toEqual({
      type: 'object',
      properties: { accountid: {}, modifiedon: {} },
    });
    expect(parsed.warnings).toEqual([
      'Stream accounts: no longer there and left out: oldname.',
      'Stream accounts: new since this catalog was made: name, versionnumber. Run --discover again to extract them.',
    ]);
  });

  it('drops deselected columns from required too', () => {
    const schema = { type: 'object', properties, required: ['accountid', 'name'] };
    const { schema: emitted } = only(catalog(selected, { name: { selected: false } }, { schema }));
    expect(emitted?.['required']).toEqual(['accountid']);
  });
});

describe('replication', () => {
  const own = (more: object) => ({ selected: true, ...more });
  it.each([
    ['nothing said', own({}), {}, 'incremental', undefined],
    ['FULL_TABLE', own({ 'replication-method': 'FULL_TABLE' }), {}, 'full', undefined],
    ['LOG_BASED', own({ 'replication-method': 'LOG_BASED' }), {}, 'incremental', 'change_tracking'],
    ['INCREMENTAL without a key', own({ 'replication-method': 'INCREMENTAL' }), {}, 'incremental', undefined],
    [
      'INCREMENTAL by modifiedon',
      own({ 'replication-method': 'INCREMENTAL', 'replication-key': 'modifiedon' }),
      {},
      'incremental',
      'modifiedon',
    ],
    [
      'INCREMENTAL by versionnumber',
      own({ 'replication-method': 'INCREMENTAL', 'replication-key': 'versionnumber' }),
      {},
      'incremental',
      'versionnumber',
    ],
    ['a key alone', own({ 'replication-key': 'modifiedon' }), {}, 'incremental', 'modifiedon'],
    [
      "the entry's members",
      own({}),
      { replication_method: 'INCREMENTAL', replication_key: 'modifiedon' },
      'incremental',
      'modifiedon',
    ],
    [
      "metadata before the entry's members",
      own({ 'replication-method': 'LOG_BASED' }),
      { replication_method: 'FULL_TABLE' },
      'incremental',
      'change_tracking',
    ],
    [
      "the entry's member before what is forced",
      own({ 'forced-replication-method': 'FULL_TABLE' }),
      { replication_method: 'LOG_BASED' },
      'incremental',
      'change_tracking',
    ],
    ['what is forced', own({ 'forced-replication-method': 'FULL_TABLE' }), {}, 'full', undefined],
  ] as const)('%s', (_, metadata, more, mode, strategy) => {
    const selection = only(catalog(metadata, {}, more));
    expect([selection.mode, selection.strategy]).toEqual([mode, strategy]);
  });

  it('keeps the chosen replication key among the columns', () => {
    const off = { selected: false };
    const { columns } = only(
      catalog(own({ 'replication-key': 'versionnumber' }), { modifiedon: off, versionnumber: off }),
    );
    expect(columns.map(({ name }) => name)).toEqual(['accountid', 'name', 'versionnumber']);
  });
});

describe('the schema of a catalog [S25]', () => {
  const withSchema = (name: string, schema: object) =>
    catalog(selected, {}, { schema: { type: 'object', properties: { ...properties, [name]: schema } } });

  it.each([
    ['name', { type: ['null', 'string'], maxLength: 5 }],
    ['name', { type: ['string', 'null'], format: 'uuid' }],
    ['name', {}],
    ['versionnumber', { type: ['null', 'number'] }],
    ['versionnumber', { anyOf: [{ type: 'integer' }, { type: 'null' }] }],
    ['modifiedon', { type: ['null', 'string'] }],
  ])('reaches the target: %s as %j', (name, schema) => {
    expect(only(withSchema(name, schema)).schema).toHaveProperty(['properties', name], schema);
  });

  it.each([
    ['versionnumber', { type: ['null', 'string'] }, 'as string'],
    ['name', { type: 'integer' }, 'as integer'],
    ['name', { anyOf: [{ type: 'boolean' }, { type: 'null' }] }, 'as boolean'],
    ['modifiedon', { type: 'string', format: 'date' }, 'with format "date"'],
  ])('is refused where the values cannot satisfy it: %s as %j', (name, schema, message) => {
    expect(() => only(withSchema(name, schema))).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringContaining(`column ${name} ${message}`),
      }),
    );
  });
});

describe('a stream that is not there', () => {
  it('is reported with its selected columns and its key', () => {
    const parsed = parseSingerCatalog(
      catalog(selected, { name: { selected: false } }, { key_properties: ['accountid'] }),
      [],
    );
    const { name: _, ...rest } = properties;
    expect(parsed).toEqual({
      selections: [],
      missing: [{ name: 'accounts', key: ['accountid'], schema: { type: 'object', properties: rest } }],
      warnings: [],
    });
  });
});

describe('a broken catalog', () => {
  it.each([
    ['is no object', 5, 'no list "streams"'],
    ['has no streams', {}, 'no list "streams"'],
    ['has a stream that is no object', { streams: [5] }, 'Entry 1'],
    ['has a stream without a name', { streams: [{ schema: {} }] }, 'no tap_stream_id'],
    [
      'has a stream without a schema',
      { streams: [{ tap_stream_id: 'accounts' }] },
      'Stream accounts has no schema',
    ],
    [
      'has a stream twice',
      { streams: [...catalog(selected).streams, ...catalog(selected).streams] },
      'Stream accounts is in the catalog twice',
    ],
    [
      'has metadata that is no list',
      catalog(selected, {}, { metadata: {} }),
      'Stream accounts has metadata that is not a list',
    ],
    [
      'has metadata without a breadcrumb',
      catalog(selected, {}, { metadata: [{}] }),
      'Stream accounts has a metadata entry',
    ],
    [
      'says something else of a selection',
      catalog({ selected: 'yes' }),
      'Stream accounts has "selected": "yes"',
    ],
    [
      'has an unknown method',
      catalog({ selected: true, 'replication-method': 'CDC' }),
      'Stream accounts has the replication method "CDC"',
    ],
    [
      'has a key that orders nothing',
      catalog({ selected: true, 'replication-key': 'name' }),
      'Stream accounts has the replication key "name"',
    ],
  ])('%s', (_, given, message) => {
    expect(() => parseSingerCatalog(given, [accounts])).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(message) }),
    );
  });
});
