/**
 * What the record path costs, by counts, which are the same on every machine: a page's work must not make strings,
 * objects or copies that grow with its rows.
 */
import { afterEach, expect, it, vi } from 'vitest';
import { createPool, type Pool } from '../core/pool.ts';
import { framePage } from './page.ts';
import type { RowShape } from './types.ts';

const frame = { before: Buffer.from('{"type":"RECORD","record":{'), after: Buffer.from('}}\n') };
const columns = ['name', 'revenue', '_ownerid_value', 'statecode', 'createdon', 'accountid'];
const type = '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname';
const label = 'statecode@OData.Community.Display.V1.FormattedValue';

function pageOf(rows: number, annotated: readonly string[]): Buffer {
  const list = Array.from({ length: rows }, (_, i) => {
    const id = `"9fd4a450-cb0c-ea11-a813-${String(i).padStart(12, '0')}"`;
    const annotations = i % 3 === 0 ? '' : annotated.map((name) => `"${name}":"Some text",`).join('');
    return (
      `{"@odata.etag":"W/\\"${i}\\"","name":"Contoso \\"${'x'.repeat(i % 90)}\\"","revenue":20000.0000,${annotations}` +
      `"_ownerid_value":${id},"statecode":0,"createdon":"2024-01-31T10:00:00Z","accountid":${id}}`
    );
  });
  return Buffer.from(`{"value":[${list.join(',')}],"@odata.nextLink":"https://x"}`);
}

function shapeOf(annotated: readonly string[], name: string): RowShape {
  const plain = columns.map((key) => ({ key, as: key === 'name' ? name : key, transform: 'none' as const }));
  const others = annotated.map((key) => ({ key, as: key.replace(/@.*/, '_x'), transform: 'none' as const }));
  return { columns: [...plain, ...others], keyColumn: 'accountid' };
}

/** Memory handed out, in bytes. */
function counting(taken: number[]): Pool {
  const pool = createPool(0);
  return {
    take(size) {
      taken.push(size);
      return pool.take(size);
    },
    give: pool.give,
  };
}

function costOf(rows: number, annotated: readonly string[], { name = 'name' } = {}) {
  const page = pageOf(rows, annotated);
  const taken: number[] = [];
  const decode = vi.spyOn(Buffer.prototype, 'toString');
  const parse = vi.spyOn(JSON, 'parse');
  const copy = vi.spyOn(Buffer.prototype, 'copy');
  const { path, lines } = framePage(page, shapeOf(annotated, name), frame, { pool: counting(taken) });
  const [strings, parses, copies] = [decode, parse, copy].map((spy) => spy.mock.calls.length);
  vi.restoreAllMocks();
  const room = taken.reduce((sum, size) => sum + size, 0);
  return { path, rows, output: lines.length, room, takes: taken.length, strings, parses, copies };
}

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([
  ['spliced', [], 'splice', {}],
  ['spliced with types', [type], 'splice', {}],
  ['spliced with types and labels', [type, label], 'splice', {}],
  ['rewritten', [type, label], 'rewrite', { name: 'title' }],
] as const)(
  'a page that is %s costs no strings by the row, and room for its output once',
  (_, annotated, path, renamed) => {
    const small = costOf(100, annotated, renamed);
    const large = costOf(10_000, annotated, renamed);
    expect(large.path).toBe(path);
    expect(large).toMatchObject({ strings: small.strings, parses: small.parses });
    expect(large.takes).toBeLessThanOrEqual(2);
    expect(large.room).toBeLessThan(1.6 * large.output);
    expect(large.copies).toBeLessThanOrEqual(3 * large.rows);
  },
);
