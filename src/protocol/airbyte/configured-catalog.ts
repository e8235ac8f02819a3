import type { ReadMode, Selection, Stream } from '../../catalog/types.ts';
import { ConnectorError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { mayTrackChanges } from '../cursors.ts';
import type { CatalogOptions, MissingStream, ParsedCatalog } from '../protocol.ts';
import { airbyteSchema, deletedAt, propertiesOf, updatedAt } from './schema.ts';

const modes: Readonly<Record<string, ReadMode>> = { full_refresh: 'full', incremental: 'incremental' };
const destinationModes = ['append', 'overwrite', 'append_dedup', 'update', 'soft_delete'];

/** One stream of a ConfiguredAirbyteCatalog, checked. */
interface ConfiguredStream {
  readonly name: string;
  readonly schema: JsonObject;
  readonly mode: ReadMode;
  readonly key: readonly string[];
}

/** Names of the streams of a configured catalog. */
export function configuredNames(catalog: unknown): readonly string[] {
  return configuredStreams(catalog).map((stream) => stream.name);
}

/** Reads a configured catalog against the streams of the environment. Throws `config` errors that name the stream. */
export function parseConfiguredCatalog(
  catalog: unknown,
  streams: readonly Stream[],
  options: CatalogOptions = { deletes: true },
): ParsedCatalog {
  const byName = new Map(streams.map((stream) => [stream.name, stream]));
  const selections: Selection[] = [];
  const missing: MissingStream[] = [];
  const warnings: string[] = [];
  for (const configured of configuredStreams(catalog)) {
    const stream = byName.get(configured.name);
    if (stream === undefined) {
      missing.push({ name: configured.name, schema: configured.schema, key: configured.key });
      continue;
    }
    const selection = selectionOf(configured, stream, options);
    selections.push(selection);
    warnings.push(...remarks(selection, options));
  }
  return { selections, missing, warnings };
}

/**
 * The configured schema holds the selected columns alone. PyAirbyte asks for `incremental` of every stream, so a stream that
 * cannot be is read in full without a word.
 */
function selectionOf(configured: ConfiguredStream, stream: Stream, { deletes }: CatalogOptions): Selection {
  const selected = propertiesOf(configured.schema);
  if (selected === undefined) {
    return {
      stream,
      columns: stream.columns,
      mode: configured.mode,
      schema: airbyteSchema(stream, deletes),
    };
  }
  const columns = stream.columns.filter(({ name, key }) => key || Object.hasOwn(selected, name));
  return { stream, columns, mode: configured.mode, schema: configured.schema };
}

function remarks({ stream, schema, mode }: Selection, { deletes }: CatalogOptions): readonly string[] {
  const selected = Object.keys(propertiesOf(schema) ?? {});
  const there = new Set([...stream.columns.map((column) => column.name), deletedAt, updatedAt]);
  const gone = selected.filter((name) => !there.has(name));
  const deletesLost =
    deletes && mode === 'incremental' && mayTrackChanges(stream) && !selected.includes(deletedAt);
  return [
    ...(gone.length === 0
      ? []
      : [`Stream ${stream.name}: no longer there and left out: ${gone.join(', ')}.`]),
    ...(deletesLost
      ? [
          `Stream ${stream.name}: ${deletedAt} is not selected, so deleted rows will stay in the destination. Select it, or set "deletes" to false in the configuration.`,
        ]
      : []),
  ];
}

function configuredStreams(catalog: unknown): readonly ConfiguredStream[] {
  const streams = isJsonObject(catalog) ? catalog['streams'] : undefined;
  if (!Array.isArray(streams)) {
    throw new ConnectorError('config', 'The configured catalog has no list "streams".');
  }
  const configured = streams.map(configuredStream);
  const seen = new Set<string>();
  for (const { name } of configured) {
    if (seen.has(name)) throw catalogError(name, 'is in the configured catalog twice');
    seen.add(name);
  }
  return configured;
}

function configuredStream(value: unknown, index: number): ConfiguredStream {
  const stream = isJsonObject(value) ? value['stream'] : undefined;
  const name = isJsonObject(stream) ? stream['name'] : undefined;
  if (!isJsonObject(value) || !isJsonObject(stream) || typeof name !== 'string' || name === '') {
    throw new ConnectorError('config', `Entry ${index + 1} of the configured catalog has no stream.name.`);
  }
  const schema = stream['json_schema'];
  if (!isJsonObject(schema)) throw catalogError(name, 'has no json_schema in the configured catalog');
  const sync = value['sync_mode'];
  const mode = typeof sync === 'string' && Object.hasOwn(modes, sync) ? modes[sync] : undefined;
  if (mode === undefined) throw catalogError(name, invalid('sync_mode', sync, Object.keys(modes)));
  const destination = value['destination_sync_mode'] ?? 'append';
  if (typeof destination !== 'string' || !destinationModes.includes(destination)) {
    throw catalogError(name, invalid('destination_sync_mode', destination, destinationModes));
  }
  return { name, schema, mode, key: keyOf(stream) };
}

function keyOf(stream: JsonObject): readonly string[] {
  const key = stream['source_defined_primary_key'];
  return Array.isArray(key) ? key.flat().filter((name) => typeof name === 'string') : [];
}

function invalid(member: string, value: unknown, allowed: readonly string[]): string {
  return `has the ${member} ${JSON.stringify(value) ?? 'nothing'} in the configured catalog; choose ${allowed.join(', ')}`;
}

function catalogError(stream: string, what: string): ConnectorError {
  return new ConnectorError('config', `Stream ${stream} ${what}.`, { stream });
}
