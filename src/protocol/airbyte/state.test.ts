import { describe, expect, it } from 'vitest';
import { parseAirbyteState } from './state.ts';

const blob = { replication_key: 'modifiedon', replication_key_value: '2026-01-02T03:04:05Z', token: null };
const element = {
  type: 'STREAM',
  stream: { stream_descriptor: { name: 'accounts' }, stream_state: blob },
  sourceStats: { recordCount: 5 },
};
const nulls = { data: null, sourceStats: null, destinationStats: null };
/** What PyAirbyte writes: every member, null where empty. */
const pydantic = {
  type: 'STREAM',
  stream: { stream_descriptor: { name: 'accounts', namespace: null }, stream_state: blob },
  global_: null,
  id: 3,
  ...nulls,
};
const globalStates = { shared_state: null, stream_states: [pydantic.stream] };

describe('an Airbyte state [A45]', () => {
  it.each([
    ['a list of STREAM states', [element]],
    ['one STREAM state alone', element],
    ["PyAirbyte's nulls", [pydantic]],
    ['no type, but a stream', [{ ...pydantic, type: null }]],
    ['one GLOBAL state', [{ type: 'GLOBAL', global: globalStates }]],
    ['one GLOBAL state with nulls', [{ type: 'GLOBAL', stream: null, global_: globalStates, ...nulls }]],
    ['GLOBAL without a type', [{ global: globalStates }]],
    ['a LEGACY state', [{ type: 'LEGACY', data: { accounts: blob } }]],
    [
      'LEGACY without a type',
      [{ type: null, stream: null, global: null, ...nulls, data: { accounts: blob } }],
    ],
    ['a bare object of old', { accounts: blob, contacts: null }],
    ['a whole message', [{ type: 'STATE', state: element }]],
    ['text', JSON.stringify([element])],
    [
      'lines of messages, of which the last counts',
      `{}\n${JSON.stringify({ type: 'STATE', state: element })}\n`,
    ],
    [
      'several states, of which the last counts',
      [{ ...element, stream: { ...element.stream, stream_state: { x: 1 } } }, element],
    ],
    [
      'a state made unique',
      [{ ...element, stream: { ...element.stream, stream_state: { ...blob, state_number: 3 } } }],
    ],
  ])('is read from %s', (_, given) => {
    expect(parseAirbyteState(given)).toEqual({ streams: new Map([['accounts', blob]]), rest: {} });
  });

  it.each([
    ['an empty list', []],
    ['an empty object', {}],
    ['an empty file', ''],
    ['nothing', undefined],
    ['nulls', [{ type: null, stream: null, global: null, ...nulls }]],
    ['a LEGACY state of null', [{ type: 'LEGACY', data: null }]],
    ['a stream without a state', [{ ...pydantic, stream: { ...pydantic.stream, stream_state: null } }]],
    ['a stream with an empty state', [{ ...pydantic, stream: { ...pydantic.stream, stream_state: {} } }]],
    [
      "the CDK's marker of a finished refresh",
      [
        {
          ...element,
          stream: { ...element.stream, stream_state: { __ab_full_refresh_sync_complete: true } },
        },
      ],
    ],
    ["the CDK's marker of no cursor", { accounts: { __ab_no_cursor_state_message: true } }],
    ['a state taken back', [element, { ...element, stream: { ...element.stream, stream_state: null } }]],
  ])('is empty when given %s', (_, given) => {
    expect(parseAirbyteState(given).streams.size).toBe(0);
  });

  it.each([
    ['a number', 5, 'not a list of state messages'],
    ['a list of texts', ['accounts'], 'not a list of state messages'],
    ['text that is not JSON', '[', 'not JSON'],
    ['an unknown type', [{ type: 'FOO' }], 'the type "FOO"'],
    ['a STREAM state without a stream', [{ type: 'STREAM' }], 'stream_descriptor.name'],
    ['a GLOBAL state without streams', [{ type: 'GLOBAL', global: {} }], 'stream_states'],
    ['a LEGACY state of a list', [{ type: 'LEGACY', data: [] }], 'LEGACY'],
    [
      'a stream state that is a number',
      [{ ...element, stream: { ...element.stream, stream_state: 5 } }],
      'stream accounts',
    ],
    ['a bare object of numbers', { accounts: 5 }, 'stream accounts'],
  ])('is refused when it is %s', (_, given, text) => {
    expect(() => parseAirbyteState(given)).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(text) }),
    );
  });
});
