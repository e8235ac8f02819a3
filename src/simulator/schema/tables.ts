import * as activities from './tables/activities.ts';
import * as customers from './tables/customers.ts';
import * as more from './tables/more.ts';
import * as people from './tables/people.ts';
import * as sales from './tables/sales.ts';
import * as service from './tables/service.ts';
import { organization, small, stringmap } from './tables/small.ts';
import type { Module, Table } from './types.ts';

/** Every built-in table, in the order in which the service document lists them. */
export const builtInTables: readonly Table[] = [
  ...Object.values(customers),
  ...Object.values(sales),
  ...Object.values(service),
  ...Object.values(activities),
  ...Object.values(people),
  ...Object.values(more),
  organization,
  stringmap,
  ...small,
];

/**
 * The tables of an environment without some modules. A table goes when none of its modules is left; lookups lose the
 * targets that went, and go with their last target.
 */
export function installedTables(tables: readonly Table[], without: readonly Module[]): Table[] {
  const left = tables.filter((table) => table.modules.some((module) => !without.includes(module)));
  const gone = new Set(tables.filter((table) => !left.includes(table)).map((table) => table.logicalName));
  return left.map((table) => ({
    ...table,
    columns: table.columns.flatMap((column) => {
      const navigations = column.navigations?.filter(({ target }) => !gone.has(target));
      if (navigations === undefined) return [column];
      if (navigations.length === 0 && column.navigations?.length) return [];
      return [{ ...column, navigations }];
    }),
  }));
}
