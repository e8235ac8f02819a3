import { describe, expect, test } from 'vitest';
import { isLargeColumn, isPublishedByMicrosoft, isStandardTable, refusalOf } from './known.ts';

describe('what is known about tables', () => {
  test.each([
    ['account', true],
    ['annotation', true],
    ['role', false],
    ['accounts', false],
  ])('%s is a standard table: %s', (table, expected) => {
    expect(isStandardTable(table)).toBe(expected);
  });

  test.each([
    ['msdyn_workorder', true],
    ['adx_website', true],
    ['account', true],
    ['_odd', true],
    ['new_car', false],
    ['msx_contract', false],
    ['contoso_msdyn_thing', false],
  ])('%s is published by Microsoft: %s', (table, expected) => {
    expect(isPublishedByMicrosoft(table)).toBe(expected);
  });

  test('says why a table cannot be listed', () => {
    expect(refusalOf('postregarding')).toMatch(/RetrieveMultiple/);
    expect(refusalOf('account')).toBeUndefined();
  });

  test('knows the texts that hold whole files', () => {
    expect(isLargeColumn('annotation', 'documentbody')).toBe(true);
    expect(isLargeColumn('annotation', 'subject')).toBe(false);
    expect(isLargeColumn('new_note', 'documentbody')).toBe(false);
  });
});
