import { consequences, type FailureType } from '../../core/consequences.ts';
import type { ConnectorError } from '../../core/errors.ts';
import { nothing } from '../lines.ts';
import type { MessageOptions, Messages } from '../protocol.ts';
import { airbyteSchema, deletedAt, propertiesOf, updatedAt } from './schema.ts';
import { newStates } from './state.ts';
import { errorTrace, rowEstimate, streamStatus, summaryTrace } from './traces.ts';

/** The messages of one Airbyte read: RECORD, STATE and TRACE (airbyte_protocol.yaml 0.18.0). */
export function airbyteMessages(options: MessageOptions): Messages {
  const streams = new Map(
    options.selections.map((selection) => [selection.stream.name, configured(selection, options.deletes)]),
  );
  const states = newStates();
  const held = new Map<string, ConnectorError>();
  const reported = new Set<string>();
  const clock = risingClock(options.now ?? Date.now);

  return {
    begin: () => nothing,
    started(stream, estimate) {
      const status = streamStatus(stream, 'STARTED', clock.now());
      return estimate === undefined
        ? status
        : Buffer.concat([status, rowEstimate(stream, estimate, clock.now())]);
    },
    running: (stream) => streamStatus(stream, 'RUNNING', clock.now()),
    frame(stream, at) {
      const extracted = clock.atLeast(at.getTime());
      const { deleted, updated } = streams.get(stream) ?? { deleted: false, updated: false };
      const markers = `${deleted ? `,"${deletedAt}":null` : ''}${updated ? `,"${updatedAt}":"${utc(extracted)}"` : ''}`;
      return { before: Buffer.from(recordStart(stream, extracted)), after: Buffer.from(`${markers}}}}\n`) };
    },
    tombstones(stream, ids, at) {
      const { deleted, updated, key } = streams.get(stream) ?? {
        deleted: false,
        updated: false,
        key: undefined,
      };
      if (!deleted || key === undefined || !options.deletes) return { bytes: nothing, lines: 0 };
      const extracted = clock.atLeast(at.getTime());
      const time = JSON.stringify(utc(extracted));
      const before = `${recordStart(stream, extracted)}${JSON.stringify(key)}:`;
      const after = `,"${deletedAt}":${time}${updated ? `,"${updatedAt}":${time}` : ''}}}}\n`;
      const lines = ids.map((id) => before + JSON.stringify(id) + after);
      return { bytes: Buffer.from(lines.join('')), lines: lines.length };
    },
    loaded: () => nothing,
    state: (stream, state, records) => Buffer.from(states.next(stream, state, records)),
    complete: (stream) => streamStatus(stream, 'COMPLETE', clock.now()),
    failed(stream, error) {
      const incomplete = () => streamStatus(stream, 'INCOMPLETE', clock.now());
      if (!mayBeRetried(error)) {
        held.set(stream, error);
        return incomplete();
      }
      reported.add(stream);
      return Buffer.concat([errorTrace(error, clock.now(), stream), incomplete()]);
    },
    waiting: (stream, waiting) => streamStatus(stream, 'RUNNING', clock.now(), waiting),
    end(errors) {
      const all = new Map([...held, ...errors]);
      if (all.size === 0) return nothing;
      // The platform looks at the earliest ERROR trace alone, and retries nothing when that is a config_error.
      const late = [...all].filter(([stream]) => !reported.has(stream));
      const ordered = [
        ...late.filter(([, error]) => mayBeRetried(error)),
        ...late.filter(([, error]) => !mayBeRetried(error)),
      ];
      const traces = ordered.map(([stream, error]) => errorTrace(error, clock.later(), stream));
      const failure = failureTypeOf([...all.values()]);
      return Buffer.concat([...traces, summaryTrace([...all.keys()], failure, clock.later())]);
    },
  };
}

/** Which marker columns a stream is to carry, by its configured schema, and its key. */
function configured(selection: MessageOptions['selections'][number], deletes: boolean) {
  const schema = selection.schema ?? airbyteSchema(selection.stream, deletes);
  const properties = propertiesOf(schema) ?? {};
  return {
    deleted: Object.hasOwn(properties, deletedAt),
    updated: Object.hasOwn(properties, updatedAt),
    key: selection.stream.key[0],
  };
}

function mayBeRetried(error: ConnectorError): boolean {
  return consequences[error.kind].failureType !== 'config_error';
}

/** The failure type of several failures together: what can be retried should be. */
function failureTypeOf(errors: readonly ConnectorError[]): FailureType {
  const types = new Set(errors.map((error) => consequences[error.kind].failureType));
  if (types.has('transient_error')) return 'transient_error';
  return types.has('system_error') ? 'system_error' : 'config_error';
}

/** Times in milliseconds that never fall, whatever the system's clock does: destinations order rows by them. */
function risingClock(now: () => number) {
  let last = 0;
  const atLeast = (time: number): number => {
    last = Math.max(last, Math.trunc(time));
    return last;
  };
  return { atLeast, now: () => atLeast(now()), later: () => atLeast(Math.max(now(), last + 1)) };
}

function recordStart(stream: string, extracted: number): string {
  return `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"emitted_at":${extracted},"data":{`;
}

function utc(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
