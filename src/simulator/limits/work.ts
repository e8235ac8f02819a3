import type { Store } from '../rows/store.ts';
import type { Work } from './cost.ts';

/** What reading these rows costs the service. */
export const workOf = (
  { table }: Store,
  rows: number,
  columns: number,
  how: { readonly ordered?: boolean; readonly filtered?: boolean } = {},
): Work => ({
  table: table.logicalName,
  rows,
  columns,
  ordered: how.ordered ?? false,
  filtered: how.filtered ?? false,
});
