import { describe, expect, it } from 'vitest';
import { framePage } from './page.ts';

const shape = { keyColumn: 'id', columns: [{ key: 'id', as: 'id', transform: 'none' as const }] };
const frame = { before: Buffer.from('{'), after: Buffer.from('}\n') };
const id = (n: number): string => `00000000-0000-0000-0000-00000000000${n}`;
const page = Buffer.from(
  JSON.stringify({
    value: [
      { '@odata.etag': 'W/"1"', id: id(1), modifiedon: '2024-12-31T23:59:59Z' },
      { '@odata.etag': 'W/"2"', id: id(2), modifiedon: '2025-01-01T00:00:00Z' },
      { '@odata.etag': 'W/"3"', id: id(3), modifiedon: null },
      { '@odata.etag': 'W/"4"', id: id(4), modifiedon: '2020-01-01T00:00:00Z' },
    ],
  }),
);

describe('a page with bounds', () => {
  it('leaves out rows below it, keeps those without a value, and still tells all keys', () => {
    const framed = framePage(page, shape, frame, {
      keys: true,
      bounds: { key: 'modifiedon', from: '2025-01-01T00:00:00Z' },
    });
    expect(
      framed.lines
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([id(2), id(3)]);
    expect(framed.rows).toBe(2);
    expect(framed.keys?.toString('hex')).toBe([1, 2, 3, 4].map((n) => id(n).replaceAll('-', '')).join(''));
  });

  it('leaves out rows that are not below its end, and still tells the last row of the page', () => {
    const framed = framePage(page, shape, frame, {
      bounds: { key: 'modifiedon', before: '2025-01-01T00:00:00Z' },
    });
    const ids = framed.lines
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual([id(1), id(3), id(4)]);
    expect(framed.lastRow?.toString()).toContain(id(4));
  });

  it('reads the date of the row itself, not of a text or of an object in it', () => {
    const tricky = Buffer.from(
      `{"value":[{"note":"\\"modifiedon\\":\\"2030-01-01T00:00:00Z\\"","id":"${id(1)}","modifiedon" : "2020-01-01T00:00:00Z"},` +
        `{"id":"${id(2)}","modifiedon":"2026-01-01"},{"id":"${id(3)}","modifiedon":"2026-01-01T00:00:00Z"}]}`,
    );
    const framed = framePage(tricky, shape, frame, {
      bounds: { key: 'modifiedon', before: '2025-06-01T00:00:00Z' },
    });
    expect(
      framed.lines
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([id(1)]);
  });
});
