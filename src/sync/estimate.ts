import { isJsonObject } from '../core/json.ts';
import type { RunOptions } from './types.ts';

/** Tables named in one question. */
const batch = 50;

/** Whom to ask, and what for. */
type Means = Pick<RunOptions, 'client' | 'log' | 'signal'>;

/**
 * Rows a table, by logical name, according to RetrieveTotalRecordCount: a snapshot up to a day old, of all rows whatever the
 * role sees; good for progress and for choosing between one read and many. Tables that it refuses are left out.
 * Source: Microsoft, "RetrieveTotalRecordCount Function".
 */
export async function countRows(
  logicalNames: readonly string[],
  { client, log, signal }: Means,
): Promise<ReadonlyMap<string, number>> {
  const batches: (readonly string[])[] = [];
  for (let from = 0; from < logicalNames.length; from += batch)
    batches.push(logicalNames.slice(from, from + batch));
  const counts = await Promise.all(
    batches.map(async (names) => {
      try {
        const url = `RetrieveTotalRecordCount(EntityNames=@p1)?@p1=${encodeURIComponent(JSON.stringify(names))}`;
        const answer = await client.get({ url, stream: 'row counts', signal });
        return [...parseCounts(JSON.parse(answer.body.toString()))];
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        const reason = thrown instanceof Error ? thrown.message : thrown;
        log.log('debug', `Row counts are not available: ${reason}`);
        return [];
      }
    }),
  );
  return new Map(counts.flat());
}

/** The same by stream, for the tables of the selected streams; out of what was asked before, if it was. */
export async function estimateRows(options: RunOptions): Promise<ReadonlyMap<string, number>> {
  const streams = options.selections
    .map(({ stream }) => stream)
    .filter(({ table }) => table.kind !== 'virtual');
  const asked =
    options.rowCounts ??
    countRows(
      streams.map(({ table }) => table.logicalName),
      options,
    );
  const counts = await asked;
  return new Map(
    streams.flatMap(({ name, table }) => {
      const count = counts.get(table.logicalName);
      return count === undefined ? [] : [[name, count] as const];
    }),
  );
}

function parseCounts(body: unknown): ReadonlyMap<string, number> {
  const collection = isJsonObject(body) ? body['EntityRecordCountCollection'] : undefined;
  const counts = new Map<string, number>();
  if (!isJsonObject(collection)) return counts;
  const { Keys: keys, Values: values } = collection;
  if (!Array.isArray(keys) || !Array.isArray(values)) return counts;
  keys.forEach((key, index) => {
    const value: unknown = values[index];
    if (typeof key === 'string' && typeof value === 'number' && value >= 0) counts.set(key, value);
  });
  return counts;
}
