import type { Message } from './program.ts';
import type { ProtocolName } from './ways.ts';

type Row = Readonly<Record<string, unknown>>;

/** A destination that upserts and deletes by key, as those of each protocol do. */
export interface Destination {
  /** Rows by key, without the columns that only mark deletes. */
  rows(stream: string): ReadonlyMap<string, Row>;
  /** Records so far, repeats and deletes included. */
  readonly received: number;
  /** Takes the messages of one run. Throws on a record without its key. */
  apply(messages: readonly Message[]): void;
}

interface Held {
  readonly row: Row;
  /** Airbyte: what decides between two records of a key, the cursor and then the time of extraction. */
  readonly rank: readonly [string, number];
  readonly version: unknown;
}

/** Columns that say whether and when a row was deleted. */
const markers = new Set(['_sdc_deleted_at', 'is_deleted', '_ab_cdc_deleted_at', '_ab_cdc_updated_at']);

/**
 * A destination whose tables have these keys. Singer targets let the last record of a key win; Airbyte's destinations that
 * of the highest cursor, whenever it comes.
 */
export function createDestination(keys: Readonly<Record<string, string>>): Destination {
  const tables = new Map<string, Map<string, Held>>();
  let received = 0;
  const tableOf = (stream: string): Map<string, Held> => {
    const found = tables.get(stream) ?? new Map<string, Held>();
    tables.set(stream, found);
    return found;
  };

  const put = (stream: string, row: Row, rank: Held['rank'], version: unknown): void => {
    const id = row[keys[stream] ?? ''];
    if (typeof id !== 'string') throw new Error(`a record of ${stream} has no key: ${JSON.stringify(row)}`);
    received += 1;
    const table = tableOf(stream);
    const before = table.get(id);
    if (before !== undefined && isOlder(rank, before.rank)) return;
    if (row['is_deleted'] === true || (row['_ab_cdc_deleted_at'] ?? null) !== null) {
      table.delete(id);
      return;
    }
    const kept = Object.entries(row).filter(([name]) => !markers.has(name));
    table.set(id, { row: Object.fromEntries(kept), rank, version });
  };

  return {
    rows: (stream) => new Map([...tableOf(stream)].map(([id, { row }]) => [id, row])),
    get received() {
      return received;
    },
    apply(messages) {
      for (const { type, stream, record, version } of messages) {
        if (type === 'RECORD' && typeof stream === 'string') put(stream, record, ['', 0], version);
        else if (type === 'RECORD') {
          const cursor = record.data._ab_cdc_updated_at ?? record.data.modifiedon ?? '';
          put(record.stream, record.data, [cursor, record.emitted_at], undefined);
        } else if (type === 'ACTIVATE_VERSION') {
          const table = tableOf(stream);
          for (const [id, held] of table) if (held.version !== version) table.delete(id);
        }
      }
    },
  };
}

function isOlder(one: Held['rank'], other: Held['rank']): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}

/** The state file for the next run: what came after `before`; undefined while there is none. */
export function stateAfter(before: unknown, messages: readonly Message[], protocol: ProtocolName): unknown {
  const states = messages.filter(({ type }) => type === 'STATE');
  if (states.length === 0) return before;
  if (protocol === 'singer') return states.at(-1)?.['value'];
  const nameOf = (state: Message): string => state['stream'].stream_descriptor.name;
  // A state of the whole, as other connectors leave it, is taken apart by the first run.
  const known = ((before ?? []) as Message[]).filter(({ type }) => type === 'STREAM');
  const byStream = new Map(known.map((state) => [nameOf(state), state]));
  for (const { state } of states) byStream.set(nameOf(state), state);
  return [...byStream.values()];
}
