import { type ColumnSpec, columnsOfSpec } from './spec.ts';
import { type TableSpec, tableOfSpec } from './table-spec.ts';
import { builtInTables, installedTables } from './tables.ts';
import type { Module, Table } from './types.ts';

/** What an environment's tables are made of. */
export interface SchemaOptions {
  /** Tables that take the place of the built-in ones. */
  readonly base?: readonly Table[];
  /** Keeps of them only these, by set or logical name. */
  readonly only?: readonly string[];
  /** Modules that are not installed. */
  readonly without?: readonly Module[];
  readonly tables?: readonly TableSpec[];
  /** More columns of any of the tables. */
  readonly columns?: Readonly<Record<string, readonly ColumnSpec[]>>;
  /** Rows by table, of which only the names are looked at. */
  readonly rows?: Readonly<Record<string, number>>;
}

/** The tables of an environment at its start. @throws Error that names the table or column that is not right. */
export function assembleTables(options: SchemaOptions): Table[] {
  const base = options.base ?? builtInTables;
  const own = (options.tables ?? []).map(tableOfSpec);
  const named = (tables: readonly Table[], name: string): Table => {
    const found = tables.find(({ logicalName, setName }) => logicalName === name || setName === name);
    if (found === undefined) throw new Error(`there is no table ${name}`);
    return found;
  };
  for (const name of Object.keys(options.rows ?? {})) {
    if (name !== '*') named([...base, ...own], name);
  }
  const only = options.only?.map((name) => named(base, name));
  const all = [...(only === undefined ? base : base.filter((table) => only.includes(table))), ...own];
  for (const { logicalName, setName } of own) {
    if (all.filter((each) => each.logicalName === logicalName).length > 1)
      throw new Error(`there are two tables ${logicalName}`);
    if (all.filter((each) => each.setName === setName).length > 1)
      throw new Error(`there are two tables with the set ${setName}`);
  }
  const added = Object.entries(options.columns ?? {}).map(
    ([name, specs]) => [named(all, name), specs.flatMap(columnsOfSpec)] as const,
  );
  const complete = all.map((table) => {
    const more = added.flatMap(([target, columns]) => (target === table ? columns : []));
    for (const { logicalName } of more) {
      if (table.columns.some((column) => column.logicalName === logicalName))
        throw new Error(`${table.logicalName} already has a column ${logicalName}`);
    }
    return more.length === 0 ? table : { ...table, columns: [...table.columns, ...more] };
  });
  // A table that is not there is no target: the lookups to it go, as with a module that is not installed.
  const absent = base.filter((table) => !all.includes(table)).map((table) => ({ ...table, modules: [] }));
  return installedTables([...complete, ...absent], options.without ?? []);
}
