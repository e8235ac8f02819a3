import { badQuery } from '../errors.ts';
import type { Column, Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { type Collection, collectionOf } from './collections.ts';
import type { Expression } from './expression.ts';
import { parseFilter } from './filter.ts';
import { type Ordering, parseOrderBy } from './order.ts';
import { navigationOf, unknownProperty } from './properties.ts';
import { parseSelect, type Selection } from './select.ts';
import { readExpandItem, splitOutside } from './split.ts';

/** One navigation property to be expanded. */
export interface Expansion {
  readonly name: string;
  readonly target: Table;
  /** The lookup of a single-valued property, or the collection. */
  readonly way: { readonly lookup: Column } | { readonly collection: Collection };
  readonly selection: Selection;
  readonly filter: Expression | undefined;
  readonly ordering: readonly Ordering[];
  readonly top: number | undefined;
  readonly nested: readonly Expansion[];
  /** As written, for links to more rows. */
  readonly options: ReadonlyMap<string, string>;
}

const most = 15;

/**
 * Parses `$expand`. https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/join-tables
 */
export function parseExpand(world: World, table: Table, text: string | undefined): readonly Expansion[] {
  const expansions = parseList(world, table, text ?? '', false);
  const count = (list: readonly Expansion[]): number =>
    list.reduce((sum, each) => sum + 1 + count(each.nested), 0);
  if (count(expansions) > most) {
    throw badQuery(`The number of $expand options exceeds the limit of ${most}.`);
  }
  return expansions;
}

function parseList(world: World, table: Table, text: string, nested: boolean): Expansion[] {
  return splitOutside(text, ',').map((part) => {
    const item = readExpandItem(part);
    if (item === undefined) throw badQuery(`Syntax error at position 0 in '${part}'.`);
    const { name, options } = item;
    const single = navigationOf(world, table, name);
    const collection = single === undefined ? collectionOf(world, table, name) : undefined;
    const target = single?.target ?? collection?.target;
    const way = single ?? (collection === undefined ? undefined : { collection });
    if (target === undefined || way === undefined) throw unknownProperty(world, name, table);
    const inner = parseList(world, target, options.get('$expand') ?? '', true);
    const restricted = single !== undefined || nested || inner.length > 0;
    if (collection?.kind === 'many') onlySelectAndFilter(options, 'many-to-many relationship');
    if (restricted)
      onlySelectAndFilter(options, 'many-to-one relationship or nested one-to-many relationship');
    const filter = options.get('$filter');
    const orderBy = options.get('$orderby');
    return {
      name,
      target,
      way,
      selection: parseSelect(world, target, options.get('$select')),
      filter: filter === undefined ? undefined : parseFilter(world, target, filter),
      ordering: orderBy === undefined ? [] : parseOrderBy(world, target, orderBy),
      top: options.has('$top') ? Number(options.get('$top')) : undefined,
      nested: inner,
      options,
    };
  });
}

function onlySelectAndFilter(options: ReadonlyMap<string, string>, kind: string): void {
  if (options.has('$orderby') || options.has('$top')) {
    throw badQuery(`Only $select and $filter clause can be provided while doing $expand on ${kind}.`);
  }
}
