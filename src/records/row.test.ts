import { describe, expect, it } from 'vitest';
import { memberString, memberText } from './row.ts';

const row = Buffer.from(
  '{"@odata.etag":"W/\\"1\\"", "nested":{"modifiedon":"no"}, "modifiedon" : "2024-01-31T10:00:00Z",' +
    '"versionnumber":9223372036854775807,"revenue":20000.0000,"name":"Z\\u00fcrich","a":1,"a":2,"\\u0062":null}',
);

describe('a member of a row', () => {
  it.each([
    ['modifiedon', '"2024-01-31T10:00:00Z"'],
    ['versionnumber', '9223372036854775807'],
    ['revenue', '20000.0000'],
    ['name', '"Z\\u00fcrich"'],
    ['a', '2'],
    ['b', 'null'],
    ['nested', '{"modifiedon":"no"}'],
    ['createdon', undefined],
  ])('%s is %s as text', (name, text) => {
    expect(memberText(row, name)).toBe(text);
  });

  it.each([
    ['modifiedon', '2024-01-31T10:00:00Z'],
    ['name', 'Zürich'],
    ['@odata.etag', 'W/"1"'],
    ['versionnumber', null],
    ['b', null],
    ['createdon', null],
  ])('%s is %s as a string', (name, string) => {
    expect(memberString(row, name)).toBe(string);
  });

  it('is looked for in rows only', () => {
    expect(() => memberText(Buffer.from('{"a":1'), 'a')).toThrow(/ends early/);
  });
});
