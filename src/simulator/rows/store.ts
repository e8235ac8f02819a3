import type { Table } from '../schema/types.ts';
import type { GeneratedRows, RisingColumn, Row } from './generated.ts';
import { sqlOrder } from './guid.ts';
import type { Value } from './values.ts';

/** An order that the store can walk without sorting: the key in SQL order, or a column that rises with the index. */
export type WalkOrder = 'key' | RisingColumn;

/** Bounds of a walk, both inclusive and only a shortcut: the caller's filter stays the judge. Key bounds are `sqlOrder` texts. */
export interface Bounds {
  readonly low?: number | string;
  readonly high?: number | string;
  readonly descending?: boolean;
}

/** A row that is gone, as change tracking remembers it. */
export interface Deletion {
  readonly key: string;
  readonly version: number;
  /** Epoch milliseconds of the virtual clock. */
  readonly at: number;
}

/** The rows of one table as of now. */
export interface Store {
  /** Tells lists apart that are kept between requests. */
  readonly name: string;
  readonly table: Table;
  readonly count: () => number;
  readonly find: (key: string) => Row | undefined;
  readonly walk: (order: WalkOrder, bounds?: Bounds) => Iterable<Row>;
  /** In order of their versions. */
  readonly deletions: () => readonly Deletion[];
  /** Grows with every change; a cached answer is good as long as it stays. */
  readonly generation: () => number;
}

/** A store whose rows can be changed. */
export interface WritableStore extends Store {
  readonly generated: GeneratedRows;
  /** Puts a new row, or changes columns of an existing one; a new row takes what is not given from the template, if any. */
  readonly put: (key: string, values: Readonly<Record<string, Value>>, template?: Row) => void;
  readonly remove: (key: string, version: number, at: number) => boolean;
  /** Takes a row away without a trace. */
  readonly hide: (key: string) => void;
  /** True while no row has been changed: generated pages are then good as they are. */
  readonly pristine: () => boolean;
  /** What restoring a backup needs: the state of now, to be given back later. */
  readonly save: () => SavedRows;
  readonly restore: (saved: SavedRows) => void;
}

/** The changes to a table up to some moment. */
export interface SavedRows {
  readonly overlay: ReadonlyMap<string, Row>;
  readonly hidden: ReadonlySet<number>;
  readonly deletions: readonly Deletion[];
}

/** What a row sorts by in one of the store's own orders. */
export const sortValue = (row: Row, order: WalkOrder): number | string =>
  order === 'key' ? sqlOrder(row.key) : Number(row.value(order) ?? 0);

/**
 * Generated rows plus an overlay of what was changed since. Changed rows hide the generated row of the same key; a walk
 * merges the two in order.
 */
export function storeOf(table: () => Table, generated: GeneratedRows): WritableStore {
  let overlay = new Map<string, Row>();
  let hidden = new Set<number>();
  let deletions: Deletion[] = [];
  const sorted = new Map<WalkOrder, Row[]>();
  let generation = 0;

  const changed = (): void => {
    generation++;
    sorted.clear();
  };
  const find = (key: string): Row | undefined => {
    const lower = key.toLowerCase();
    const over = overlay.get(lower);
    if (over !== undefined) return over;
    const index = generated.find(lower);
    return index === undefined || hidden.has(index) ? undefined : generated.row(index);
  };
  const hide = (key: string): void => {
    const lower = key.toLowerCase();
    const index = generated.find(lower);
    if (index !== undefined) hidden.add(index);
    overlay.delete(lower);
    changed();
  };
  const overlaid = (order: WalkOrder): Row[] => {
    let rows = sorted.get(order);
    if (rows === undefined) {
      const keyed = [...overlay.values()].map((row) => ({
        row,
        sort: sortValue(row, order),
        key: sqlOrder(row.key),
      }));
      keyed.sort((a, b) => compare(a.sort, b.sort) || compare(a.key, b.key));
      rows = keyed.map((each) => each.row);
      sorted.set(order, rows);
    }
    return rows;
  };

  return {
    name: table().logicalName,
    get table() {
      return table();
    },
    generated,
    find,
    count: () => generated.count - hidden.size + overlay.size,
    generation: () => generation,
    pristine: () => overlay.size === 0 && hidden.size === 0,
    deletions: () => deletions,
    save: () => ({ overlay: new Map(overlay), hidden: new Set(hidden), deletions: [...deletions] }),
    restore: (saved) => {
      overlay = new Map(saved.overlay);
      hidden = new Set(saved.hidden);
      deletions = [...saved.deletions];
      changed();
    },
    walk: (order, bounds = {}) =>
      merged(
        generatedWalk(generated, hidden, order, bounds),
        within(overlaid(order), order, bounds),
        (a, b) =>
          (compare(sortValue(a, order), sortValue(b, order)) || compare(sqlOrder(a.key), sqlOrder(b.key))) *
          (bounds.descending ? -1 : 1),
      ),
    put: (key, values, template) => {
      const lower = key.toLowerCase();
      const before = find(lower) ?? template;
      const index = generated.find(lower);
      if (index !== undefined) hidden.add(index);
      overlay.set(lower, changedRow(lower, before, values));
      changed();
    },
    hide,
    remove: (key, version, at) => {
      const lower = key.toLowerCase();
      if (find(lower) === undefined) return false;
      hide(lower);
      deletions.push({ key: lower, version, at });
      // A transaction that commits late brings an earlier version.
      deletions.sort((a, b) => a.version - b.version);
      return true;
    },
  };
}

/** A row with some columns replaced; chains of updates are flattened so that values stay one look-up away. */
function changedRow(
  key: string,
  before: Row | undefined,
  values: Readonly<Record<string, Value>>,
): Row & { readonly own: Readonly<Record<string, Value>>; readonly under: Row | undefined } {
  const earlier = before as Partial<ReturnType<typeof changedRow>> | undefined;
  const own = earlier?.own === undefined ? values : { ...earlier.own, ...values };
  const under = earlier?.own === undefined ? before : earlier.under;
  return {
    key,
    own,
    under,
    value: (name) => (Object.hasOwn(own, name) ? (own[name] ?? null) : (under?.value(name) ?? null)),
  };
}

function* generatedWalk(
  rows: GeneratedRows,
  hidden: ReadonlySet<number>,
  order: WalkOrder,
  { low, high, descending }: Bounds,
): Generator<Row> {
  if (rows.count === 0) return;
  const first = low === undefined ? 0 : Math.max(0, placeOf(rows, order, low) - 1);
  const last = high === undefined ? rows.count - 1 : Math.min(rows.count - 1, placeOf(rows, order, high) + 2);
  for (let step = 0; step <= last - first; step++) {
    const position = descending ? last - step : first + step;
    const index = order === 'key' ? rows.atRank(position) : position;
    if (!hidden.has(index)) yield order === 'key' ? rows.row(index, position) : rows.row(index);
  }
}

/** The first position in an order that may hold a value. */
function placeOf(rows: GeneratedRows, order: WalkOrder, value: number | string): number {
  if (order === 'key') return Math.min(rows.count - 1, rows.rankOf(String(value)));
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows.rising(order, middle) < Number(value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* within(rows: readonly Row[], order: WalkOrder, { low, high, descending }: Bounds): Generator<Row> {
  for (let step = 0; step < rows.length; step++) {
    const row = rows[descending ? rows.length - 1 - step : step];
    if (row === undefined) continue;
    const sort = sortValue(row, order);
    if ((low === undefined || compare(sort, low) >= 0) && (high === undefined || compare(sort, high) <= 0))
      yield row;
  }
}

/** Merges two walks that are each in order. */
export function* merged(
  left: Iterator<Row>,
  right: Iterator<Row>,
  order: (a: Row, b: Row) => number,
): Generator<Row> {
  let one = left.next();
  let two = right.next();
  while (!one.done || !two.done) {
    if (two.done || (!one.done && order(one.value, two.value) <= 0)) {
      yield one.value as Row;
      one = left.next();
    } else {
      yield two.value;
      two = right.next();
    }
  }
}

export const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);
