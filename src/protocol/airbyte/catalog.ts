import type { Stream } from '../../catalog/types.ts';
import type { JsonObject } from '../../core/json.ts';
import { line } from '../lines.ts';
import type { CatalogOptions } from '../protocol.ts';
import { airbyteSchema, cursorOf } from './schema.ts';

/** The CATALOG message. Without descriptions: the platform takes no catalog over 10 MB. */
export function airbyteCatalog(
  streams: readonly Stream[],
  options: CatalogOptions = { deletes: true },
): Buffer {
  return line({
    type: 'CATALOG',
    catalog: { streams: streams.map((stream) => airbyteStream(stream, options)) },
  });
}

function airbyteStream(stream: Stream, { deletes }: CatalogOptions): JsonObject {
  const cursor = cursorOf(stream);
  return {
    name: stream.name,
    json_schema: airbyteSchema(stream, deletes),
    supported_sync_modes: cursor === undefined ? ['full_refresh'] : ['full_refresh', 'incremental'],
    ...(cursor === undefined ? {} : { source_defined_cursor: true, default_cursor_field: [cursor] }),
    source_defined_primary_key: stream.key.map((name) => [name]),
    is_resumable: true,
  };
}
