import type { Message } from '../support/program.ts';

/** One stream of the CATALOG message. */
export type CatalogStream = Message;

/** The streams of the CATALOG message of a `discover`; none where there is no such message. */
export function discoveredStreams(messages: readonly Message[]): readonly CatalogStream[] {
  return messages.find(({ type }) => type === 'CATALOG')?.['catalog'].streams ?? [];
}

/** The configured catalog that reads these streams: incrementally, as PyAirbyte asks for whatever the stream can. */
export function configured(
  streams: readonly CatalogStream[],
  mode: 'incremental' | 'full_refresh' = 'incremental',
): object {
  return {
    streams: streams.map((stream) => ({
      stream,
      sync_mode: mode,
      destination_sync_mode: mode === 'incremental' ? 'append_dedup' : 'overwrite',
      primary_key: stream['source_defined_primary_key'],
      cursor_field: stream['default_cursor_field'],
    })),
  };
}

/** The last state of each stream, as a state file holds them. */
export function lastStates(messages: readonly Message[]): readonly Message[] {
  const states = new Map<string, Message>();
  for (const { type, state } of messages) {
    if (type === 'STATE') states.set(state.stream.stream_descriptor.name, state);
  }
  return [...states.values()];
}

/** What a read said of one stream, in order: statuses by their word, `RECORD`, `STATE`, `ERROR`. */
export function eventsOf(messages: readonly Message[], stream: string): readonly string[] {
  return messages.flatMap(({ type, record, state, trace }) => {
    if (type === 'RECORD') return record.stream === stream ? ['RECORD'] : [];
    if (type === 'STATE') return state.stream.stream_descriptor.name === stream ? ['STATE'] : [];
    if (trace?.type === 'STREAM_STATUS') {
      const { stream_descriptor, status, reasons } = trace.stream_status;
      return stream_descriptor.name === stream ? [reasons ? 'RATE_LIMITED' : status] : [];
    }
    return trace?.type === 'ERROR' && trace.error.stream_descriptor?.name === stream ? ['ERROR'] : [];
  });
}
