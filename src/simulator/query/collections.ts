import type { Row } from '../rows/generated.ts';
import { isReference } from '../rows/values.ts';
import { association, partner, sidesOf } from '../schema/partners.ts';
import type { Column, Table } from '../schema/types.ts';
import type { World } from '../world.ts';

/** A collection-valued navigation property: the rows that point here, or those joined by an N:N table. */
export type Collection =
  | { readonly kind: 'children'; readonly target: Table; readonly lookup: Column }
  | {
      readonly kind: 'many';
      readonly target: Table;
      readonly intersect: Table;
      readonly near: Column;
      readonly far: Column;
    };

export function collectionOf(world: World, table: Table, name: string): Collection | undefined {
  for (const other of world.schema.tables()) {
    if (association(other) === name) {
      const sides = sidesOf(other);
      const near = sides.find((side) => side.table === table.logicalName);
      const far = sides.find((side) => side !== near);
      const target = far === undefined ? undefined : world.schema.byName(far.table);
      if (near === undefined || far === undefined || target === undefined) continue;
      return { kind: 'many', target, intersect: other, near: near.column, far: far.column };
    }
    for (const lookup of other.columns) {
      const points = lookup.navigations?.some(({ target }) => target === table.logicalName);
      if (points && partner(other, lookup, table.logicalName) === name) {
        return { kind: 'children', target: other, lookup };
      }
    }
  }
  return undefined;
}

/** The rows of a collection, in key order of its table. */
export function membersOf(world: World, collection: Collection, key: string): readonly Row[] {
  const { target } = collection;
  if (collection.kind === 'children') return index(world, target, collection.lookup).get(key) ?? [];
  const joined = index(world, collection.intersect, collection.near).get(key) ?? [];
  return joined.flatMap(
    (row) => world.store(target.logicalName)?.find(String(row.value(collection.far.name))) ?? [],
  );
}

interface Kept {
  readonly generation: number;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}
const kept = new WeakMap<World, Map<string, Kept>>();

/** Rows of a table by the row that a column points to; kept until a row changes. */
function index(world: World, table: Table, column: Column): ReadonlyMap<string, readonly Row[]> {
  const store = world.store(table.logicalName);
  const indexes = kept.get(world) ?? new Map<string, Kept>();
  kept.set(world, indexes);
  const name = `${table.logicalName}.${column.name}`;
  const known = indexes.get(name);
  const generation = store?.generation() ?? 0;
  if (known?.generation === generation) return known.rows;
  const rows = new Map<string, Row[]>();
  for (const row of store?.walk('key') ?? []) {
    const value = row.value(column.name);
    const key = isReference(value) ? value.id : typeof value === 'string' ? value : undefined;
    if (key === undefined) continue;
    const list = rows.get(key);
    if (list === undefined) rows.set(key, [row]);
    else list.push(row);
  }
  indexes.set(name, { generation, rows });
  return rows;
}
