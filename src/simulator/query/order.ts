import { badQuery, refusal } from '../errors.ts';
import type { Row } from '../rows/generated.ts';
import { isReference } from '../rows/values.ts';
import type { Column, Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { comparable, compareValues } from './compare.ts';
import type { Cookie } from './cookie.ts';
import { propertyOf, unknownProperty } from './properties.ts';

/** One column of an order. */
export interface Ordering {
  readonly column: Column;
  readonly descending: boolean;
}

const unsortable = ['memo', 'choices', 'file', 'image'];

/** Parses `$orderby`. */
export function parseOrderBy(world: World, table: Table, text: string): Ordering[] {
  return text.split(',').map((entry) => {
    const [name = '', direction = 'asc', ...more] = entry.trim().split(/\s+/);
    if (more.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
      throw badQuery(`Syntax error at position ${Math.max(0, text.indexOf(direction))} in '${text}'.`);
    }
    const column = propertyOf(table, name);
    if (column === undefined) throw unknownProperty(world, name, table);
    if (unsortable.includes(column.type)) throw badQuery(`The column '${name}' cannot be used in $orderby.`);
    return { column, descending: direction === 'desc' };
  });
}

/** The order completed by the key: what pages go by. Without `$orderby` the key alone. */
export function completeOrder(table: Table, ordering: readonly Ordering[]): readonly Ordering[] {
  const key = table.columns.find((column) => column.name === table.key);
  if (key === undefined || ordering.some(({ column }) => column.name === table.key)) return ordering;
  return [...ordering, { column: key, descending: false }];
}

/** The values of a row in the columns of an order. */
export type Tuple = readonly ReturnType<typeof comparable>[];

export const tupleOf = (ordering: readonly Ordering[], row: Row): Tuple =>
  ordering.map(({ column }) => comparable(column, row.value(column.name)));

export function compareTuples(ordering: readonly Ordering[], a: Tuple, b: Tuple): number {
  for (const [place, { descending }] of ordering.entries()) {
    const order = compareValues(a[place] ?? null, b[place] ?? null);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** A value as the paging cookie shows it: guids in capitals and braces, dates with their milliseconds. */
function cookieText(column: Column, row: Row): string | null {
  const value = row.value(column.name);
  if (value === null) return null;
  if (isReference(value)) return `{${value.id.toUpperCase()}}`;
  if (column.type === 'key' || column.type === 'guid') return `{${String(value).toUpperCase()}}`;
  if (column.type === 'datetime' || column.type === 'naive') return new Date(Number(value)).toISOString();
  return String(value);
}

/** The place after which a cookie goes on, as a tuple of the order. */
export function cookieTuple(ordering: readonly Ordering[], cookie: Cookie): Tuple {
  return ordering.map(({ column }) => {
    const text = cookie.last.get(column.logicalName);
    if (text === undefined)
      throw refusal(400, '0x80040216', `The paging cookie names no ${column.logicalName}.`);
    if (text === null) return null;
    if (column.type === 'datetime' || column.type === 'naive') return Date.parse(text);
    if (/^\{.*\}$/.test(text)) return comparable({ ...column, type: 'guid' }, text.slice(1, -1));
    if (column.type === 'bigint') return BigInt(text);
    if (column.type === 'boolean') return text === 'true' ? 1 : 0;
    return ['integer', 'version', 'double', 'decimal', 'money', 'choice', 'state', 'status'].includes(
      column.type,
    )
      ? Number(text)
      : comparable(column, text);
  });
}

/** The places of the first and the last row of a page in its order. */
export function placesOf(ordering: readonly Ordering[], rows: readonly Row[]) {
  const place = (row: Row | undefined): Cookie['last'] =>
    new Map(
      row === undefined ? [] : ordering.map(({ column }) => [column.logicalName, cookieText(column, row)]),
    );
  return { first: place(rows[0]), last: place(rows.at(-1)) };
}
