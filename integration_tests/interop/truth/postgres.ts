import type { Database } from '../machine/database.ts';
import type { Form } from './checksum.ts';
import type { LoadedTable } from './compare.ts';
import type { Row } from './truth.ts';

/** What a target is known to do to values on their way into PostgreSQL. Nothing, where it is empty. */
export interface Losses {
  /** Columns of type numeric went through a binary number of 64 bits. */
  readonly rounds?: true;
  /** Text is kept in the form `escaped`. */
  readonly escapes?: true;
}

/** A table in PostgreSQL, summed up by PostgreSQL itself (see `sumOf` for what the sum is). */
export async function postgresTable(
  database: Database,
  schema: string,
  table: string,
  losses: Losses = {},
): Promise<LoadedTable> {
  const columns = await columnsOf(database, schema, table, losses);
  const cells = columns.map((column) => {
    const text = textOf(column);
    return `coalesce(octet_length(${text}) || ':' || ${text}, '-')`;
  });
  const [found] = await database.rows<{ rows: number; checksum: string; deleted: number }>(
    `select count(*) filter (where live) as rows, count(*) filter (where not live) as deleted,
       md5(coalesce(string_agg(hash, '' order by hash collate "C") filter (where live), '')) as checksum
     from (select _sdc_deleted_at is null as live, md5(array_to_string(array[${cells}], '')) as hash
           from "${schema}"."${table}") hashed`,
  );
  if (found === undefined) throw new Error(`no answer about ${schema}.${table}`);
  const { rows, checksum, deleted } = found;
  return {
    columns: new Map(columns.map(({ name, form }) => [name, form])),
    sum: { rows, checksum },
    deleted,
    rows: () => rowsOf(database, schema, table, columns),
  };
}

async function rowsOf(
  database: Database,
  schema: string,
  table: string,
  columns: readonly Column[],
): Promise<readonly Row[]> {
  const pairs = columns.map((column) => `['${column.name}', ${textOf(column)}]`);
  const rows = await database.rows<{ texts: readonly [string, string | null][] }>(
    `select array[${pairs}] as texts from "${schema}"."${table}" where _sdc_deleted_at is null`,
  );
  return rows.map(({ texts }) => new Map(texts));
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly form: Form;
}

async function columnsOf(
  database: Database,
  schema: string,
  table: string,
  losses: Losses,
): Promise<readonly Column[]> {
  const columns = await database.rows<Omit<Column, 'form'>>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = '${schema}' and table_name = '${table}'
       and column_name not like '\\_sdc\\_%' and column_name <> 'is_deleted'
     order by column_name collate "C"`,
  );
  return columns.map((column) => ({ ...column, form: formOf(column.type, losses) }));
}

function formOf(type: string, losses: Losses): Form {
  if (type === 'double precision' || (type === 'numeric' && losses.rounds)) return 'double';
  if (type.startsWith('timestamp')) return 'timestamp';
  return losses.escapes && (type === 'text' || type === 'character varying') ? 'escaped' : 'exact';
}

/** The text that Dataverse would write for a column of this PostgreSQL type, in the form it is kept in. */
function textOf({ name, type, form }: Column): string {
  const column = `"${name}"`;
  if (form === 'double') return `encode(float8send(${column}::float8), 'hex')`;
  switch (type) {
    case 'timestamp without time zone':
      return `replace(to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')`;
    case 'date':
      return `to_char(${column}, 'YYYY-MM-DD')`;
    case 'text':
    case 'character varying':
    case 'numeric':
    case 'bigint':
    case 'integer':
    case 'smallint':
    case 'boolean':
      return `${column}::text`;
    default:
      throw new Error(`there is no rule for columns of type ${type}`);
  }
}
