import { describe, expect, test } from 'vitest';
import { annotationsOf, rowShapeOf, selectClause } from './select.ts';
import { streamsOf } from './streams.ts';
import { column, table } from './table.testing.ts';

const [stream] = streamsOf(
  [
    table([
      column('accountid', 'guid'),
      column('_ownerid_value', 'lookup', { targets: ['systemuser', 'team'] }),
      column('startson', 'datetime_naive'),
      column('statecode', 'state'),
    ]),
  ],
  { labels: 'choices', lookupTypes: true, choicesFormat: 'string', columns: {}, includeBinary: false },
);
const pick = (...names: string[]) => stream?.columns.filter(({ name }) => names.includes(name)) ?? [];

describe('selectClause', () => {
  test('asks for each column once, though it carries annotations', () => {
    expect(selectClause(stream?.columns ?? [])).toBe('accountid,_ownerid_value,startson,statecode');
  });

  test('asks for the column of an annotation that is selected alone', () => {
    expect(selectClause(pick('accountid', '_ownerid_type'))).toBe('accountid,_ownerid_value');
  });

  test('asks for what the reader needs, once', () => {
    expect(selectClause(pick('accountid', 'statecode'), ['modifiedon', 'statecode'])).toBe(
      'accountid,statecode,modifiedon',
    );
  });

  test('leaves room in the URL (32,768 characters) for 600 columns with the longest names', () => {
    const longest = Array.from({ length: 600 }, (_, index) =>
      column(`new_${String(index).padStart(46, 'x')}`, 'string'),
    );
    const [wide] = streamsOf([table([column('accountid', 'guid'), ...longest])], {
      labels: 'none',
      lookupTypes: true,
      choicesFormat: 'string',
      columns: {},
      includeBinary: false,
    });
    expect(selectClause(wide?.columns ?? []).length).toBeLessThan(32_000);
  });
});

describe('rowShapeOf', () => {
  test('maps members of the row to output columns, in the order selected', () => {
    expect(rowShapeOf(pick('accountid', '_ownerid_type', 'statecode_label', 'startson'))).toEqual({
      keyColumn: 'accountid',
      columns: [
        { key: 'accountid', as: 'accountid', transform: 'none' },
        {
          key: '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
          as: '_ownerid_type',
          transform: 'none',
        },
        { key: 'startson', as: 'startson', transform: 'strip_zone' },
        {
          key: 'statecode@OData.Community.Display.V1.FormattedValue',
          as: 'statecode_label',
          transform: 'none',
        },
      ],
    });
  });
});

describe('annotationsOf', () => {
  test.each([
    ['nothing where only values are selected', ['accountid', 'statecode'], []],
    ['the table of lookups', ['accountid', '_ownerid_type'], ['Microsoft.Dynamics.CRM.lookuplogicalname']],
    [
      'each annotation once',
      ['accountid', '_ownerid_type', 'statecode_label'],
      ['Microsoft.Dynamics.CRM.lookuplogicalname', 'OData.Community.Display.V1.FormattedValue'],
    ],
  ])('asks for %s', (_, names, expected) => {
    expect(annotationsOf(pick(...names))).toEqual(expected);
  });
});
