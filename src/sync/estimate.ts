import { isJsonObject } from '../core/json.ts';
import type { RunOptions } from './types.ts';

/** Tables named in one question. */
const batch = 50;

/**
 * Rows a table according to RetrieveTotalRecordCount, by stream: a snapshot up to a day old, of all rows whatever the
 * role sees; good for progress and for choosing between one read and many. Tables that it refuses are left out.
 * Source: Microsoft, "RetrieveTotalRecordCount Function".
 */
export async function estimateRows(options: RunOptions): Promise<ReadonlyMap<string, number>> {
  const { client, selections, log, signal } = options;
  const tables = selections.map(({ stream }) => stream).filter(({ table }) => table.kind !== 'virtual');
  const counts = new Map<string, number>();
  const batches: (typeof tables)[] = [];
  for (let from = 0; from < tables.length; from += batch) batches.push(tables.slice(from, from + batch));
  await Promise.all(
    batches.map(async (streams) => {
      const names = JSON.stringify(streams.map(({ table }) => table.logicalName));
      try {
        const url = `RetrieveTotalRecordCount(EntityNames=@p1)?@p1=${encodeURIComponent(names)}`;
        const answer = await client.get({ url, stream: 'row counts', signal });
        const byTable = parseCounts(JSON.parse(answer.body.toString()));
        for (const { name, table } of streams) {
          const count = byTable.get(table.logicalName);
          if (count !== undefined) counts.set(name, count);
        }
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        log.log(
          'debug',
          `Row counts are not available: ${thrown instanceof Error ? thrown.message : thrown}`,
        );
      }
    }),
  );
  return counts;
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
