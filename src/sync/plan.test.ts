import { describe, expect, it } from 'vitest';
import type { Selection } from '../catalog/types.ts';
import type { Column, Table } from '../dataverse/metadata/types.ts';
import { planStream } from './plan.ts';
import type { Strategy } from './types.ts';

const column = (name: string): Column => ({ name, logicalName: name, type: 'string' });

function selectionOf(
  changeTracking: boolean,
  names: readonly string[],
  more: Partial<Selection> = {},
  kind: Table['kind'] = 'standard',
): Selection {
  const table: Table = {
    logicalName: 'account',
    setName: 'accounts',
    key: 'accountid',
    kind,
    columns: names.map(column),
    changeTracking,
    custom: false,
  };
  return {
    stream: { name: 'accounts', table, columns: [], key: ['accountid'], standard: true },
    columns: [],
    mode: 'incremental',
    ...more,
  };
}

const all = ['accountid', 'modifiedon', 'versionnumber'];
const auto = { incrementalStrategy: {}, rowFilters: {} };

describe('the plan of a stream', () => {
  it.each<[string, Selection, Strategy]>([
    ['tracked', selectionOf(true, all), 'change_tracking'],
    ['not tracked', selectionOf(false, all), 'modifiedon'],
    ['without modifiedon', selectionOf(false, ['accountid', 'versionnumber']), 'versionnumber'],
    ['with neither', selectionOf(false, ['accountid']), 'full'],
    ['virtual', selectionOf(true, all, {}, 'virtual'), 'full'],
    ['elastic and tracked', selectionOf(true, all, {}, 'elastic'), 'change_tracking'],
    ['elastic and not tracked', selectionOf(false, all, {}, 'elastic'), 'full'],
    ['selected for a full refresh', selectionOf(true, all, { mode: 'full' }), 'full'],
    ['selected by replication key', selectionOf(true, all, { strategy: 'modifiedon' }), 'modifiedon'],
    [
      'selected by a replication key it has not',
      selectionOf(false, ['accountid'], { strategy: 'modifiedon' }),
      'full',
    ],
  ])('of a table that is %s', (_, selection, strategy) => {
    expect(planStream(selection, auto).strategy).toBe(strategy);
  });

  it('follows the configuration, for the table before for all', () => {
    const settings = {
      incrementalStrategy: { '*': 'modifiedon', accounts: 'versionnumber' },
      rowFilters: {},
    } as const;
    expect(planStream(selectionOf(true, all), settings).strategy).toBe('versionnumber');
    expect(
      planStream(selectionOf(true, all), { incrementalStrategy: { '*': 'modifiedon' }, rowFilters: {} })
        .strategy,
    ).toBe('modifiedon');
  });

  it('says when what was asked for is not possible', () => {
    const plan = planStream(selectionOf(false, all), {
      incrementalStrategy: { accounts: 'change_tracking' },
      rowFilters: {},
    });
    expect(plan).toEqual({
      strategy: 'modifiedon',
      reason: expect.stringContaining('change_tracking is not possible here'),
    });
  });

  it('does not track changes of a table with a row filter, which the service would refuse', () => {
    const settings = { incrementalStrategy: {}, rowFilters: { accounts: 'statecode eq 0' } };
    expect(planStream(selectionOf(true, all), settings).strategy).toBe('modifiedon');
  });

  it('leaves out what was found not to work', () => {
    expect(planStream(selectionOf(true, all), auto, ['change_tracking']).strategy).toBe('modifiedon');
  });
});
