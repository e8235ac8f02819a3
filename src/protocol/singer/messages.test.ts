import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../core/errors.ts';
import type { MessageOptions } from '../protocol.ts';
import { column, noState, parseLines, stream, withoutCursor } from '../testing/streams.testing.ts';
import { singerMessages } from './messages.ts';
import { standardSelections } from './selection.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
const tracked = stream({ columns: withoutCursor });
const untracked = stream({ name: 'contacts', columns: withoutCursor, changeTracking: false });

function messages(options: Partial<MessageOptions> = {}) {
  const selections = standardSelections([tracked, untracked]);
  const base = { selections, missing: [], state: noState, deletes: true, activateVersion: false };
  return singerMessages({ ...base, ...options });
}

describe('SCHEMA [S26]', () => {
  it('declares the selected columns, the delete columns and the key', () => {
    expect(parseLines(messages().started('accounts', 5))).toEqual([
      {
        type: 'SCHEMA',
        stream: 'accounts',
        schema: {
          type: 'object',
          properties: {
            accountid: { type: 'string' },
            name: { type: ['null', 'string'] },
            _sdc_deleted_at: { type: ['null', 'string'], format: 'date-time' },
            is_deleted: { type: ['null', 'boolean'] },
          },
        },
        key_properties: ['accountid'],
      },
    ]);
  });

  it.each([
    ['deletes are switched off', 'accounts', false],
    ['changes cannot be tracked', 'contacts', true],
  ])('has no delete columns where %s', (_, name, deletes) => {
    const [schema] = parseLines(messages({ deletes }).started(name, undefined));
    expect(schema).not.toHaveProperty('schema.properties._sdc_deleted_at');
    expect(schema).not.toHaveProperty('schema.properties.is_deleted');
  });

  it('names the bookmark column of a stream that goes by one', () => {
    const leads = stream({
      name: 'leads',
      columns: [column('modifiedon', 'timestamp')],
      changeTracking: false,
    });
    const [schema] = parseLines(
      messages({ selections: standardSelections([leads]) }).started('leads', undefined),
    );
    expect(schema?.['bookmark_properties']).toEqual(['modifiedon']);
  });

  it('is sent for a table that is not there, as the catalog has it', () => {
    const schema = { type: 'object', properties: { quoteid: { type: 'string' } } };
    const missing = [{ name: 'quotes', schema, key: ['quoteid'] }];
    expect(parseLines(messages({ missing }).started('quotes', undefined))).toEqual([
      { type: 'SCHEMA', stream: 'quotes', schema, key_properties: ['quoteid'] },
    ]);
  });
});

describe('RECORD', () => {
  it('frames a row, with the time, and says that it is there [S27, S34]', () => {
    const { before, after } = messages().frame('accounts', at, undefined);
    expect(`${before}"accountid":"a"${after}`).toBe(
      '{"type":"RECORD","stream":"accounts","record":{"accountid":"a","_sdc_deleted_at":null,"is_deleted":false},"time_extracted":"2026-01-02T03:04:05.678Z"}\n',
    );
  });

  it('carries the version of a full load, and nothing else where deletes are off', () => {
    const { after } = messages({ deletes: false }).frame('accounts', at, 7);
    expect(`${after}`).toBe('},"time_extracted":"2026-01-02T03:04:05.678Z","version":7}\n');
  });

  it('says of a deleted row its key, the time and the flag [S34]', () => {
    const { bytes, lines } = messages().tombstones('accounts', ['a', 'b'], at);
    expect(lines).toBe(2);
    expect(parseLines(bytes)).toEqual(
      ['a', 'b'].map((accountid) => ({
        type: 'RECORD',
        stream: 'accounts',
        record: { accountid, _sdc_deleted_at: at.toISOString(), is_deleted: true },
        time_extracted: at.toISOString(),
      })),
    );
  });

  it('tells deletes once more where tracking was switched off since the last run', () => {
    const state = { streams: new Map([['contacts', { strategy: 'change_tracking' }]]), rest: {} };
    const { started, tombstones } = messages({ state });
    const [schema] = parseLines(started('contacts', undefined));
    expect(schema).toHaveProperty('schema.properties.is_deleted');
    expect(tombstones('contacts', ['a'], at).lines).toBe(1);
  });

  it.each([
    ['deletes are switched off', 'accounts', false],
    ['the stream has no delete columns', 'contacts', true],
  ])('makes no tombstones where %s', (_, name, deletes) => {
    const made = messages({ deletes }).tombstones(name, ['a'], at);
    expect({ ...made, bytes: made.bytes.toString() }).toEqual({ bytes: '', lines: 0 });
  });
});

describe('ACTIVATE_VERSION [S35]', () => {
  it('follows a full load when it is switched on', () => {
    expect(parseLines(messages({ activateVersion: true }).loaded('accounts', 7))).toEqual([
      { type: 'ACTIVATE_VERSION', stream: 'accounts', version: 7 },
    ]);
  });

  it('is not sent otherwise', () => {
    expect(messages().loaded('accounts', 7)).toHaveLength(0);
  });

  it('keeps tombstones of the load by giving them its version', () => {
    const run = messages({ activateVersion: true });
    run.frame('accounts', at, 7);
    expect(parseLines(run.tombstones('accounts', ['a'], at).bytes)[0]?.['version']).toBe(7);
  });
});

describe('STATE', () => {
  const given = {
    streams: new Map(),
    rest: { bookmarks: { leads: { x: 1 }, accounts: { old: 'a' } }, other: 2, currently_syncing: 'leads' },
    first: 'leads',
  };

  it('begins with the state given', () => {
    expect(parseLines(messages({ state: given }).begin())).toEqual([{ type: 'STATE', value: given.rest }]);
    expect(messages().begin()).toHaveLength(0);
  });

  it('keeps other bookmarks and unknown members, and makes what vanished null [S39, S42, S43]', () => {
    const run = messages({ state: given });
    expect(parseLines(run.state('accounts', { replication_key: 'modifiedon' }, 3))).toEqual([
      {
        type: 'STATE',
        value: {
          bookmarks: { leads: { x: 1 }, accounts: { replication_key: 'modifiedon', old: null } },
          currently_syncing: 'accounts',
          other: 2,
        },
      },
    ]);
  });

  it('is never sent twice the same [S44]', () => {
    const run = messages();
    expect(run.state('accounts', { n: 1 }, 3)).not.toHaveLength(0);
    expect(run.state('accounts', { n: 1 }, 3)).toHaveLength(0);
    expect(run.state('accounts', { n: 2 }, 3)).not.toHaveLength(0);
  });

  it.each([
    ['null after a run', 'complete', null],
    ['null after a run with a failed stream', 'failed', null],
    ['the open stream when the run was stopped', 'stopped', 'accounts'],
  ] as const)('ends with currently_syncing [S47] %s', (_, how, expected) => {
    const run = messages();
    run.started('accounts', undefined);
    const earlier = run.state('accounts', { n: 1 }, 3);
    if (how === 'complete') run.complete('accounts');
    if (how === 'failed') run.failed('accounts', new ConnectorError('transient', 'gone'));
    const last = parseLines(Buffer.concat([earlier, run.end(new Map())])).at(-1);
    expect(last).toEqual({
      type: 'STATE',
      value: { bookmarks: { accounts: { n: 1 } }, currently_syncing: expected },
    });
  });
});
