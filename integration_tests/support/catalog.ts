import type { Message } from './program.ts';
import type { ProtocolName } from './ways.ts';

/** The catalog file that selects all that discovery found: `found` is Singer's catalog or the CATALOG message's. */
export function selectAll(protocol: ProtocolName, found: Message, full: boolean): Message {
  if (protocol === 'airbyte') {
    return {
      streams: found['streams'].map((stream: Message) => ({
        stream,
        sync_mode: full ? 'full_refresh' : 'incremental',
        destination_sync_mode: 'append_dedup',
      })),
    };
  }
  for (const { metadata } of found['streams']) {
    const own = metadata.find(({ breadcrumb }: Message) => breadcrumb.length === 0).metadata;
    own.selected = true;
    if (full) own['replication-method'] = 'FULL_TABLE';
  }
  return found;
}
