import { ConnectorError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';

/** One stream of a catalog file, as it stands there. */
export interface CatalogEntry {
  readonly name: string;
  readonly schema: JsonObject;
  /** `key_properties`, or the metadata of that meaning. */
  readonly key: readonly string[];
  /** Members of the entry itself. */
  readonly own: JsonObject;
  /** Metadata by breadcrumb, joined by a line break; the stream's own is under the empty string. */
  readonly metadata: ReadonlyMap<string, JsonObject>;
}

/** Takes a catalog file apart. Throws `config` errors that name the stream. */
export function catalogEntries(catalog: unknown): readonly CatalogEntry[] {
  const streams = isJsonObject(catalog) ? catalog['streams'] : undefined;
  if (!Array.isArray(streams)) {
    throw new ConnectorError(
      'config',
      'The catalog has no list "streams". Give the file that --discover printed, with your selection in it.',
    );
  }
  const entries = streams.map(catalogEntry);
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (seen.has(name)) throw catalogError(name, 'is in the catalog twice; remove one of the two entries');
    seen.add(name);
  }
  return entries;
}

/** A `config` error about one stream of the catalog. */
export function catalogError(stream: string, what: string): ConnectorError {
  return new ConnectorError('config', `Stream ${stream} ${what}.`, { stream });
}

/** Metadata of the stream itself. */
export function streamMetadata(entry: CatalogEntry): JsonObject {
  return entry.metadata.get('') ?? {};
}

/** Metadata of a column. */
export function columnMetadata(entry: CatalogEntry, column: string): JsonObject {
  return entry.metadata.get(`properties\n${column}`) ?? {};
}

function catalogEntry(value: unknown, index: number): CatalogEntry {
  if (!isJsonObject(value)) {
    throw new ConnectorError('config', `Entry ${index + 1} of the catalog's streams is not an object.`);
  }
  const name = value['tap_stream_id'] ?? value['stream'];
  if (typeof name !== 'string' || name === '') {
    throw new ConnectorError('config', `Entry ${index + 1} of the catalog's streams has no tap_stream_id.`);
  }
  const schema = value['schema'];
  if (!isJsonObject(schema)) throw catalogError(name, 'has no schema in the catalog; run --discover again');
  const metadata = metadataByBreadcrumb(name, value['metadata']);
  const own = metadata.get('') ?? {};
  return { name, schema, metadata, own: value, key: strings(value['key_properties'] ?? keyMetadata(own)) };
}

function keyMetadata(metadata: JsonObject): unknown {
  return metadata['table-key-properties'] ?? metadata['view-key-properties'];
}

function metadataByBreadcrumb(stream: string, list: unknown): ReadonlyMap<string, JsonObject> {
  const byBreadcrumb = new Map<string, JsonObject>();
  if (list === undefined || list === null) return byBreadcrumb;
  if (!Array.isArray(list)) throw catalogError(stream, 'has metadata that is not a list');
  for (const item of list as readonly unknown[]) {
    const breadcrumb = isJsonObject(item) ? item['breadcrumb'] : undefined;
    const metadata = isJsonObject(item) ? item['metadata'] : undefined;
    if (!Array.isArray(breadcrumb) || !isJsonObject(metadata)) {
      throw catalogError(
        stream,
        'has a metadata entry without a breadcrumb (a list) or metadata (an object)',
      );
    }
    byBreadcrumb.set(breadcrumb.join('\n'), metadata);
  }
  return byBreadcrumb;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
