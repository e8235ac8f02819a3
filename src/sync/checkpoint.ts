import { ConnectorError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { formatRemaining, parseRemaining, type Remaining } from './ranges.ts';
import type { Strategy } from './types.ts';

/**
 * How far a load of many rows has come.
 * `ranges` over `column`, what is left of them, and whether rows without a value there are still to come ·
 * `keys` in key order, after a key · `tracked` a change-tracked read at its cookie · `versions` in order of
 * `versionnumber`, at the cursor.
 */
export type Load =
  | {
      readonly kind: 'ranges';
      readonly column: string;
      readonly remaining: Remaining;
      readonly nulls: boolean;
    }
  | { readonly kind: 'keys'; readonly after: string | undefined }
  | { readonly kind: 'tracked'; readonly skipToken: string }
  | { readonly kind: 'versions' };

/** Where a stream stands. All rows that it covers have been written. */
export interface Checkpoint {
  readonly strategy: Strategy;
  /** Instant (`modifiedon`) or version number as exact text. While a load runs: no row below it is missing. */
  readonly cursor: string | undefined;
  /** `versionnumber`: where the load in progress began; at rest, where the next run begins. */
  readonly previousCursor: string | undefined;
  /** Change-tracking token: the bare token, never a URL. */
  readonly token: string | undefined;
  readonly load: Load | undefined;
  /** Start of the first load (an instant): a reload must not begin later, or it would lose what was loaded before. */
  readonly anchor: string | undefined;
  /** End of the window that the load reads, where it has one. */
  readonly upper: string | undefined;
  /** `version` of a full load's records (Singer ACTIVATE_VERSION). */
  readonly version: number | undefined;
  /** Name of the key set that belongs to this load (docs/deletes.md). */
  readonly keySet: string | undefined;
  /** A full refresh that has come to its end. */
  readonly complete: boolean;
  /** Rows and deletes written in this load or run: grows, so that no two states are equal. */
  readonly records: number;
}

/** A stream that has not been read. */
export function freshCheckpoint(strategy: Strategy): Checkpoint {
  return {
    strategy,
    cursor: undefined,
    previousCursor: undefined,
    token: undefined,
    load: undefined,
    anchor: undefined,
    upper: undefined,
    version: undefined,
    keySet: undefined,
    complete: false,
    records: 0,
  };
}

/**
 * The checkpoint as state: flat, scalars only, every key always there (docs/state.md). A state that is deep-merged into
 * an older one therefore replaces it whole.
 */
export function printCheckpoint(checkpoint: Checkpoint): JsonObject {
  const { strategy, load } = checkpoint;
  return {
    replication_key: strategy === 'modifiedon' || strategy === 'versionnumber' ? strategy : null,
    replication_key_value: checkpoint.cursor ?? null,
    strategy,
    previous_value: checkpoint.previousCursor ?? null,
    delta_token: checkpoint.token ?? null,
    load: load?.kind ?? null,
    load_column: load?.kind === 'ranges' ? load.column : null,
    load_remaining: load?.kind === 'ranges' ? formatRemaining(load.remaining) : null,
    load_nulls: load?.kind === 'ranges' ? load.nulls : null,
    load_after: load?.kind === 'keys' ? (load.after ?? '') : null,
    load_cookie: load?.kind === 'tracked' ? load.skipToken : null,
    load_upper: checkpoint.upper ?? null,
    anchor: checkpoint.anchor ?? null,
    version: checkpoint.version ?? null,
    key_set: checkpoint.keySet ?? null,
    complete: checkpoint.complete,
    records: checkpoint.records,
  };
}

const strategies: readonly string[] = [
  'change_tracking',
  'modifiedon',
  'versionnumber',
  'full',
] satisfies Strategy[];

/**
 * A stream's state as checkpoint; undefined when it says nothing (empty, or all null). States of other taps, which have
 * only `replication_key` and `replication_key_value`, count as a cursor at rest.
 * Throws a `config` error that names the stream.
 */
export function parseCheckpoint(stream: string, state: JsonObject | undefined): Checkpoint | undefined {
  if (state === undefined || Object.values(state).every((value) => value === null)) return undefined;
  const read = fieldsOf(stream, state);
  const key = read.text('replication_key');
  const strategy = read.text('strategy') ?? (key === undefined ? undefined : key);
  if (strategy === undefined || !strategies.includes(strategy))
    throw garbage(stream, `"strategy" is ${JSON.stringify(strategy ?? null)}`);
  const cursor = read.text('replication_key_value');
  if (strategy === 'versionnumber' && cursor !== undefined && !/^\d+$/.test(cursor))
    throw garbage(stream, `"replication_key_value" is not a version number`);
  if (strategy === 'modifiedon' && cursor !== undefined && Number.isNaN(Date.parse(cursor)))
    throw garbage(stream, `"replication_key_value" is not a date-time`);
  const keySet = read.text('key_set');
  // It names a file.
  if (keySet !== undefined && !/^\d{1,16}$/.test(keySet))
    throw garbage(stream, '"key_set" is not one of ours');
  return {
    strategy: strategy as Strategy,
    cursor,
    previousCursor: read.text('previous_value'),
    token: read.text('delta_token'),
    load: parseLoad(stream, read),
    anchor: read.text('anchor'),
    upper: read.text('load_upper'),
    version: read.number('version'),
    keySet,
    complete: state['complete'] === true,
    records: read.number('records') ?? 0,
  };
}

function parseLoad(stream: string, read: Fields): Load | undefined {
  const kind = read.text('load');
  if (kind === undefined) return undefined;
  if (kind === 'ranges') {
    const remaining = parseRemaining(read.text('load_remaining') ?? '');
    const column = read.text('load_column');
    if (remaining === undefined || column === undefined)
      throw garbage(stream, '"load_remaining" cannot be read');
    return { kind, column, remaining, nulls: read.flag('load_nulls') };
  }
  if (kind === 'versions') return { kind };
  if (kind === 'keys') return { kind, after: read.text('load_after') || undefined };
  const skipToken = read.text('load_cookie');
  if (kind === 'tracked' && skipToken !== undefined) return { kind, skipToken };
  throw garbage(stream, `"load" is ${JSON.stringify(kind)}`);
}

interface Fields {
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean;
}

function fieldsOf(stream: string, state: JsonObject): Fields {
  const value = (name: string): Json | undefined => state[name] ?? undefined;
  return {
    text(name) {
      const found = value(name);
      if (found === undefined || typeof found === 'string') return found;
      if (typeof found === 'number') return String(found);
      throw garbage(stream, `"${name}" is not a text`);
    },
    number(name) {
      const found = value(name);
      if (found === undefined || (typeof found === 'number' && Number.isSafeInteger(found))) return found;
      throw garbage(stream, `"${name}" is not an integer`);
    },
    flag: (name) => value(name) === true,
  };
}

function garbage(stream: string, what: string): ConnectorError {
  return new ConnectorError(
    'config',
    `The state of stream "${stream}" cannot be read: ${what}. Give the state that this program wrote last, or remove the stream from the state to read it from the beginning.`,
    { stream },
  );
}
