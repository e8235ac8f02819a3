import { ConnectorError } from '../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { ParsedState, StreamState } from '../protocol.ts';
import { readStateText } from '../state-text.ts';
import { parseStreamState } from '../stream-state.ts';

/**
 * Reads a state file: the `value` of a STATE message, a whole STATE message, or Meltano's `{"singer_state": …}`.
 * `rest` is the state as it came, bookmarks included, since bookmarks of unselected streams go out as they came in.
 */
export function parseSingerState(state: unknown): ParsedState {
  const rest = stateValue(readStateText(state));
  const bookmarks = rest['bookmarks'] ?? {};
  if (!isJsonObject(bookmarks)) throw garbage('"bookmarks" is not an object');
  const streams = new Map<string, StreamState>();
  for (const [name, bookmark] of Object.entries(bookmarks)) {
    const parsed = parseStreamState(name, bookmark);
    if (parsed !== undefined) streams.set(name, parsed);
  }
  const first = rest['currently_syncing'];
  return { streams, rest, ...(typeof first === 'string' ? { first } : {}) };
}

function stateValue(state: unknown): JsonObject {
  if (state === undefined || state === null) return {};
  if (!isJsonObject(state)) throw garbage('it is not an object');
  if (state['type'] === 'STATE' && 'value' in state) return stateValue(state['value']);
  if (Object.keys(state).join() === 'singer_state') return stateValue(state['singer_state']);
  return state;
}

function garbage(why: string): ConnectorError {
  return new ConnectorError(
    'config',
    `The state cannot be read: ${why}. Give the value of the last STATE message, or no state to start from the beginning.`,
  );
}

/** Bookmarks of one run, written as Singer states. */
export interface Bookmarks {
  /** Sets the bookmark of a stream. */
  set(stream: string, state: StreamState): void;
  /** The whole state as JSON text. */
  text(currentlySyncing: string | null): string;
}

/**
 * Keeps each bookmark as text, so that a state of a hundred streams costs one stream's work. Members that a stream's
 * earlier state had and its new one has not become null: Meltano may merge states, and a member that vanished would come back.
 */
export function bookmarksFrom(state: ParsedState): Bookmarks {
  const { bookmarks, currently_syncing: _, ...others } = state.rest;
  const given = isJsonObject(bookmarks) ? bookmarks : {};
  const latest = new Map<string, Json>(Object.entries(given));
  const texts = new Map([...latest].map(([stream, value]) => [stream, member(stream, value)]));
  return {
    set(stream, next) {
      const carried = carry(latest.get(stream), next);
      latest.set(stream, carried);
      texts.set(stream, member(stream, carried));
    },
    text(currentlySyncing) {
      const rest = Object.entries(others).map(([name, value]) => member(name, value));
      const own = [
        `"bookmarks":{${[...texts.values()].join()}}`,
        member('currently_syncing', currentlySyncing),
      ];
      return `{${[...own, ...rest].join()}}`;
    },
  };
}

function carry(before: Json | undefined, next: Json): Json {
  if (!isJsonObject(before) || !isJsonObject(next)) return next;
  const vanished = Object.keys(before)
    .filter((name) => !Object.hasOwn(next, name))
    .map((name) => [name, null] as const);
  const kept = Object.entries(next).map(
    ([name, value]) => [name, Object.hasOwn(before, name) ? carry(before[name], value) : value] as const,
  );
  return Object.fromEntries([...kept, ...vanished]);
}

function member(name: string, value: Json): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}
