import type { Stream } from '../../catalog/types.ts';
import type { JsonObject } from '../../core/json.ts';
import { canBeIncremental, validCursors } from '../cursors.ts';
import type { CatalogOptions } from '../protocol.ts';
import { deleteColumnsOf, streamSchema, withDeleteColumns } from './schema.ts';

/**
 * The catalog that `--discover` prints. Indented, because Meltano reads it line by line and hangs on a line over 64 KiB.
 *
 * It names no `replication_method` and no `replication_key`: fed back unchanged, they would be a user's choice and keep
 * the best strategy from being taken.
 */
export function singerCatalog(
  streams: readonly Stream[],
  options: CatalogOptions = { deletes: true },
): Buffer {
  if (streams.length === 0) return Buffer.from('{\n  "streams": []\n}\n');
  // Stream by stream: the catalog of 1,500 tables is 37 MB, and as one object and one string it would take five times that.
  const entries = streams.map((stream, index) => {
    const entry = JSON.stringify(catalogEntry(stream, options), null, 2).replaceAll('\n', '\n    ');
    return Buffer.from(`${index === 0 ? '' : ','}\n    ${entry}`);
  });
  return Buffer.concat([Buffer.from('{\n  "streams": ['), ...entries, Buffer.from('\n  ]\n}\n')]);
}

/** Streams that a run without a selection reads: the standard tables, and choices where the configuration asks for them. */
export function isSelectedByDefault(stream: Stream): boolean {
  return stream.standard || stream.source === 'choices';
}

function catalogEntry(stream: Stream, { deletes }: CatalogOptions): JsonObject {
  const schema = streamSchema(stream.columns);
  return {
    tap_stream_id: stream.name,
    stream: stream.name,
    key_properties: stream.key,
    schema: deletes ? withDeleteColumns(schema, stream) : schema,
    metadata: [
      { breadcrumb: [], metadata: streamMetadata(stream) },
      ...columnMetadata(stream),
      ...(deletes ? deleteMetadata(stream) : []),
    ],
  };
}

function streamMetadata(stream: Stream): JsonObject {
  return {
    inclusion: 'available',
    'selected-by-default': isSelectedByDefault(stream),
    'table-key-properties': stream.key,
    'valid-replication-keys': validCursors(stream),
    ...(canBeIncremental(stream) ? {} : { 'forced-replication-method': 'FULL_TABLE' }),
  };
}

/** Every column has an entry: Meltano makes a column without one automatic, and it could never be deselected. */
function columnMetadata(stream: Stream): readonly JsonObject[] {
  const [cursor] = validCursors(stream);
  return stream.columns.map((column) =>
    entry(column.name, column.key || column.name === cursor ? 'automatic' : 'available'),
  );
}

/** Automatic: deletes are switched in the configuration; deselecting a column must not lose them. */
function deleteMetadata(stream: Stream): readonly JsonObject[] {
  return Object.keys(deleteColumnsOf(stream)).map((name) => entry(name, 'automatic'));
}

function entry(name: string, inclusion: 'automatic' | 'available'): JsonObject {
  return { breadcrumb: ['properties', name], metadata: { inclusion, 'selected-by-default': true } };
}
