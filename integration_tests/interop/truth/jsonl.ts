import { readFileSync } from 'node:fs';
import { sumOf } from './checksum.ts';
import type { LoadedTable } from './compare.ts';
import { textsOf } from './json.ts';
import type { Row } from './truth.ts';

/** Columns that mark deleted rows; they are no columns of Dataverse's. */
const marks = new Set(['_sdc_deleted_at', 'is_deleted']);

/** A file of rows as JSON Lines, to which every load appends: of each key the last line counts. */
export function jsonlTable(file: string, key: string): LoadedTable {
  const newest = new Map<string | null, Row>();
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const row = textsOf(line);
    newest.set(row.get(key) ?? null, row);
  }
  const rows = [...newest.values()];
  const live = rows.filter((row) => row.get('_sdc_deleted_at') == null);
  const columns = new Map(
    [...new Set(live.flatMap((row) => [...row.keys()]))]
      .filter((name) => !marks.has(name))
      .map((name) => [name, 'exact' as const]),
  );
  return { columns, sum: sumOf(live, columns), deleted: rows.length - live.length, rows: async () => live };
}
