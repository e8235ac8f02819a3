import type { Environment } from '../../support/environment.ts';
import { type Form, kept, type Sum, sumOf } from './checksum.ts';
import { isTypeColumn, type Row, truthOf } from './truth.ts';

/** A table that a destination made: its own bookkeeping columns are left out, and rows that are marked as deleted. */
export interface LoadedTable {
  readonly columns: ReadonlyMap<string, Form>;
  readonly sum: Sum;
  /** How many rows are marked as deleted. */
  readonly deleted: number;
  /** The rows as texts in their columns' forms, to find out where a sum differs. */
  readonly rows: () => Promise<readonly Row[]>;
}

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

/** Compares a loaded table with the simulator's truth as of now: columns, count, and a checksum over all columns. */
export async function compare(
  environment: Environment,
  table: string,
  loaded: LoadedTable,
): Promise<Comparison> {
  const { columns, sum, deleted } = loaded;
  const truth = truthOf(environment, table);
  const expected = sumOf(truth.rows, columns);
  const equal = expected.checksum === sum.checksum;
  return {
    table,
    missing: [...truth.columns].filter((name) => !columns.has(name) && !isTypeColumn(name)).sort(),
    unknown: [...columns.keys()].filter((name) => !truth.columns.has(name)).sort(),
    truth: expected,
    loaded: sum,
    deleted,
    differences: equal ? [] : differences(truth.rows, await loaded.rows(), columns),
  };
}

/** What `compare` finds when everything arrived; `deleted` rows stay, marked as such. */
export function equal({ table, truth }: Comparison, deleted = 0): Comparison {
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
      if (wanted === got) return [];
      return [`${row.get(key)} ${name}: ${JSON.stringify(wanted)} became ${JSON.stringify(got)}`];
    });
  });
  return cells.slice(0, 5);
}
