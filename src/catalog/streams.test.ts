import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType } from '../dataverse/metadata/types.ts';
import { type StreamOptions, streamsOf } from './streams.ts';
import { column, table } from './table.testing.ts';
import type { Stream } from './types.ts';

const plain: StreamOptions = {
  labels: 'none',
  lookupTypes: false,
  choicesFormat: 'string',
  columns: {},
  includeBinary: false,
};

function streamOf(
  columns: Parameters<typeof table>[0],
  options: Partial<StreamOptions> = {},
  more = {},
): Stream {
  const [stream] = streamsOf([table(columns, more)], { ...plain, ...options });
  if (stream === undefined) throw new Error('no stream');
  return stream;
}

const names = (stream: Stream) => stream.columns.map(({ name }) => name);
const key = column('accountid', 'guid');
const owner = column('_ownerid_value', 'lookup', { targets: ['systemuser', 'team'] });
const creator = column('_createdby_value', 'lookup', { targets: ['systemuser'] });

describe('streamsOf', () => {
  test('puts the key first and marks it', () => {
    const stream = streamOf([column('aaa', 'string'), key, column('name', 'string')]);
    expect(names(stream)).toEqual(['accountid', 'aaa', 'name']);
    expect(stream.key).toEqual(['accountid']);
    expect(stream.columns.filter((each) => each.key).map(({ name }) => name)).toEqual(['accountid']);
  });

  test('names streams by the entity set, in lower case', () => {
    expect(streamOf([key], {}, { setName: 'New_Cars-Fast' }).name).toBe('new_cars_fast');
  });

  test.each([
    ['account', true],
    ['new_car', false],
  ])('knows whether %s is a standard table', (logicalName, standard) => {
    expect(streamOf([key], {}, { logicalName }).standard).toBe(standard);
  });

  test.each<[ColumnType, string, string]>([
    ['string', 'string', 'none'],
    ['memo', 'string', 'none'],
    ['integer', 'integer', 'none'],
    ['bigint', 'integer', 'none'],
    ['decimal', 'number', 'none'],
    ['money', 'number', 'none'],
    ['double', 'number', 'none'],
    ['boolean', 'boolean', 'none'],
    ['choice', 'integer', 'none'],
    ['state', 'integer', 'none'],
    ['status', 'integer', 'none'],
    ['choices', 'string', 'none'],
    ['date', 'date', 'none'],
    ['datetime', 'timestamp', 'none'],
    ['datetime_naive', 'timestamp_naive', 'strip_zone'],
    ['lookup', 'string', 'none'],
    ['guid', 'string', 'none'],
    ['file', 'string', 'none'],
    ['managed_property', 'managed_property', 'none'],
  ])('gives a %s column the type %s and the transform %s', (columnType, type, transform) => {
    const stream = streamOf([key, column('_x_value', columnType)]);
    expect(stream.columns[1]).toMatchObject({ type, transform, wire: '_x_value', origin: 'value' });
  });

  test('makes arrays of multi-select choices when asked', () => {
    const stream = streamOf([key, column('tags', 'choices')], { choicesFormat: 'array' });
    expect(stream.columns[1]).toMatchObject({ type: 'integer_array', transform: 'choices_array' });
  });

  test('distrusts the text of virtual tables', () => {
    const stream = streamOf([key, column('day', 'date')], {}, { kind: 'virtual' });
    expect(stream.columns.map(({ transform }) => transform)).toEqual(['lower', 'date_or_null']);
  });

  test('puts the table of polymorphic lookups beside them, and of no others', () => {
    const stream = streamOf([key, owner, creator], { lookupTypes: true });
    expect(names(stream)).toEqual(['accountid', '_ownerid_value', '_ownerid_type', '_createdby_value']);
    expect(stream.columns[2]).toMatchObject({
      origin: 'type',
      wire: '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
      type: 'string',
      key: false,
    });
  });

  test('takes a lookup without known targets for polymorphic', () => {
    const stream = streamOf([key, column('_objectid_value', 'lookup', { targets: [] })], {
      lookupTypes: true,
    });
    expect(names(stream)).toContain('_objectid_type');
  });

  test.each<[StreamOptions['labels'], string[]]>([
    ['none', []],
    ['choices', ['a_label', 'b_label', 'c_label', 'd_label', 'e_label']],
    ['all', ['a_label', 'b_label', 'c_label', 'd_label', 'e_label', '_ownerid_label']],
  ])('with labels %s, adds %j', (labels, expected) => {
    const stream = streamOf(
      [
        key,
        column('a', 'choice'),
        column('b', 'choices'),
        column('c', 'state'),
        column('d', 'status'),
        column('e', 'boolean'),
        column('f', 'money'),
        column('g', 'managed_property'),
        owner,
      ],
      { labels },
    );
    expect(stream.columns.filter(({ origin }) => origin === 'label').map(({ name }) => name)).toEqual(
      expected,
    );
  });

  test('gives a label that collides with a real column a stable other name', () => {
    const columns = [key, column('state', 'state'), column('State_Label', 'string')];
    const [first, second] = [
      streamOf(columns, { labels: 'all' }),
      streamOf([...columns].reverse(), { labels: 'all' }),
    ];
    const label = (stream: Stream) => stream.columns.find(({ origin }) => origin === 'label')?.name;
    expect(label(first)).toMatch(/^state_label_[0-9a-f]{8}$/);
    expect(label(second)).toBe(label(first));
    expect(names(first)).toContain('State_Label');
  });

  test.each([
    ['image', true],
    ['binary', true],
    ['memo', true],
  ] as const)('leaves out large %s columns unless they are asked for', (type, large) => {
    const columns = [key, column('body', type, { large })];
    expect(names(streamOf(columns))).toEqual(['accountid']);
    expect(names(streamOf(columns, { includeBinary: true }))).toEqual(['accountid', 'body']);
  });

  test.each<[string, StreamOptions['columns'], string[]]>([
    ['an include', { accounts: { include: ['n*'] } }, ['accountid', 'name', 'nick']],
    ['an exclude', { accounts: { exclude: ['n*'] } }, ['accountid', '_ownerid_value', '_ownerid_type']],
    ['an exclude that names the key', { accounts: { exclude: ['*'] } }, ['accountid']],
    [
      'an include and an exclude',
      { accounts: { include: ['N*'], exclude: ['nick'] } },
      ['accountid', 'name'],
    ],
    ['an exclude of a type', { accounts: { exclude: ['*_type', 'n*'] } }, ['accountid', '_ownerid_value']],
    [
      'an include for all tables',
      { '*': { include: ['_ownerid_value'] } },
      ['accountid', '_ownerid_value', '_ownerid_type'],
    ],
    [
      'a rule of another table',
      { contacts: { exclude: ['*'] } },
      ['accountid', '_ownerid_value', '_ownerid_type', 'name', 'nick'],
    ],
  ])('obeys %s', (_, columns, expected) => {
    const stream = streamOf([key, owner, column('name', 'string'), column('nick', 'string')], {
      columns,
      lookupTypes: true,
    });
    expect(names(stream)).toEqual(expected);
  });

  test('gives names of [A-Za-z0-9_], at most 62 bytes, unique ignoring case, whatever the columns are called', () => {
    const name = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.stringMatching(/^[aA]{1,3}$/),
      fc.stringMatching(/^_?[a-z]{55,90}$/),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 30 }),
        fc.constantFrom<ColumnType>('choice', 'string'),
        (wires, type) => {
          const stream = streamOf(
            [key, ...wires.filter((wire) => wire !== 'accountid').map((wire) => column(wire, type))],
            { labels: 'all' },
          );
          const given = names(stream);
          for (const each of given) expect(each).toMatch(/^[A-Za-z0-9_]{1,62}$/);
          expect(new Set(given.map((each) => each.toLowerCase())).size).toBe(given.length);
        },
      ),
    );
  });
});
