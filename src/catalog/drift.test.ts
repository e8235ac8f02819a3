import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../core/errors.ts';
import { metadataWatch, newColumns, vanishedColumn, withoutColumns } from './drift.ts';
import { streamsOf } from './streams.ts';
import { column, table } from './table.testing.ts';

const [stream] = streamsOf(
  [
    table([
      column('accountid', 'guid'),
      column('_ownerid_value', 'lookup', { targets: ['systemuser', 'team'] }),
      column('name', 'string'),
    ]),
  ],
  { labels: 'none', lookupTypes: true, choicesFormat: 'string', columns: {}, includeBinary: false },
);
if (stream === undefined) throw new Error('no stream');

describe('vanishedColumn', () => {
  test.each([
    [400, "Could not find a property named 'new_shoe' on type 'Microsoft.Dynamics.CRM.account'.", 'new_shoe'],
    [
      undefined,
      "accounts: Could not find a property named '_a_value' on type 'Microsoft.Dynamics.CRM.account'.",
      '_a_value',
    ],
    [400, "There is an unterminated literal at position 21 in 'name eq '.", undefined],
    [404, "Could not find a property named 'x' on type 'y'", undefined],
  ])('with status %s and "%s" is %s', (status, message, expected) => {
    const details = status === undefined ? {} : { status };
    expect(vanishedColumn(new ConnectorError('schema', message, details))).toBe(expected);
  });
});

describe('withoutColumns', () => {
  test.each([
    ['a column', ['name'], ['accountid', '_ownerid_value', '_ownerid_type']],
    ['a column and what hangs on it', ['_ownerid_value'], ['accountid', 'name']],
    ['nothing', [], ['accountid', '_ownerid_value', '_ownerid_type', 'name']],
    ['a stranger', ['other'], ['accountid', '_ownerid_value', '_ownerid_type', 'name']],
  ])('leaves out %s', (_, gone, expected) => {
    expect(withoutColumns(stream.columns, new Set(gone))?.map(({ name }) => name)).toEqual(expected);
  });

  test('gives up when the key is gone', () => {
    expect(withoutColumns(stream.columns, new Set(['accountid']))).toBeUndefined();
  });
});

test('newColumns names what a catalog does not know', () => {
  expect(newColumns(stream, new Set(['accountid', 'name']))).toEqual(['_ownerid_value', '_ownerid_type']);
});

test('metadataWatch tells when the version changes from one page to the next', () => {
  const changed = metadataWatch();
  expect([undefined, '1', '1', undefined, '2', '2', '1'].map(changed)).toEqual([
    false,
    false,
    false,
    false,
    true,
    false,
    true,
  ]);
});
