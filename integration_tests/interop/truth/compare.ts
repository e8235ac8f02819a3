import type { Environment } from '../../support/environment.ts';
import type { Database } from '../machine/database.ts';

import { type Form, kept, type Sum, sumOf } from './checksum.ts';
import { type Losses, loadedRows, loadedTable } from './postgres.ts';
import { isTypeColumn, type Row, truthOf } from './truth.ts';

/** What a table should hold and what it does hold. */
export interface Comparison {
  readonly table: string;
  /** Columns of the source that the destination lacks. */
  readonly missing: readonly string[];
  /** Columns of the destination that the source does not know. */
  readonly unknown: readonly string[];
  readonly truth: Sum;
  readonly loaded: Sum;
  readonly deleted: number;
  /** The first cells that differ, where sums do. */
  readonly differences: readonly string[];
}

/**
 * Compares tables of a schema with the simulator's truth as of now: columns, counts, and checksums over all columns.
 * Only what the target is known to lose may be lost.
 */
export async function compare(
  environment: Environment,
  database: Database,
  schema: string,
  tables: readonly string[],
  losses: Losses = {},
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const table of tables) {
    const truth = truthOf(environment, table);
    const { columns, sum, deleted } = await loadedTable(database, schema, table, losses);
    const expected = sumOf(truth.rows, columns);
    comparisons.push({
      table,
      missing: [...truth.columns].filter((name) => !columns.has(name) && !isTypeColumn(name)).sort(),
      unknown: [...columns.keys()].filter((name) => !truth.columns.has(name)).sort(),
      truth: expected,
      loaded: sum,
      deleted,
      differences:
        expected.checksum === sum.checksum
          ? []
          : differences(truth.rows, await loadedRows(database, schema, table, losses), columns),
    });
  }
  return comparisons;
}

/** What `compare` finds when everything arrived; `deleted` rows stay, marked as such. */
export function equal(comparison: Comparison, deleted = 0): Comparison {
  const { table, truth } = comparison;
  return { table, missing: [], unknown: [], truth, loaded: truth, deleted, differences: [] };
}

/** What differs, told by the key; it is the first column of the wire. */
function differences(
  truth: readonly Row[],
  loaded: readonly Row[],
  columns: ReadonlyMap<string, Form>,
): readonly string[] {
  const key = [...(truth[0]?.keys() ?? [])].find((name) => columns.has(name)) ?? '';
  const found = new Map(loaded.map((row) => [row.get(key), row]));
  const cells = truth.flatMap((row) => {
    const other = found.get(row.get(key));
    if (other === undefined) return [`${key} ${row.get(key)} is not there`];
    return [...columns].flatMap(([name, form]) => {
      const [wanted, got] = [kept(row.get(name) ?? null, form), other.get(name) ?? null];
      return wanted === got
        ? []
        : [`${row.get(key)} ${name}: ${JSON.stringify(wanted)} became ${JSON.stringify(got)}`];
    });
  });
  return cells.slice(0, 5);
}
