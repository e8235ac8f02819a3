import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a tap said about one stream. Deleted rows are counted apart. */
export interface StreamTally {
  readonly schemas: number;
  readonly records: number;
  readonly deletes: number;
}

/** Counts the messages of a run, by stream, reading the file line by line: it may be large. */
export async function tally(messages: string): Promise<ReadonlyMap<string, StreamTally>> {
  const streams = new Map<string, { schemas: number; records: number; deletes: number }>();
  for await (const line of createInterface({ input: createReadStream(messages) })) {
    const message = JSON.parse(line) as SingerMessage;
    if (message.type !== 'SCHEMA' && message.type !== 'RECORD') continue;
    const seen = streams.get(message.stream) ?? { schemas: 0, records: 0, deletes: 0 };
    streams.set(message.stream, seen);
    if (message.type === 'SCHEMA') seen.schemas += 1;
    else if (message.record['_sdc_deleted_at'] == null) seen.records += 1;
    else seen.deletes += 1;
  }
  return streams;
}

/** The key of each stream, as its SCHEMA says; the tables here have one column in theirs. */
export async function keysOf(messages: string): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(messages) })) {
    const message = JSON.parse(line) as SingerMessage;
    if (message.type === 'SCHEMA') keys.set(message.stream, message.key_properties[0] ?? '');
  }
  return keys;
}

/** The two messages that are counted; others pass by. */
type SingerMessage =
  | { readonly type: 'SCHEMA'; readonly stream: string; readonly key_properties: readonly string[] }
  | { readonly type: 'RECORD'; readonly stream: string; readonly record: Readonly<Record<string, unknown>> }
  | { readonly type: 'STATE' | 'ACTIVATE_VERSION' };
