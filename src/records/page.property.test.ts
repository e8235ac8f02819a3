import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../core/errors.ts';
import { type FrameOptions, framePage } from './page.ts';
import { labelAnnotation, names, pages, typeAnnotation } from './pages.testing.ts';
import { canonical, read, repaired, repairs, type Value } from './reference.testing.ts';
import type { OutputColumn, RowShape } from './types.ts';

const frame = {
  before: Buffer.from('{"type":"RECORD","record":{'),
  after: Buffer.from('},"time_extracted":"x"}\n'),
};
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Pages a property; `PROPERTY_RUNS=20000` soaks. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const NULL: Value = { kind: 'bare', value: 'null' };

/** What a page says, by the reference reader: undefined when it is no page. */
function expected(page: string, shape: RowShape) {
  const top = members(read(page));
  const value = top?.get('value');
  if (top === undefined || value?.kind !== 'list') return undefined;
  const rows: string[] = [];
  const deleted: string[] = [];
  let strings = 0;
  for (const element of value.value) {
    const row = members(element);
    if (row === undefined) return undefined;
    if (text(row.get('@odata.context'))?.endsWith('/$deletedEntity')) {
      const id = text(row.get('id'));
      if (id === undefined || !GUID.test(id)) return undefined;
      deleted.push(id.toLowerCase());
      continue;
    }
    const record = new Map(shape.columns.map(({ key, as }) => [as, repaired(row.get(key) ?? NULL)]));
    rows.push(canonical({ kind: 'object', value: record }));
    for (const { key } of shape.columns) strings += repairs(row.get(key) ?? NULL);
  }
  const nextLink = text(top.get('@odata.nextLink'));
  return { rows, deleted, repaired: strings, nextLink, deltaLink: text(top.get('@odata.deltaLink')) };
}

function members(value: Value): ReadonlyMap<string, Value> | undefined {
  return value.kind === 'object' ? value.value : undefined;
}

function text(value: Value | undefined): string | undefined {
  return value?.kind === 'text' ? value.value : undefined;
}

/** What the record path makes of it, in the same terms. */
function actual(page: string, shape: RowShape, options: FrameOptions = {}) {
  const result = framePage(Buffer.from(page), shape, frame, options);
  const rows = result.lines
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const record = members(read(line))?.get('record');
      return record === undefined ? line : canonical(record);
    });
  expect(result.rows).toBe(rows.length);
  const { deleted, nextLink, deltaLink } = result;
  return {
    said: { rows, deleted: [...deleted], repaired: result.repaired, nextLink, deltaLink },
    path: result.path,
  };
}

const column = (key: string, as = key): OutputColumn => ({ key, as, transform: 'none' });
const shapes: fc.Arbitrary<RowShape> = fc
  .tuple(
    fc.shuffledSubarray(names, { minLength: 1 }),
    fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
  )
  .map(([keys, renamed]) => ({
    columns: keys.map((key, i) => column(key, renamed[i] ? `column ${i}` : key)),
    keyColumn: 'accountid',
  }));

describe('any page', () => {
  it('gives the rows that a lossless reader finds in it', () => {
    fc.assert(
      fc.property(pages('any'), shapes, fc.boolean(), (page, shape, expectDeleted) => {
        expect(actual(page, shape, { expectDeleted }).said).toEqual(expected(page, shape));
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused when it ends early', () => {
    fc.assert(
      fc.property(pages('any'), shapes, fc.double({ min: 0, max: 1, noNaN: true }), (page, shape, part) => {
        const bytes = Buffer.from(page.trimEnd());
        const cut = bytes.subarray(0, Math.floor(part * (bytes.length - 1)));
        expect(() => framePage(cut, shape, frame)).toThrow(ConnectorError);
      }),
      { numRuns: RUNS },
    );
  });

  it('is read as the reference reads it, or refused like it, when a character of it is another', () => {
    const other = fc.constantFrom(...'"\\{}[],: 0x\n', '');
    fc.assert(
      fc.property(pages('any'), shapes, fc.nat(), other, (page, shape, place, char) => {
        const at = place % page.length;
        const changed = `${page.slice(0, at)}${char}${page.slice(at + 1)}`;
        if (/[\ud800-\udfff]/.test(page[at] ?? '')) return;
        expect(outcome(() => actual(changed, shape, { expectDeleted: true }).said, ConnectorError)).toEqual(
          outcome(() => expected(changed, shape), Error),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

/** The result, or `refused` when there is none. Other errors than `refusal` fail the test. */
function outcome(run: () => unknown, refusal: new (...args: never[]) => Error): unknown {
  try {
    return run() ?? 'refused';
  } catch (error) {
    if (error instanceof refusal) return 'refused';
    throw error;
  }
}

/** Bytes of the rows that the fast path does not trust. */
function mayNeedRepair(page: string): boolean {
  return /\\u(?:0000|[dD])/.test(page.slice(page.indexOf('"value":[')));
}

describe('a page as the server writes it', () => {
  const plainNames = names.filter((name) => !name.includes('@'));
  const lookups = ['_ownerid_value', '_customerid_value', '_parentid_value'];
  const unchanged = fc
    .shuffledSubarray(plainNames)
    .chain((columns) => fc.tuple(pages('server', columns), fc.constant(columns)));
  const typed = fc
    .tuple(fc.shuffledSubarray([...plainNames, '_parentid_value']), fc.subarray(lookups, { minLength: 1 }))
    .chain(([columns, wanted]) =>
      fc.tuple(pages('server', columns, 'types'), fc.constant(columns), fc.constant(wanted)),
    );
  const labelled = fc
    .tuple(
      fc.shuffledSubarray([...plainNames.filter((name) => !name.includes('"')), '_parentid_value']),
      fc.subarray(lookups, { minLength: 1 }),
      fc.subarray(plainNames, { minLength: 1 }),
    )
    .chain(([columns, types, labels]) =>
      fc.tuple(
        pages('server', columns, 'labels'),
        fc.constant(columns),
        fc.constant(types),
        fc.constant(labels),
      ),
    );
  const shapeOf = (
    columns: readonly string[],
    types: readonly string[] = [],
    labels: readonly string[] = [],
  ): RowShape => ({
    columns: [
      ...[...columns, 'accountid'].map((name) => column(name)),
      ...types.map((name) => column(`${name}${typeAnnotation}`, name.replace('_value', '_type'))),
      ...labels.map((name) => column(`${name}${labelAnnotation}`, `${name}_label`)),
    ],
    keyColumn: 'accountid',
  });
  const agree = (page: string, shape: RowShape): void => {
    const said = expected(page, shape);
    expect(actual(page, shape)).toEqual({ said, path: mayNeedRepair(page) ? 'rewrite' : 'splice' });
    expect(actual(page, shape, { expectDeleted: true })).toEqual({ said, path: 'rewrite' });
  };

  it('gives the same rows by the fast path, by the other one, and by a lossless reader', () => {
    fc.assert(
      fc.property(unchanged, ([page, columns]) => agree(page, shapeOf(columns))),
      { numRuns: RUNS },
    );
  });

  it('does so when the types of lookups are wanted, some or all', () => {
    fc.assert(
      fc.property(typed, ([page, columns, types]) => agree(page, shapeOf(columns, types))),
      { numRuns: RUNS },
    );
  });

  it('does so when labels are wanted as well, some or all', () => {
    fc.assert(
      fc.property(labelled, ([page, columns, types, labels]) => agree(page, shapeOf(columns, types, labels))),
      { numRuns: RUNS },
    );
  });

  it('leaves the same rows out either way, whatever the bounds', () => {
    const bounds = fc.record({ key: fc.constant('accountid'), from: fc.uuid(), before: fc.uuid() });
    fc.assert(
      fc.property(labelled, bounds, ([page, columns, types, labels], within) => {
        const shape = shapeOf(columns, types, labels);
        const [fast, slow, late] = [
          actual(page, shape, { bounds: within }),
          actual(page, shape, { bounds: within, expectDeleted: true }),
          actual(page, shape, { bounds: () => within }),
        ];
        expect(fast.said).toEqual(slow.said);
        expect(late).toEqual(fast);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the same keys and the same last row either way', () => {
    fc.assert(
      fc.property(typed, ([page, columns, types]) => {
        const shape = shapeOf(columns, types);
        const { keys, lastRow } = framePage(Buffer.from(page), shape, frame, { keys: true });
        const slow = framePage(Buffer.from(page), shape, frame, { keys: true, expectDeleted: true });
        expect(keys).toEqual(slow.keys);
        expect(lastRow).toEqual(slow.lastRow);
      }),
      { numRuns: RUNS },
    );
  });
});
