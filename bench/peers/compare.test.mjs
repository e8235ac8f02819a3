import { describe, expect, it } from 'vitest';
import { compareTable } from './compare.mjs';
import { parseExactly } from './messages.mjs';
import { kindOf } from './values.mjs';

describe('a value, on its way through a connector', () => {
  it.each([
    ['1.5000', '1.5', undefined],
    ['1250', '1.25e3', undefined],
    ['0.0000001', '1e-07', undefined],
    ['-0.0', '0', undefined],
    ['9223372036854775807', '9223372036854775807', undefined],
    ['9007199254740993', '9007199254740992', 'digits lost'],
    ['922337203685477.5807', '922337203685477.6', 'digits lost'],
    ['12.5', '"12.50"', undefined],
    ['12.5', '"twelve"', 'differs'],
    ['"2024-02-29T10:00:00Z"', '"2024-02-29T10:00:00.000000Z"', undefined],
    ['"2024-02-29T10:00:00Z"', '"2024-02-29T12:00:00+02:00"', undefined],
    ['"2024-02-29T10:00:00Z"', '"2024-02-29T10:00:00"', undefined],
    ['"2024-02-29T10:00:00Z"', '"2024-02-29T11:00:00Z"', 'differs'],
    ['"2024-02-29"', '"2024-02-29T00:00:00.000000Z"', 'date became a moment'],
    ['"a"', 'null', 'became null'],
    ['null', '""', 'was null'],
    ['true', 'true', undefined],
    ['true', 'false', 'differs'],
  ])('%s that became %s: %s', (truth, got, kind) => {
    expect(kindOf(parseExactly(truth), parseExactly(got))).toBe(kind);
  });
});

describe('a table, compared with the truth', () => {
  const target = '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname';
  const truth = [
    { id: 'a', name: 'A', fax: null, _ownerid_value: 'u', [target]: 'systemuser' },
    { id: 'b', name: 'B', fax: null, _ownerid_value: 't', [target]: 'team' },
  ];
  const declared = new Set(['id', 'name', 'fax', '_ownerid_value', '_ownerid_type']);
  const complete = truth.map(({ [target]: _ownerid_type, ...row }) => ({ ...row, _ownerid_type }));

  it('has nothing wrong when it is complete', () => {
    expect(compareTable(truth, complete, declared)).toEqual({
      rows: 2,
      missing: 0,
      unknown: 0,
      repeated: 0,
      columns: 4,
      columnsMissing: [],
      columnsUndeclared: [],
      values: [],
      lookups: 1,
      targetsUntold: [],
    });
  });

  it('tells what is missing, repeated, unknown, wrong and untold', () => {
    const [first] = complete.map(({ id, _ownerid_value }) => ({ id, name: 'X', _ownerid_value }));
    const rows = [first, first, { id: 'c', name: 'C' }];
    expect(compareTable(truth, rows, new Set(['id', '_ownerid_value']))).toMatchObject({
      missing: 1,
      repeated: 1,
      unknown: 1,
      columnsMissing: ['fax'],
      columnsUndeclared: ['name'],
      values: [{ kind: 'differs', values: 2, columns: ['name'], example: ['A', 'X'] }],
      targetsUntold: ['_ownerid_value'],
    });
  });
});
