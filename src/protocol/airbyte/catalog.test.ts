import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { column, stream, withoutCursor } from '../testing/streams.testing.ts';
import { airbyteCatalog } from './catalog.ts';
import { checkAirbyteOutput } from './testing/check-line.testing.ts';

interface Discovered {
  readonly json_schema: { readonly properties: Record<string, unknown> };
  readonly default_cursor_field?: readonly string[];
  readonly source_defined_primary_key: readonly (readonly string[])[];
}

function discovered(of = stream(), deletes = true): Discovered & Record<string, unknown> {
  const [message] = checkAirbyteOutput(airbyteCatalog([of], { deletes }).toString());
  const [first] = (message?.['catalog'] as { streams: Discovered[] } | undefined)?.streams ?? [];
  if (first === undefined) throw new Error('no stream');
  return first as Discovered & Record<string, unknown>;
}

describe('the CATALOG message [A21]', () => {
  it('types columns by the table of docs/types.md [A25]', () => {
    const nullable = (type: string, rest = {}) => ({ type: ['null', type], ...rest });
    const zoned = nullable('string', { format: 'date-time', airbyte_type: 'timestamp_with_timezone' });
    const { json_schema: schema } = discovered();
    expect(schema).toEqual({
      type: 'object',
      additionalProperties: true,
      properties: {
        accountid: { type: 'string' },
        name: nullable('string'),
        employees: nullable('integer'),
        revenue: nullable('number'),
        donotemail: nullable('boolean'),
        opened: nullable('string', { format: 'date' }),
        modifiedon: zoned,
        startsat: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_without_timezone' }),
        colours: nullable('array', { items: { type: 'integer' } }),
        iscustomizable: nullable('object', {
          properties: {
            Value: nullable('boolean'),
            CanBeChanged: nullable('boolean'),
            ManagedPropertyLogicalName: nullable('string'),
          },
        }),
        versionnumber: nullable('integer'),
        _ab_cdc_deleted_at: zoned,
        _ab_cdc_updated_at: zoned,
      },
    });
    expect(() => new Ajv({ strict: false, validateFormats: false }).compile(schema)).not.toThrow();
  });

  it.each([
    ['tracked', stream(), '_ab_cdc_updated_at'],
    ['tracked, without a cursor of its own', stream({ columns: withoutCursor }), '_ab_cdc_updated_at'],
    ['tracking unknown', stream({ changeTracking: undefined }), '_ab_cdc_updated_at'],
    ['with modifiedon', stream({ changeTracking: false }), 'modifiedon'],
    [
      'with a version',
      stream({ columns: [column('versionnumber', 'integer')], changeTracking: false }),
      'versionnumber',
    ],
  ])('makes a stream incremental by its best cursor [A29]: %s', (_, of, cursor) => {
    const found = discovered(of);
    expect(found).toMatchObject({
      supported_sync_modes: ['full_refresh', 'incremental'],
      source_defined_cursor: true,
      default_cursor_field: [cursor],
      is_resumable: true,
      source_defined_primary_key: [['accountid']],
    });
    expect(found.json_schema.properties).toHaveProperty(cursor);
  });

  it('makes a stream without a cursor full refresh alone, resumable', () => {
    const found = discovered(stream({ columns: withoutCursor, changeTracking: false }));
    expect(found).toMatchObject({ supported_sync_modes: ['full_refresh'], is_resumable: true });
    expect(found).not.toHaveProperty('default_cursor_field');
    expect(found).not.toHaveProperty('source_defined_cursor');
  });

  it('declares the markers only where they are written', () => {
    expect(discovered(stream(), false).json_schema.properties).not.toHaveProperty('_ab_cdc_deleted_at');
    expect(discovered(stream(), false).json_schema.properties).toHaveProperty('_ab_cdc_updated_at');
    expect(discovered(stream({ changeTracking: false })).json_schema.properties).not.toHaveProperty(
      '_ab_cdc_updated_at',
    );
  });

  it('stays under 10 MB for 1,500 tables of 60 columns [A22]', () => {
    const types = [
      'string',
      'string',
      'string',
      'string',
      'integer',
      'integer',
      'number',
      'boolean',
      'timestamp',
    ] as const;
    const columns = Array.from({ length: 60 }, (_, n) =>
      column(`new_somecolumnname${n}`, types[n % 9] ?? 'string'),
    );
    const streams = Array.from({ length: 1500 }, (_, n) => stream({ name: `new_tables${n}`, columns }));
    expect(airbyteCatalog(streams).length).toBeLessThan(10_000_000);
  });
});
