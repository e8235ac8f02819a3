import { describe, expect, it } from 'vitest';
import { parseStreamState } from './stream-state.ts';

const modifiedon = (replication_key_value: string) => ({
  replication_key: 'modifiedon',
  replication_key_value,
});

describe('the state of a stream [S45, A45]', () => {
  it.each([
    ['nothing', null, undefined],
    ['an empty object', {}, undefined],
    [
      'ours',
      { ...modifiedon('2026-01-02T03:04:05Z'), finished: [1] },
      { ...modifiedon('2026-01-02T03:04:05Z'), finished: [1] },
    ],
    [
      'ours with members that are null',
      { replication_key: null, token: null },
      { replication_key: null, token: null },
    ],
    [
      'ours by version',
      { replication_key: 'versionnumber', replication_key_value: '9223372036854775807' },
      { replication_key: 'versionnumber', replication_key_value: '9223372036854775807' },
    ],
    [
      'a version as a number',
      { replication_key: 'versionnumber', replication_key_value: 7 },
      { replication_key: 'versionnumber', replication_key_value: 7 },
    ],
    ['a bare date', '2026-01-02', modifiedon('2026-01-02T00:00:00.000Z')],
    ['a bare date and time', '2026-01-02T03:04:05Z', modifiedon('2026-01-02T03:04:05Z')],
    ['a date and time in an offset', '2026-01-02T03:04:05+02:00', modifiedon('2026-01-02T01:04:05.000Z')],
    ['microseconds, rounded down', '2026-01-02T03:04:05.678999Z', modifiedon('2026-01-02T03:04:05.678999Z')],
    [
      'microseconds in an offset, rounded down',
      '2026-01-02T03:04:05.678999+00:00',
      modifiedon('2026-01-02T03:04:05.678Z'),
    ],
    ['a blank for the T and no zone', '2026-01-02 03:04:05', modifiedon('2026-01-02T03:04:05.000Z')],
    ['singer-io', { modifiedon: '2026-01-02T03:04:05+00:00' }, modifiedon('2026-01-02T03:04:05.000Z')],
    [
      'singer-io merged with ours',
      { modifiedon: '2020-01-01', ...modifiedon('2026-01-02T03:04:05Z') },
      modifiedon('2026-01-02T03:04:05Z'),
    ],
    [
      'ours after singer-io',
      { modifiedon: null, ...modifiedon('2026-01-02T03:04:05Z') },
      modifiedon('2026-01-02T03:04:05Z'),
    ],
    ['singer-sdk', modifiedon('2026-01-02T03:04:05+00:00'), modifiedon('2026-01-02T03:04:05.000Z')],
    [
      'singer-sdk in the middle of a run, never resumed by its progress',
      {
        ...modifiedon('2026-01-02T03:04:05Z'),
        progress_markers: modifiedon('2029-01-01T00:00:00Z'),
        replication_key_signpost: '2030-01-01T00:00:00Z',
        starting_replication_value: null,
        partitions: [],
      },
      modifiedon('2026-01-02T03:04:05Z'),
    ],
    ['singer-sdk before its first row', { progress_markers: modifiedon('2029-01-01T00:00:00Z') }, undefined],
    [
      'a key that is not named',
      { replication_key_value: '2026-01-02T03:04:05Z' },
      modifiedon('2026-01-02T03:04:05Z'),
    ],
    ['a marker of a finished full refresh', { __ab_full_refresh_sync_complete: true }, undefined],
    ['a marker of no cursor', { __ab_no_cursor_state_message: true }, undefined],
    [
      'another key, for sync to judge',
      { replication_key: 'createdon', replication_key_value: 'x' },
      { replication_key: 'createdon', replication_key_value: 'x' },
    ],
  ])('is read from %s', (_, given, expected) => {
    expect(parseStreamState('accounts', given)).toEqual(expected);
  });

  it.each([
    ['a text that is no date', 'yesterday'],
    ['a date that does not exist', '2026-13-45'],
    ['a number', 17],
    ['true', true],
    ['a list', ['2026-01-01']],
    ['a key that is no text', { replication_key: 5 }],
    ['a value that is a list', { replication_key: 'modifiedon', replication_key_value: [] }],
    ['a value that is no date', { replication_key: 'modifiedon', replication_key_value: 'None' }],
    ['a value that is no version', { replication_key: 'versionnumber', replication_key_value: '1.5' }],
    ["singer-io's without a date", { modifiedon: 'None' }],
  ])('is refused with its name when it is %s', (_, given) => {
    expect(() => parseStreamState('accounts', given)).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining('stream accounts') }),
    );
  });
});
