import type { Column, ColumnType, Table } from '../dataverse/metadata/types.ts';

/** A column of a table, for tests. */
export function column(name: string, type: ColumnType, more: Partial<Column> = {}): Column {
  return { name, logicalName: name.replace(/^_(.*)_value$/, '$1'), type, ...more };
}

/** A table with key `accountid`, for tests. */
export function table(columns: readonly Column[], more: Partial<Table> = {}): Table {
  return {
    logicalName: 'account',
    setName: 'accounts',
    key: 'accountid',
    kind: 'standard',
    columns,
    changeTracking: true,
    custom: false,
    ...more,
  };
}
