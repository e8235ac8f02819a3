import { join } from 'node:path';
import { output } from '../machine/run.ts';
import { type Form, kept, sumOf } from './checksum.ts';
import type { LoadedTable } from './compare.ts';
import type { Row } from './truth.ts';

const script = join(import.meta.dirname, '..', 'python', 'duckdb_rows.py');

/** Names of columns that loaders add, and the one among them that marks deleted rows. */
const bookkeeping = /^(_airbyte_|_ab_cdc_|_sdc_)|^is_deleted$/;
const deletedAt = /^(_ab_cdc|_sdc)_deleted_at$/;

/** What a loader is known to do to values on their way into DuckDB. Nothing, where it is empty. */
export interface DuckdbLosses {
  /** Empty text became NULL. */
  readonly filled?: true;
}

/** Tables of a DuckDB file. `python` is an interpreter that has duckdb. */
export async function duckdbTables(
  python: string,
  file: string,
  schema: string,
  tables: readonly string[],
  losses: DuckdbLosses = {},
): Promise<readonly LoadedTable[]> {
  const printed = await output(python, [script, file, schema, ...tables]);
  const lines = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return tables.map((table) => {
    const own = lines.filter((line) => line.table === table);
    const types = own.find((line) => line.types)?.types ?? {};
    return tableOf(
      types,
      own.flatMap(({ row }) => (row ? [row] : [])),
      losses,
    );
  });
}

/** What the script prints. */
interface Line {
  readonly table: string;
  readonly types?: Readonly<Record<string, string>>;
  readonly row?: Readonly<Record<string, string | number | null>>;
}

function tableOf(
  types: NonNullable<Line['types']>,
  found: readonly NonNullable<Line['row']>[],
  losses: DuckdbLosses,
): LoadedTable {
  const names = Object.keys(types).filter((name) => !bookkeeping.test(name));
  const columns = new Map(names.map((name) => [name, formOf(String(types[name]), losses)]));
  const mark = Object.keys(types).find((name) => deletedAt.test(name)) ?? '';
  const live = found
    .filter((row) => row[mark] == null)
    .map((row): Row => new Map(names.map((name) => [name, textOf(row[name])])));
  return {
    columns,
    sum: sumOf(live, new Map(names.map((name) => [name, 'exact']))),
    deleted: found.length - live.length,
    rows: async () => live,
  };
}

function formOf(type: string, losses: DuckdbLosses): Form {
  if (type === 'DOUBLE') return 'double';
  if (type === 'DECIMAL(38,9)') return 'decimal9';
  if (type.startsWith('TIMESTAMP')) return 'timestamp';
  return losses.filled && type === 'VARCHAR' ? 'filled' : 'exact';
}

function textOf(value: string | number | null | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' ? kept(String(value), 'double') : value;
}
