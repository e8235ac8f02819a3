import { membersOf } from '../query/collections.ts';
import { writeCookie } from '../query/cookie.ts';
import { compile } from '../query/evaluate.ts';
import type { Expansion } from '../query/expand.ts';
import { writeOptions } from '../query/options.ts';
import { compareTuples, completeOrder, placesOf, tupleOf } from '../query/order.ts';
import type { Row } from '../rows/generated.ts';
import { isReference } from '../rows/values.ts';
import type { Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { pageCap } from './read.ts';
import { type Around, type RowWriter, rowWriter } from './rows.ts';

/** A writer of rows with their expanded rows after their own columns. */
export function expandedWriter(
  world: World,
  table: Table,
  write: RowWriter,
  expansions: readonly Expansion[],
  around: Around,
): RowWriter {
  if (expansions.length === 0) return write;
  const members = expansions.map((expansion) => memberWriter(world, table, expansion, around));
  return (row) => `${write(row).slice(0, -1)}${members.map((member) => `,${member(row)}`).join('')}}`;
}

function memberWriter(world: World, table: Table, expansion: Expansion, around: Around): RowWriter {
  const { target, selection, nested, name, way } = expansion;
  const plain = rowWriter(world, target, selection.columns, around);
  const write = expandedWriter(world, target, plain, nested, around);
  const test = expansion.filter === undefined ? undefined : compile(world, expansion.filter);
  if ('lookup' in way) {
    return (row) => {
      const value = row.value(way.lookup.name);
      const belongs =
        isReference(value) && (value.table === target.logicalName || target.logicalName === 'principal');
      const found = belongs ? world.store(value.table)?.find(value.id) : undefined;
      return `"${name}":${found === undefined || (test !== undefined && test(found) !== true) ? 'null' : write(found)}`;
    };
  }
  return (row) => {
    const ordering = completeOrder(target, expansion.ordering);
    const all = membersOf(world, way.collection, row.key)
      .filter((each) => test === undefined || test(each) === true)
      .map((each) => ({ each, tuple: tupleOf(ordering, each) }))
      .sort((a, b) => compareTuples(ordering, a.tuple, b.tuple))
      .map(({ each }) => each);
    // Only expansions with further ones inside are paged; others give everything up to the cap, and a link all the same.
    const cap = pageCap(target);
    const size =
      expansion.top ?? (nested.length > 0 ? Math.min(around.preferences.pageSize ?? cap, cap) : cap);
    const rows = all.slice(0, size);
    const link =
      expansion.top === undefined
        ? `,"${name}@odata.nextLink":${JSON.stringify(linkOf(table, row, expansion, rows, all.length > size, around))}`
        : '';
    return `"${name}":[${rows.map(write).join(',')}]${link}`;
  };
}

/** The link of a collection: from its start where all rows were given, or after the last one. */
function linkOf(
  table: Table,
  row: Row,
  { name, target, options, ordering }: Expansion,
  rows: readonly Row[],
  more: boolean,
  { base }: Around,
): string {
  const kept = writeOptions(options);
  const places = placesOf(completeOrder(target, ordering), rows);
  const token = more
    ? `$skiptoken=${writeCookie({ page: 2, tracking: false, maxTimestamp: undefined, ...places })}`
    : '';
  const query = [kept, token].filter((part) => part !== '').join('&');
  return `${base}${table.setName}(${row.key})/${name}${query === '' ? '' : `?${query}`}`;
}
