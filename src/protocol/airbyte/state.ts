import { ConnectorError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { ParsedState, StreamState } from '../protocol.ts';
import { readStateText } from '../state-text.ts';
import { parseStreamState } from '../stream-state.ts';

/** Member that makes a state unlike all earlier ones of its stream; nothing to sync. */
const uniqueMember = 'state_number';

/**
 * Reads a state file: a list of AirbyteStateMessages (STREAM, GLOBAL or LEGACY), one of them alone, or the bare object
 * `{stream: state}` of old. PyAirbyte writes every member, null where empty, and pydantic's `global_` for `global`;
 * unknown members are passed over.
 */
export function parseAirbyteState(state: unknown): ParsedState {
  const value = readStateText(state);
  const elements = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  const streams = new Map<string, StreamState>();
  for (const [name, blob] of elements.flatMap(streamStates)) {
    const parsed = parseStreamState(name, withoutUniqueMember(blob));
    if (parsed === undefined) streams.delete(name);
    else streams.set(name, parsed);
  }
  return { streams, rest: {} };
}

type NamedState = readonly [stream: string, state: unknown];

function streamStates(element: unknown): readonly NamedState[] {
  if (!isJsonObject(element)) throw garbage('it is not a list of state messages');
  const { type = null, stream = null, data = null } = element;
  const global = element['global'] ?? element['global_'] ?? null;
  switch (type) {
    case 'STATE':
      return streamStates(element['state']);
    case 'STREAM':
      return [streamState(stream)];
    case 'GLOBAL':
      return globalStates(global);
    case 'LEGACY':
      return legacyStates(data);
    case null:
      if (isJsonObject(stream) && 'stream_descriptor' in stream) return [streamState(stream)];
      if (isJsonObject(global) && 'stream_states' in global) return globalStates(global);
      return legacyStates(Object.keys(element).every((name) => members.has(name)) ? data : element);
    default:
      throw garbage(`a state message has the type ${JSON.stringify(type)}`);
  }
}

/** Members of an AirbyteStateMessage; an object with others is a state of old, `{stream: state}`. */
const members = new Set([
  'type',
  'stream',
  'global',
  'global_',
  'data',
  'sourceStats',
  'destinationStats',
  'id',
]);

/** The namespace is passed over: we have none, and null, "" and absent all say so. */
function streamState(value: unknown): NamedState {
  const descriptor = isJsonObject(value) ? value['stream_descriptor'] : undefined;
  const name = isJsonObject(descriptor) ? descriptor['name'] : undefined;
  if (!isJsonObject(value) || typeof name !== 'string') {
    throw garbage('a state message has no stream.stream_descriptor.name');
  }
  return [name, value['stream_state']];
}

function globalStates(value: unknown): readonly NamedState[] {
  const states = isJsonObject(value) ? value['stream_states'] : undefined;
  if (!Array.isArray(states)) throw garbage('a state message of type GLOBAL has no global.stream_states');
  return states.map(streamState);
}

function legacyStates(value: unknown): readonly NamedState[] {
  if (value === null) return [];
  if (!isJsonObject(value)) throw garbage('a state message of type LEGACY has no object in data');
  return Object.entries(value);
}

function withoutUniqueMember(blob: unknown): unknown {
  if (!isJsonObject(blob)) return blob;
  const { [uniqueMember]: _, ...rest }: JsonObject = blob;
  return rest;
}

function garbage(why: string): ConnectorError {
  return new ConnectorError(
    'config',
    `The state cannot be read: ${why}. Give the states that the last run wrote as a list, or [] to start from the beginning.`,
  );
}

/** The states of one run, no two of a stream alike. */
export interface States {
  /** The STATE line for a stream; empty when there is nothing new to say since the last one. */
  next(stream: string, state: StreamState, records: number): string;
}

/**
 * Counts records between states (`recordCount` is printed as `5.0`: the protocol calls for a decimal point) and keeps
 * states of a stream apart: the platform gives up its accounting when two of them are equal.
 */
export function newStates(): States {
  const emitted = new Map<string, Set<string>>();
  const pending = new Map<string, number>();
  return {
    next(stream, state, records) {
      const texts = emitted.get(stream) ?? new Set();
      const count = (pending.get(stream) ?? 0) + records;
      const text = JSON.stringify(state);
      if (texts.has(text) && count === 0) return '';
      const unique = texts.has(text) ? JSON.stringify({ ...state, [uniqueMember]: texts.size }) : text;
      emitted.set(stream, texts.add(unique));
      pending.set(stream, 0);
      return `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":${JSON.stringify(stream)}},"stream_state":${unique}},"sourceStats":{"recordCount":${count}.0}}}\n`;
    },
  };
}
