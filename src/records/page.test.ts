import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../core/errors.ts';
import { type FrameOptions, framePage } from './page.ts';
import type { OutputColumn, RowShape, Transform } from './types.ts';

const frame = { before: Buffer.from('{"record":{'), after: Buffer.from('}}\n') };
const key = 'accountid';
const A = '9fd4a450-cb0c-ea11-a813-000d3a1b1223';
const B = 'cdcfa450-cb0c-ea11-a813-000d3a1b1223';

function column(name: string, as = name, transform: Transform = 'none'): OutputColumn {
  return { key: name, as, transform };
}

function shape(...columns: (string | OutputColumn)[]): RowShape {
  return { columns: columns.map((c) => (typeof c === 'string' ? column(c) : c)), keyColumn: key };
}

function framed(page: string, rowShape: RowShape, options = {}) {
  const result = framePage(Buffer.from(page), rowShape, frame, options);
  const lines = result.lines.toString();
  expect(lines === '' || lines.endsWith('\n')).toBe(true);
  const records = lines
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      JSON.parse(line);
      return line.slice('{"record":'.length, -1);
    });
  expect(result.rows).toBe(records.length);
  return { ...result, records };
}

function pageOf(...rows: string[]): string {
  return `{"@odata.context":"https://x/$metadata#accounts","value":[${rows.join(',')}]}`;
}

describe('a page whose rows need no change', () => {
  const rows = [
    `{"@odata.etag":"W/\\"1\\"","name":"A","revenue":922337203685477.5807,"${key}":"${A}"}`,
    `{"@odata.etag":"W/\\"2\\"","name":null,"revenue":20000.0000,"${key}":"${B}"}`,
  ];
  const wanted = [
    `{"name":"A","revenue":922337203685477.5807,"${key}":"${A}"}`,
    `{"name":null,"revenue":20000.0000,"${key}":"${B}"}`,
  ];
  const plain = shape('name', 'revenue', key);

  it('is spliced: rows leave byte for byte, without their etag', () => {
    const { records, path } = framed(pageOf(...rows), plain);
    expect(path).toBe('splice');
    expect(records).toEqual(wanted);
  });

  it('gives the last row as it came, and the keys when asked', () => {
    const { lastRow, keys } = framed(pageOf(...rows), plain, { keys: true });
    expect(lastRow?.toString()).toBe(rows[1]);
    expect(keys?.toString('hex')).toBe(`${A}${B}`.replaceAll('-', ''));
    expect(framed(pageOf(...rows), plain).keys).toBeUndefined();
  });

  it('finds keys wherever they stand in the row', () => {
    const moved = [
      `{"@odata.etag":"W/\\"1\\"","${key}":"${A}","name":"short"}`,
      `{"@odata.etag":"W/\\"1\\"","${key}":"${B}","name":"a longer name"}`,
    ];
    const { keys, path } = framed(pageOf(...moved), shape('name', key), { keys: true });
    expect(path).toBe('splice');
    expect(keys?.toString('hex')).toBe(`${A}${B}`.replaceAll('-', ''));
  });

  it('is not cut at the pattern inside a string', () => {
    const name = JSON.stringify('},{"@odata.etag":"W/\\"9\\"","name":"B"}]');
    const { records } = framed(pageOf(`{"@odata.etag":"W/\\"1\\"","name":${name}}`), shape('name'));
    expect(records).toEqual([`{"name":${name}}`]);
  });
});

describe('a page is rewritten', () => {
  const etag = '"@odata.etag":"W/\\"1\\""';
  const row = `{${etag},"name":"A","${key}":"${A}"}`;
  const plain = shape('name', key);

  it.each<[string, string, RowShape, FrameOptions?]>([
    ['when a column is renamed', pageOf(row), shape(column('name', 'title'), key)],
    ['when a column is transformed', pageOf(row), shape(column('name', 'name', 'lower'), key)],
    ['when a column is missing', pageOf(row), shape('name', key, 'fax')],
    ['when a member is not wanted', pageOf(row), shape('name')],
    ['when the last row differs from the first', pageOf(row, `{${etag},"name":"A"}`), plain],
    ['when a row has no etag', pageOf(row, `{"name":"A","${key}":"${A}"}`), plain],
    ['when it is pretty-printed', JSON.stringify(JSON.parse(pageOf(row)), null, 2), plain],
    ['when it holds U+0000', pageOf(row, row.replace('"A"', '"\\u0000"')), plain],
    ['when it holds half a surrogate pair', pageOf(row.replace('"A"', '"\\uDBFF"'), row), plain],
    ['when it has no rows', pageOf(), plain],
    ['when deleted rows may be among its rows', pageOf(row), plain, { expectDeleted: true }],
    ['when its context says that it is a delta', pageOf(row).replace('#accounts', '#accounts/$delta'), plain],
    ['when rows nest', pageOf(`{${etag},"name":{${etag}},"${key}":"${A}"}`, row), plain],
    ['when lists of rows nest', pageOf(`{${etag},"name":[{${etag}},{${etag}}],"${key}":"${A}"}`, row), plain],
    [
      'when annotations were asked for',
      pageOf(row).replace('"value"', '"@Microsoft.Dynamics.CRM.totalrecordcount":-1,"value"'),
      plain,
    ],
  ])('%s', (_, page, rowShape, options = {}) => {
    const value = (JSON.parse(page) as { value: Record<string, unknown>[] }).value;
    const { path, records } = framed(page, rowShape, options);
    expect(path).toBe('rewrite');
    expect(records).toHaveLength(value.length);
    for (const record of records) {
      expect(Object.keys(JSON.parse(record) as object).sort()).toEqual(
        rowShape.columns.map((c) => c.as).sort(),
      );
    }
  });

  it('keeps only the columns asked for, under their new names, and puts null for what is missing', () => {
    const type = '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname';
    const label = 'statecode@OData.Community.Display.V1.FormattedValue';
    const { records } = framed(
      pageOf(
        `{${etag},"${label}":"Active","statecode":0,"${type}":"systemuser","_ownerid_value":"${B}","${key}":"${A}"}`,
        `{${etag},"statecode":null,"_ownerid_value":null,"_transactioncurrencyid_value":"${B}","${key}":"${B}"}`,
      ),
      shape(
        'statecode',
        column(label, 'statecode_label'),
        '_ownerid_value',
        column(type, '_ownerid_type'),
        key,
      ),
    );
    expect(records).toEqual([
      `{"statecode_label":"Active","statecode":0,"_ownerid_type":"systemuser","_ownerid_value":"${B}","${key}":"${A}"}`,
      `{"statecode":null,"_ownerid_value":null,"${key}":"${B}","statecode_label":null,"_ownerid_type":null}`,
    ]);
  });

  it.each<[Transform, string, string]>([
    ['strip_zone', '"2024-01-31T10:00:00Z"', '"2024-01-31T10:00:00"'],
    ['strip_zone', '"2024-01-31T10:00:00"', '"2024-01-31T10:00:00"'],
    ['strip_zone', '""', 'null'],
    ['strip_zone', 'null', 'null'],
    ['choices_array', '"1,2,5"', '[1,2,5]'],
    ['choices_array', '"-1"', '[-1]'],
    ['choices_array', '""', '[]'],
    ['choices_array', 'null', 'null'],
    ['choices_array', '[1,2]', '[1,2]'],
    ['lower', '"9FD4A450-CB0C-EA11-A813-000D3A1B1223"', '"9fd4a450-cb0c-ea11-a813-000d3a1b1223"'],
    ['lower', 'null', 'null'],
    ['date_or_null', '""', 'null'],
    ['date_or_null', '"2024-01-31"', '"2024-01-31"'],
    ['none', '9223372036854775807', '9223372036854775807'],
    ['none', '"a\\u0000b"', '"ab"'],
    ['none', '"\\ud83d\\ude00 \\uDE00 \\ud83d"', '"\\ud83d\\ude00 \\ufffd \\ufffd"'],
    ['none', '"\\ud83d\\u0000\\ude00"', '"\\ufffd\\ufffd"'],
    ['none', '"\\\\u0000 \\\\ud800"', '"\\\\u0000 \\\\ud800"'],
    ['none', '{ "a\\u0000" : [ "\\u0000" , " x " ] }', '{"a":[""," x "]}'],
  ])('%s turns %s into %s', (transform, before, after) => {
    const { records } = framed(pageOf(`{"x":${before},"y":1}`), shape('y', column('x', 'x', transform)));
    expect(records).toEqual([`{"x":${after},"y":1}`]);
  });

  it('counts the strings it repaired', () => {
    const bad = `{${etag},"name":"\\u0000\\u0000","fax":["\\ud800","\\udc00","ok"],"dropped":"\\u0000"}`;
    expect(framed(pageOf(bad, bad), shape('name', 'fax')).repaired).toBe(6);
  });

  it('refuses a multi-select that is no list of numbers', () => {
    expect(() => framed(pageOf('{"x":"1,a"}'), shape(column('x', 'x', 'choices_array')))).toThrow(
      ConnectorError,
    );
  });
});

describe('a page with the types of lookups', () => {
  const type = '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname';
  const typed = shape('name', '_ownerid_value', column(type, '_ownerid_type'));
  const etag = '"@odata.etag":"W/\\"1\\""';
  const owner = `"${type}":"systemuser","_ownerid_value":"${B}"`;
  const row = `{${etag},"name":"A",${owner}}`;
  const wanted = `{"name":"A","_ownerid_type":"systemuser","_ownerid_value":"${B}"}`;

  it('is spliced, its rows patched', () => {
    const nobody = `{${etag},"name":"A","_ownerid_value":null}`;
    const other = row.replace('"name"', '"_x_value@Microsoft.Dynamics.CRM.lookuplogicalname":"team","name"');
    const { path, records } = framed(pageOf(row, nobody, other), typed);
    expect(path).toBe('splice');
    expect(records).toEqual([wanted, '{"name":"A","_ownerid_value":null,"_ownerid_type":null}', wanted]);
  });

  it.each([
    [
      'an annotation stands last in a row',
      `{${etag},"name":"A",${owner},"x@${type.split('@')[1]}":"team"}`,
      wanted,
    ],
    ['a name holds a quote', row.replace('"name"', `"x\\"y@${type.split('@')[1]}":"team","name"`), wanted],
    ['rows hold objects', row.replace('"A"', `{"${type}":"no"}`), wanted.replace('"A"', `{"${type}":"no"}`)],
  ])('is rewritten when %s', (_, odd, record) => {
    const { path, records } = framed(pageOf(odd, row), typed);
    expect(path).toBe('rewrite');
    expect(records).toEqual([record, wanted]);
  });
});

describe('a line feed in a row between others', () => {
  const row = `{"@odata.etag":"W/\\"1\\"","name":"A"}`;

  it('never becomes one of the output', () => {
    const { path, records } = framed(pageOf(row, row.replace(',"name"', ',\n"name"'), row), shape('name'));
    expect(path).toBe('rewrite');
    expect(records).toEqual(['{"name":"A"}', '{"name":"A"}', '{"name":"A"}']);
  });

  it('is refused inside a string', () => {
    expect(() => framed(pageOf(row, row.replace('"A"', '"\n"'), row), shape('name'))).toThrow(
      /end of a string/,
    );
  });
});

it.each([
  ['small rows and a huge one', [10, 10, 1_000_000, 10]],
  ['a huge row and small ones', [1_000_000, 10, 10]],
])('%s find room', (_, sizes) => {
  const rows = sizes.map((size) => `{"a":"${'x'.repeat(size)}"}`);
  expect(framed(pageOf(...rows), shape(column('a', 'b'))).records).toEqual(
    rows.map((row) => row.replace('"a"', '"b"')),
  );
});

describe('deleted rows of a delta page', () => {
  const deleted = (id: string) =>
    `{"@odata.context":"https://x/$metadata#accounts/$deletedEntity","id":"${id}","reason":"deleted"}`;
  const row = `{"@odata.etag":"W/\\"1\\"","name":"A","${key}":"${A}"}`;

  it.each([
    ['behind the rows', pageOf(row, deleted(B.toUpperCase()))],
    ['before the rows', pageOf(deleted(`accounts(${B})`), row)],
  ])('%s are told apart', (_, page) => {
    const result = framed(page, shape('name', key, 'fax'), { keys: true });
    expect(result.deleted).toEqual([B]);
    expect(result.records).toEqual([`{"name":"A","${key}":"${A}","fax":null}`]);
    expect(result.lastRow?.toString()).toBe(row);
    expect(result.keys?.toString('hex')).toBe(A.replaceAll('-', ''));
  });

  it('may be all there is', () => {
    const result = framed(pageOf(deleted(A), deleted(B)), shape('name', key));
    expect(result).toMatchObject({ rows: 0, deleted: [A, B], lastRow: undefined });
  });

  it('must have an id', () => {
    expect(() => framed(pageOf(deleted('')), shape('name'))).toThrow(/no id/);
  });
});

describe('the links of a page', () => {
  const row = `{"@odata.etag":"W/\\"1\\"","${key}":"${A}"}`;
  const links =
    '"@odata.nextLink":"https://x/accounts?a=]}\\u0026\\/b","@odata.deltaLink":"https://x/d","@Microsoft.Dynamics.CRM.globalmetadataversion":"601"';

  it.each([
    ['before', `{${links},"value":[${row}]}`],
    ['behind', `{"value":[${row}],${links}}`],
    ['around', ` { "a" : {"value":[1]} , ${links} , "value" : [ ${row} ] , "b" : [ "]" , 2 ] } \n`],
    ['behind a byte order mark and before', `\ufeff{${links},"value":[${row}]}`],
  ])('are found %s its rows', (_, page) => {
    expect(framed(page, shape(key))).toMatchObject({
      nextLink: 'https://x/accounts?a=]}&/b',
      deltaLink: 'https://x/d',
      metadataVersion: '601',
      rows: 1,
    });
  });
});

describe('an answer that is no page of rows', () => {
  const row = `{"@odata.etag":"W/\\"1\\"","${key}":"${A}"}`;

  it.each([
    ['nothing', ''],
    ['HTML', '<html></html>'],
    ['an error', '{"error":{"code":"0x0"}}'],
    ['an array', '[]'],
    ['a value that is no array', '{"value":{}}'],
    ['two values', `{"value":[${row}],"value":[${row}]}`],
    ['rows that are not objects', '{"value":[1]}'],
    ['rows without a comma between', `{"value":[${row}${row}]}`],
    ['a comma too many', `{"value":[${row},]}`],
    ['an error behind the rows', `{"value":[${row}]}{"error":{}}`],
    ['a bad literal', '{"value":[{"a":nul}]}'],
    ['a bad number', '{"value":[{"a":01}]}'],
    ['a bad escape', '{"value":[{"a":"\\x"}]}'],
    ['a bad nested value', '{"value":[{"a":[1,]}]}'],
    ['a line break in a string', `{"value":[{"a":"\n"}]}`],
    ['a line break in a string of rows with etags', `{"value":[${row.replace('W', '\n')}]}`],
  ])('%s is refused', (_, page) => {
    for (const rowShape of [shape(key), shape('a')]) {
      expect(() => framed(page, rowShape)).toThrow(ConnectorError);
    }
  });

  it('is refused when it is not UTF-8', () => {
    const page = Buffer.concat([
      Buffer.from('{"value":[{"a":"'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('"}]}'),
    ]);
    expect(() => framePage(page, shape('a'), frame)).toThrow(/UTF-8/);
  });

  it('is refused when it ends early, wherever that is', () => {
    const page = Buffer.from(`{"value":[${row},${row}],"@odata.nextLink":"https://x"}`);
    for (let size = 0; size < page.length; size++) {
      for (const rowShape of [shape(key), shape(column(key, 'id'))]) {
        expect(() => framePage(page.subarray(0, size), rowShape, frame)).toThrow(ConnectorError);
      }
    }
  });

  it('says where, not what', () => {
    expect(() => framed('{"value":[{"a":"secret"', shape('a'))).toThrow(/ends early, after 23 bytes/);
  });
});

it('keys must be guids when they are asked for', () => {
  expect(() => framed(pageOf(`{"${key}":"x"}`), shape(key), { keys: true })).toThrow(/no guid/);
  expect(() => framed(pageOf('{"name":"x"}'), shape('name'), { keys: true })).toThrow(/no primary key/);
});

it('a member that occurs twice goes out twice, and no null is added for it', () => {
  expect(framed(pageOf('{"a":1,"a":2}'), shape('a')).records).toEqual(['{"a":1,"a":2}']);
});

it('a shape that names a column twice is a bug', () => {
  expect(() => framed(pageOf(), shape('a', column('a', 'b')))).toThrow(/twice/);
  expect(() => framed(pageOf(), shape('a', column('b', 'a')))).toThrow(/twice/);
});
