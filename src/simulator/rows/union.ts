import type { Table } from '../schema/types.ts';
import type { Row } from './generated.ts';
import { sqlOrder } from './guid.ts';
import { compare, merged, type Store, sortValue } from './store.ts';

/** A table whose rows are the rows of others: `activitypointers` shows every email, task, call and appointment. */
export function unionOf(table: () => Table, parts: readonly Store[]): Store {
  return {
    name: table().logicalName,
    get table() {
      return table();
    },
    count: () => parts.reduce((sum, part) => sum + part.count(), 0),
    generation: () => parts.reduce((sum, part) => sum + part.generation(), 0),
    find: (key) => {
      for (const part of parts) {
        const row = part.find(key);
        if (row !== undefined) return row;
      }
      return undefined;
    },
    deletions: () => parts.flatMap((part) => part.deletions()).sort((a, b) => a.version - b.version),
    walk: function* (order, bounds = {}) {
      const sign = bounds.descending ? -1 : 1;
      const byOrder = (a: Row, b: Row): number =>
        sign *
        (compare(sortValue(a, order), sortValue(b, order)) || compare(sqlOrder(a.key), sqlOrder(b.key)));
      const walks = parts.map((part) => part.walk(order, bounds)[Symbol.iterator]());
      const all = walks.reduce(
        (left, right) => merged(left, right, byOrder),
        [][Symbol.iterator]() as Iterator<Row>,
      );
      for (let next = all.next(); !next.done; next = all.next()) yield next.value;
    },
  };
}

/** Rows that are worked out when asked for, as a store: the members of a collection, the options of all choices. */
export function listStore(
  name: string,
  table: () => Table,
  rows: () => readonly Row[],
  generation: () => number,
): Store {
  return {
    name,
    get table() {
      return table();
    },
    count: () => rows().length,
    generation,
    find: (key) => rows().find((row) => row.key === key.toLowerCase()),
    deletions: () => [],
    walk: function* (order, { descending } = {}) {
      const keyed = rows().map((row) => ({ row, sort: sortValue(row, order), key: sqlOrder(row.key) }));
      keyed.sort((a, b) => compare(a.sort, b.sort) || compare(a.key, b.key));
      for (const { row } of descending ? keyed.reverse() : keyed) yield row;
    },
  };
}
