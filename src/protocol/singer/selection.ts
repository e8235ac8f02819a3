import { newColumns } from '../../catalog/drift.ts';
import type { Selection, Stream, StreamColumn } from '../../catalog/types.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { validCursors } from '../cursors.ts';
import type { MissingStream, ParsedCatalog } from '../protocol.ts';
import { isSelectedByDefault } from './catalog.ts';
import { type CatalogEntry, catalogEntries } from './catalog-file.ts';
import { columnSchema } from './override.ts';
import { type Replication, replicationOf } from './replication.ts';
import { deleteColumnsOf, ownMember, propertiesOf, streamSchema } from './schema.ts';
import { isColumnSelected, isStreamSelected } from './selected.ts';

/** Names of the selected streams of a catalog file. */
export function selectedNames(catalog: unknown): readonly string[] {
  return catalogEntries(catalog)
    .filter(isStreamSelected)
    .map((entry) => entry.name);
}

/** Reads a catalog file against the streams of the environment. Throws `config` errors that name the stream. */
export function parseSingerCatalog(catalog: unknown, streams: readonly Stream[]): ParsedCatalog {
  const byName = new Map(streams.map((stream) => [stream.name, stream]));
  const selections: Selection[] = [];
  const missing: MissingStream[] = [];
  const warnings: string[] = [];
  for (const entry of catalogEntries(catalog).filter(isStreamSelected)) {
    const stream = byName.get(entry.name);
    if (stream === undefined) {
      missing.push(missingStream(entry));
      continue;
    }
    selections.push(selectionOf(entry, stream));
    warnings.push(...drift(entry, stream));
  }
  return { selections, missing, warnings };
}

/** Every default stream with all of its columns, for a run without a catalog. */
export function standardSelections(streams: readonly Stream[]): readonly Selection[] {
  return streams.filter(isSelectedByDefault).map((stream) => ({
    stream,
    columns: stream.columns,
    mode: 'incremental',
    schema: streamSchema(stream.columns),
  }));
}

function selectionOf(entry: CatalogEntry, stream: Stream): Selection {
  const replication = replicationOf(entry, stream);
  const given = propertiesOf(entry.schema);
  const columns = selectedColumns(entry, stream, replication);
  const properties = columns.map(
    (column) => [column.name, columnSchema(stream.name, column, ownMember(given, column.name))] as const,
  );
  return {
    stream,
    columns,
    mode: replication.mode,
    ...(replication.strategy === undefined ? {} : { strategy: replication.strategy }),
    schema: schemaWith(entry, Object.fromEntries(properties)),
  };
}

/** Key columns and the replication key always; otherwise columns that the catalog's schema has and its metadata selects. */
function selectedColumns(
  entry: CatalogEntry,
  stream: Stream,
  { cursor }: Replication,
): readonly StreamColumn[] {
  const given = propertiesOf(entry.schema);
  const automatic = cursor ?? validCursors(stream)[0];
  return stream.columns.filter(
    ({ name, key }) =>
      key || name === automatic || (Object.hasOwn(given, name) && isColumnSelected(entry, name)),
  );
}

/** The catalog's schema with other properties; `required` follows them. */
function schemaWith(entry: CatalogEntry, properties: Readonly<Record<string, Json>>): JsonObject {
  const { required, ...schema } = entry.schema;
  const stillThere = Array.isArray(required)
    ? required.filter((name: Json) => typeof name === 'string' && Object.hasOwn(properties, name))
    : [];
  return {
    ...schema,
    type: 'object',
    properties,
    ...(stillThere.length === 0 ? {} : { required: stillThere }),
  };
}

function missingStream(entry: CatalogEntry): MissingStream {
  const properties = Object.entries(propertiesOf(entry.schema)).filter(([name]) =>
    isColumnSelected(entry, name),
  );
  return { name: entry.name, key: entry.key, schema: schemaWith(entry, Object.fromEntries(properties)) };
}

function drift(entry: CatalogEntry, stream: Stream): readonly string[] {
  const given = propertiesOf(entry.schema);
  const there = new Set(stream.columns.map((column) => column.name));
  const ours = deleteColumnsOf(stream);
  const gone = Object.keys(given).filter(
    (name) => !there.has(name) && !Object.hasOwn(ours, name) && isColumnSelected(entry, name),
  );
  const added = newColumns(stream, new Set(Object.keys(given)));
  return [
    ...(gone.length === 0
      ? []
      : [`Stream ${stream.name}: no longer there and left out: ${gone.join(', ')}.`]),
    ...(added.length === 0
      ? []
      : [
          `Stream ${stream.name}: new since this catalog was made: ${added.join(', ')}. Run --discover again to extract them.`,
        ]),
  ];
}
