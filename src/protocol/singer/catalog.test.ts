import { describe, expect, it } from 'vitest';
import { column, someColumns, stream, withoutCursor } from '../testing/streams.testing.ts';
import { singerCatalog } from './catalog.ts';
import { singerMessages } from './messages.ts';
import { parseSingerCatalog, standardSelections } from './selection.ts';

interface Entry {
  readonly schema: { readonly properties: Record<string, unknown> };
  readonly metadata: readonly {
    readonly breadcrumb: readonly string[];
    readonly metadata: Record<string, unknown>;
  }[];
}

function entryOf(of = stream(), deletes = true): Entry & Record<string, unknown> {
  const { streams } = JSON.parse(singerCatalog([of], { deletes }).toString()) as { streams: Entry[] };
  const [first] = streams;
  if (first === undefined) throw new Error('no stream');
  return first as Entry & Record<string, unknown>;
}

const metadataOf = (entry: Entry, ...breadcrumb: string[]) =>
  entry.metadata.find((item) => item.breadcrumb.join() === breadcrumb.join())?.metadata;

describe('the catalog that --discover prints', () => {
  it('has no line that Meltano could not read [S6]', () => {
    const wide = stream({
      columns: Array.from({ length: 600 }, (_, n) => column(`new_column_${n}`, 'string')),
    });
    const lines = singerCatalog([wide, stream()]).toString().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(64 * 1024);
    expect(lines[1]).toBe('  "streams": [');
  });

  it.each([0, 1, 2])('is the indented JSON of its entries, with %i streams', (count) => {
    const text = singerCatalog([stream(), stream({ name: 'contacts' })].slice(0, count)).toString();
    const { streams } = JSON.parse(text) as { streams: unknown[] };
    expect(streams).toHaveLength(count);
    expect(text).toBe(`${JSON.stringify({ streams }, null, 2)}\n`);
  });

  it('names a stream twice and its key [S14]', () => {
    expect(entryOf()).toMatchObject({
      tap_stream_id: 'accounts',
      stream: 'accounts',
      key_properties: ['accountid'],
    });
  });

  it('types columns by the table of docs/types.md [S20, S21]', () => {
    const nullable = (type: string, rest = {}) => ({ type: ['null', type], ...rest });
    expect(entryOf().schema).toEqual({
      type: 'object',
      properties: {
        accountid: { type: 'string' },
        name: nullable('string'),
        employees: nullable('integer'),
        revenue: nullable('number'),
        donotemail: nullable('boolean'),
        opened: nullable('string', { format: 'date' }),
        modifiedon: nullable('string', { format: 'date-time' }),
        startsat: nullable('string'),
        colours: nullable('array', { items: { type: 'integer' } }),
        iscustomizable: nullable('object', {
          properties: {
            Value: nullable('boolean'),
            CanBeChanged: nullable('boolean'),
            ManagedPropertyLogicalName: nullable('string'),
          },
        }),
        versionnumber: nullable('integer'),
        _sdc_deleted_at: nullable('string', { format: 'date-time' }),
        is_deleted: nullable('boolean'),
      },
    });
  });

  it('has metadata for every column, automatic for what cannot be left out [S15]', () => {
    const entry = entryOf();
    const inclusions = Object.keys(entry.schema.properties).map((name) => [
      name,
      metadataOf(entry, 'properties', name)?.['inclusion'],
    ]);
    const automatic = ['accountid', 'modifiedon', '_sdc_deleted_at', 'is_deleted'];
    expect(inclusions.filter(([, inclusion]) => inclusion === 'automatic').map(([name]) => name)).toEqual(
      automatic,
    );
    expect(inclusions.filter(([, inclusion]) => inclusion === 'available')).toHaveLength(
      inclusions.length - automatic.length,
    );
  });

  it.each([
    ['tracked, with both cursors', stream(), ['modifiedon', 'versionnumber'], undefined],
    ['tracked, without a cursor', stream({ columns: withoutCursor }), [], undefined],
    [
      'not tracked, with a version',
      stream({ columns: [column('versionnumber', 'integer')], changeTracking: false }),
      ['versionnumber'],
      undefined,
    ],
    [
      'not tracked, without a cursor',
      stream({ columns: withoutCursor, changeTracking: false }),
      [],
      'FULL_TABLE',
    ],
    [
      'virtual',
      stream({ columns: withoutCursor, changeTracking: undefined, kind: 'virtual' }),
      [],
      'FULL_TABLE',
    ],
  ])('says how a stream can be replicated [S16]: %s', (_, of, keys, forced) => {
    const entry = entryOf(of);
    const metadata = metadataOf(entry);
    expect(metadata?.['valid-replication-keys']).toEqual(keys);
    expect(metadata?.['forced-replication-method']).toBe(forced);
    expect(metadata?.['table-key-properties']).toEqual(['accountid']);
    // A replication method or key here would come back as the user's choice.
    expect(entry).not.toHaveProperty('replication_method');
    expect(entry).not.toHaveProperty('replication_key');
  });

  it.each([
    ['a standard table', stream(), true],
    ['another table', stream({ standard: false }), false],
    ['the stream of choices', { ...stream({ standard: false }), source: 'choices' as const }, true],
  ])('selects by default [S16] %s: %s', (_, of, selected) => {
    expect(metadataOf(entryOf(of))?.['selected-by-default']).toBe(selected);
  });

  it.each([
    ['deletes are switched off', stream(), false],
    ['changes cannot be tracked', stream({ changeTracking: false }), true],
  ])('has no delete columns where %s', (_, of, deletes) => {
    const entry = entryOf(of, deletes);
    expect(entry.schema.properties).not.toHaveProperty('is_deleted');
    expect(metadataOf(entry, 'properties', 'is_deleted')).toBeUndefined();
  });

  it('leaves a column of the table its name', () => {
    const entry = entryOf(stream({ columns: [column('is_deleted', 'integer')] }));
    expect(entry.schema.properties['is_deleted']).toEqual({ type: ['null', 'integer'] });
    expect(entry.schema.properties).toHaveProperty('_sdc_deleted_at');
  });

  it('fed back unchanged gives the SCHEMA messages of a run without a catalog [S19, S22]', () => {
    const streams = [stream(), stream({ name: 'contacts', columns: someColumns, changeTracking: false })];
    const catalog: unknown = JSON.parse(singerCatalog(streams).toString());
    const parsed = parseSingerCatalog(catalog, streams);
    const options = {
      missing: [],
      state: { streams: new Map(), rest: {} },
      deletes: true,
      activateVersion: false,
    };
    const schemas = (selections: typeof parsed.selections) =>
      streams.map(({ name }) =>
        singerMessages({ ...options, selections })
          .started(name, undefined)
          .toString(),
      );
    expect(schemas(parsed.selections)).toEqual(schemas(standardSelections(streams)));
    expect(parsed.warnings).toEqual([]);
    expect(parsed.missing).toEqual([]);
  });
});
