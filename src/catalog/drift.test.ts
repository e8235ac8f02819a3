import { expect, test } from 'vitest';
import { metadataWatch, newColumns } from './drift.ts';
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
