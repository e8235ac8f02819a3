import { describe, expect, it } from 'vitest';
import { streamsOf } from './streams.ts';
import { column, table } from './table.testing.ts';
import { unmatchedSettings } from './unmatched.ts';

const accounts = table([
  column('accountid', 'guid'),
  column('name', 'string'),
  column('_ownerid_value', 'lookup', { targets: ['systemuser', 'team'] }),
]);
const streams = streamsOf([accounts], {
  labels: 'none',
  lookupTypes: true,
  choicesFormat: 'string',
  columns: {},
  includeBinary: false,
});
const nothing = { columns: {}, rowFilters: {}, incrementalStrategy: {} };

describe('settings by table', () => {
  it('are told when they name no stream: a filter that does nothing is worse than an error', () => {
    const settings = {
      columns: { accounts: { include: ['name'] }, Accounts: { exclude: ['name'] } },
      rowFilters: { account: 'statecode eq 0' },
      incrementalStrategy: { contacts: 'full', '*': 'auto' },
    };
    const told = unmatchedSettings(settings, streams);
    expect(told.map((text) => /^The setting \w+ names "[^"]+"/.exec(text)?.[0])).toEqual([
      'The setting columns names "Accounts"',
      'The setting row_filters names "account"',
      'The setting incremental_strategy names "contacts"',
    ]);
  });

  it('are told when they name no column', () => {
    const columns = {
      accounts: { include: ['naem', 'NAME'], exclude: ['e*ail', '_ownerid_type', '*_label'] },
    };
    expect(unmatchedSettings({ ...nothing, columns }, streams)).toEqual([
      'The setting columns names "naem", which no column of accounts is called.',
      'The setting columns names "e*ail", which no column of accounts is called.',
    ]);
  });
});
