import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../core/errors.ts';
import type { MessageOptions } from '../protocol.ts';
import { noState, parseLines, stream, withoutCursor } from '../testing/streams.testing.ts';
import { airbyteMessages } from './messages.ts';
import { airbyteSchema } from './schema.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
const tracked = stream({ columns: withoutCursor });
const untracked = stream({ name: 'contacts', columns: withoutCursor, changeTracking: false });

function selection(of: typeof tracked, schema = airbyteSchema(of, true)) {
  return { stream: of, columns: of.columns, mode: 'incremental', schema } as const;
}

function messages(options: Partial<MessageOptions> = {}) {
  return airbyteMessages({
    selections: [selection(tracked), selection(untracked)],
    missing: [],
    state: noState,
    deletes: true,
    activateVersion: false,
    now: () => 1000,
    ...options,
  });
}

const status = (name: string, is: string, extra = {}) => ({
  type: 'TRACE',
  trace: {
    type: 'STREAM_STATUS',
    emitted_at: 1000,
    stream_status: { stream_descriptor: { name }, status: is, ...extra },
  },
});

describe('stream status', () => {
  it('goes from STARTED with an estimate over RUNNING to COMPLETE [A39]', () => {
    const run = messages();
    expect(parseLines(run.started('accounts', 12))).toEqual([
      status('accounts', 'STARTED'),
      {
        type: 'TRACE',
        trace: {
          type: 'ESTIMATE',
          emitted_at: 1000,
          estimate: { name: 'accounts', type: 'STREAM', row_estimate: 12 },
        },
      },
    ]);
    expect(parseLines(run.started('contacts', undefined))).toEqual([status('contacts', 'STARTED')]);
    expect(parseLines(run.running('accounts'))).toEqual([status('accounts', 'RUNNING')]);
    expect(parseLines(run.complete('accounts'))).toEqual([status('accounts', 'COMPLETE')]);
  });

  it('shows a wait for the service with the time of its end [A50, A55]', () => {
    const reasons = [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: at.getTime() } }];
    expect(parseLines(messages().waiting('accounts', { seconds: 30, until: at }))).toEqual([
      status('accounts', 'RUNNING', { reasons }),
    ]);
  });
});

describe('RECORD', () => {
  it('frames a row with the markers that are configured [A52]', () => {
    const { before, after } = messages().frame('accounts', at, undefined);
    expect(`${before}"accountid":"a"${after}`).toBe(
      `{"type":"RECORD","record":{"stream":"accounts","emitted_at":${at.getTime()},"data":{"accountid":"a","_ab_cdc_deleted_at":null,"_ab_cdc_updated_at":"2026-01-02T03:04:05.678Z"}}}\n`,
    );
  });

  it('has no markers where none are configured [A31]', () => {
    const bare = { type: 'object', properties: { accountid: { type: 'string' } } };
    const run = messages({ selections: [selection(tracked, bare), selection(untracked)] });
    expect(`${run.frame('accounts', at, 7).after}`).toBe('}}}\n');
    expect(`${run.frame('contacts', at, undefined).after}`).toBe('}}}\n');
  });

  it('never goes back in time [A35]', () => {
    const run = messages({ now: () => at.getTime() + 10 });
    run.started('accounts', undefined);
    const { before, after } = run.frame('accounts', at, undefined);
    expect(JSON.parse(`${before}"accountid":"a"${after}`)).toMatchObject({
      record: { emitted_at: at.getTime() + 10, data: { _ab_cdc_updated_at: '2026-01-02T03:04:05.688Z' } },
    });
  });

  it('says of a deleted row its key, and the time in both markers [A33, A51]', () => {
    const { bytes, lines } = messages().tombstones('accounts', ['a'], at);
    const time = at.toISOString();
    expect(lines).toBe(1);
    expect(parseLines(bytes)).toEqual([
      {
        type: 'RECORD',
        record: {
          stream: 'accounts',
          emitted_at: at.getTime(),
          data: { accountid: 'a', _ab_cdc_deleted_at: time, _ab_cdc_updated_at: time },
        },
      },
    ]);
  });

  it.each([
    ['deletes are switched off', 'accounts', false],
    ['the marker is not configured', 'contacts', true],
  ])('makes no tombstones where %s', (_, name, deletes) => {
    expect(messages({ deletes }).tombstones(name, ['a'], at).lines).toBe(0);
  });
});

describe('STATE', () => {
  const state = (blob: object, count: string) =>
    `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"accounts"},"stream_state":${JSON.stringify(blob)}},"sourceStats":{"recordCount":${count}}}}\n`;

  it('counts records with a decimal point [A40]', () => {
    const run = messages();
    expect(`${run.state('accounts', { n: 1 }, 5)}`).toBe(state({ n: 1 }, '5.0'));
    expect(`${run.state('accounts', { n: 2 }, 0)}`).toBe(state({ n: 2 }, '0.0'));
  });

  it('is left out when it says nothing new', () => {
    const run = messages();
    run.state('accounts', { n: 1 }, 5);
    expect(run.state('accounts', { n: 1 }, 0)).toHaveLength(0);
    expect(run.state('contacts', { n: 1 }, 0)).not.toHaveLength(0);
  });

  it('is made unlike an earlier one when it covers new records [A41]', () => {
    const run = messages();
    run.state('accounts', { n: 1 }, 5);
    run.state('accounts', { n: 2 }, 5);
    expect(`${run.state('accounts', { n: 1 }, 3)}`).toBe(state({ n: 1, state_number: 2 }, '3.0'));
    expect(`${run.state('accounts', { n: 1 }, 3)}`).toBe(state({ n: 1, state_number: 3 }, '3.0'));
  });
});

describe('failed streams', () => {
  const forbidden = new ConnectorError('permission', 'no privilege');
  const outage = new ConnectorError('transient', 'gone', { status: 503 });

  it('are INCOMPLETE with an ERROR trace of their own [A58]', () => {
    const [trace, incomplete] = parseLines(messages().failed('accounts', outage));
    expect(trace).toEqual({
      type: 'TRACE',
      trace: {
        type: 'ERROR',
        emitted_at: 1000,
        error: {
          message: 'gone',
          internal_message: 'transient: {"status":503}',
          failure_type: 'transient_error',
          stream_descriptor: { name: 'accounts' },
        },
      },
    });
    expect(incomplete).toEqual(status('accounts', 'INCOMPLETE'));
  });

  it('hold back what cannot be retried until after what can, and end with a summary [A59, A61]', () => {
    const run = messages();
    expect(parseLines(run.failed('contacts', forbidden))).toEqual([status('contacts', 'INCOMPLETE')]);
    run.failed('accounts', outage);
    const errors = new Map([
      ['contacts', forbidden],
      ['accounts', outage],
    ]);
    expect(parseLines(run.end(errors))).toMatchObject([
      {
        trace: {
          emitted_at: 1001,
          error: { failure_type: 'config_error', stream_descriptor: { name: 'contacts' } },
        },
      },
      {
        trace: {
          emitted_at: 1002,
          error: {
            failure_type: 'transient_error',
            message: '2 streams did not sync: contacts, accounts. The messages before say why.',
          },
        },
      },
    ]);
  });

  it('carry a stack trace when the error is ours [A62]', () => {
    const cause = new TypeError('x is undefined');
    const [trace] = parseLines(messages().failed('accounts', new ConnectorError('bug', 'oops', { cause })));
    expect(trace).toMatchObject({
      trace: { error: { failure_type: 'system_error', stack_trace: cause.stack } },
    });
  });

  it('are none in a good run', () => {
    expect(messages().end(new Map())).toHaveLength(0);
  });
});
