import { sqlOrder } from '../rows/guid.ts';
import { isReference, type Value } from '../rows/values.ts';
import type { Column } from '../schema/types.ts';

/** What a value sorts and compares as; null stays null. Strings ignore case, guids follow SQL Server's order. */
export function comparable(column: Column, value: Value): number | bigint | string | null {
  if (value === null) return null;
  if (isReference(value)) return sqlOrder(value.id);
  switch (column.type) {
    case 'key':
    case 'guid':
    case 'file':
      return sqlOrder(String(value));
    case 'decimal':
    case 'money':
      return Number(value);
    default:
      if (typeof value === 'boolean') return value ? 1 : 0;
      return typeof value === 'string' ? value.toLowerCase() : value;
  }
}

/** Nulls sort first, as in SQL Server. */
export function compareValues(
  a: number | bigint | string | null,
  b: number | bigint | string | null,
): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
