import { ConnectorError } from '../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { StreamState } from './protocol.ts';

/**
 * Members that other connectors leave in a stream's state and that mean nothing to us: singer-sdk's notes of a run in
 * progress (never to be resumed from, says the SDK), and the marker states of Airbyte's CDK.
 */
const foreign = new Set([
  'progress_markers',
  'starting_replication_value',
  'replication_key_signpost',
  'partitions',
  '__ab_full_refresh_sync_complete',
  '__ab_no_cursor_state_message',
]);

/**
 * One stream's state as sync reads it, or undefined when there is none. Accepted are our own, singer-sdk's
 * `replication_key_value`, singer-io's `{"modifiedon": date}`, and the bare date of older Dynamics taps.
 * Throws a `config` error that names the stream for anything else.
 */
export function parseStreamState(stream: string, value: unknown): StreamState | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return modifiedOn(stream, value);
  if (!isJsonObject(value)) throw garbage(stream, 'it is neither an object nor a date');
  const { modifiedon: legacy, ...own } = without(value, foreign);
  if (own['replication_key_value'] !== undefined && own['replication_key_value'] !== null) {
    return checked(stream, own);
  }
  if (legacy !== undefined && legacy !== null) return { ...own, ...modifiedOn(stream, legacy) };
  return Object.keys(own).length === 0 ? undefined : checked(stream, own);
}

function checked(stream: string, state: JsonObject): StreamState {
  const key = state['replication_key'] ?? null;
  const value = state['replication_key_value'] ?? null;
  if (key !== null && typeof key !== 'string') throw garbage(stream, 'replication_key is not a column name');
  if (value === null) return state;
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw garbage(stream, 'replication_key_value is neither a text nor a number');
  }
  if (key === 'modifiedon' || key === null) return { ...state, ...modifiedOn(stream, value) };
  if (key === 'versionnumber' && !/^\d+$/.test(String(value))) {
    throw garbage(stream, 'replication_key_value is not a version number');
  }
  return state;
}

function modifiedOn(stream: string, value: Json): JsonObject {
  const instant = typeof value === 'string' ? utc(value) : undefined;
  if (instant === undefined) throw garbage(stream, `${JSON.stringify(value).slice(0, 60)} is not a date`);
  return { replication_key: 'modifiedon', replication_key_value: instant };
}

/**
 * The instant in UTC with `Z`. Other taps write `+00:00`, microseconds, a blank for the `T`, or no zone at all, meaning
 * UTC. Rounds down, which re-reads and never skips; what ends in `Z` already stays as it is.
 */
function utc(text: string): string | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  if (parts === null) return undefined;
  const [, day, time = '00:00:00', zone = 'Z'] = parts;
  const shortened = time.replace(/(\.\d{3})\d+$/, '$1');
  const instant = new Date(`${day}T${shortened}${zone.toUpperCase()}`);
  if (Number.isNaN(instant.getTime())) return undefined;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? text : instant.toISOString();
}

function garbage(stream: string, why: string): ConnectorError {
  return new ConnectorError(
    'config',
    `The state of stream ${stream} cannot be read: ${why}. Give the state that the last run wrote, or remove this stream from it to load the stream from the beginning.`,
    { stream },
  );
}

function without(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}
