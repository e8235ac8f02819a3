import { badQuery } from '../errors.ts';
import type { Column, Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { propertyOf, surfacedColumns, unknownProperty } from './properties.ts';

/** What a read returns of each row. */
export interface Selection {
  /** Columns in the order in which they are written. */
  readonly columns: readonly Column[];
  /** Names as the context lists them; undefined where nothing was selected. */
  readonly named: readonly string[] | undefined;
}

/**
 * Parses `$select`. The key comes along unasked, last; a money column brings its currency lookup.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/select-columns
 */
export function parseSelect(world: World, table: Table, text: string | undefined): Selection {
  if (text === undefined || text.trim() === '*') {
    const whole = world.switches.imagesInFullReads;
    const columns = surfacedColumns(table).filter((column) => whole || !column.onlyWhenSelected);
    return { columns, named: undefined };
  }
  const named = text.split(',').map((name) => name.trim());
  const columns = new Map<string, Column>();
  for (const name of named) {
    if (name === '') throw badQuery(`Syntax error at position ${text.length} in '${text}'.`);
    const column = propertyOf(table, name);
    if (column === undefined) throw unknownProperty(world, name, table);
    columns.set(name, column);
  }
  const bring = (name: string): void => {
    const column = propertyOf(table, name);
    if (column !== undefined && !columns.has(name)) columns.set(name, column);
  };
  if ([...columns.values()].some((column) => column.type === 'money')) bring('_transactioncurrencyid_value');
  bring(table.key);
  return { columns: [...columns.values()], named };
}
