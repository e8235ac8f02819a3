import { badQuery } from '../errors.ts';
import type { Reply } from '../http.ts';
import { hasLeadingWildcard, wildcardThrottling } from '../limits/wildcards.ts';
import { workOf } from '../limits/work.ts';
import { walkOrder } from '../query/bounds.ts';
import type { Cookie } from '../query/cookie.ts';
import { parseExpand } from '../query/expand.ts';
import { parseFilter } from '../query/filter.ts';
import { completeOrder, parseOrderBy, placesOf } from '../query/order.ts';
import { type RowQuery, rowsOf } from '../query/rows.ts';
import { parseSelect } from '../query/select.ts';
import { take } from '../rows/take.ts';
import type { Column } from '../schema/types.ts';
import type { World } from '../world.ts';
import { aggregateReply } from './aggregate.ts';
import type { Shape } from './blocks.ts';
import { countMembers, countRows } from './counts.ts';
import { writePage } from './envelope.ts';
import { expandedWriter } from './expand.ts';
import { applied } from './odata.ts';
import { contextOf, cookieOf, nextLink, pageCap, type Read, refuseUnknownOptions } from './read.ts';
import { type RowWriter, rowWriter } from './rows.ts';
import { deltaPage, trackedPage } from './tracked.ts';

/** One page of a set. */
export function pageOf(world: World, read: Read): Reply {
  const { options, preferences } = read;
  refuseUnknownOptions(options);
  const cookie = cookieOf(options, world.switches);
  if (options.has('$apply')) return aggregateReply(world, read);
  if (options.has('$deltatoken')) return deltaPage(world, read, cookie);
  // The cookie of a tracked read says so itself: the preference need not be repeated.
  if (cookie?.tracking ?? preferences.trackChanges) {
    const reply = trackedPage(world, read, cookie);
    if (reply !== undefined) return reply;
  }
  return plainPage(world, read, cookie);
}

/** A fresh query after the cookie's place, against the rows of now. */
function plainPage(world: World, read: Read, cookie: Cookie | undefined): Reply {
  const { store, preferences, options } = read;
  const { table } = store;
  const selection = parseSelect(world, table, options.get('$select'));
  const query = rowQuery(world, read, cookie);
  const cap = pageCap(table);
  const top = topOf(read);
  const size = Math.min(top ?? preferences.pageSize ?? cap, cap);
  const found = take(rowsOf(world, query), size + 1);
  const rows = found.slice(0, size);
  const more = found.length > size || (world.switches.emptyLastPage && rows.length === size && size > 0);
  const expansions = parseExpand(world, table, options.get('$expand'));
  const plain = rowWriter(world, table, selection.columns, read);
  const write = expandedWriter(world, table, plain, expansions, read);
  return writePage(world, {
    level: read.metadata,
    context: contextOf(read, selection, expansions),
    counts: countMembers(world, read, options.get('$count') === 'true' ? countRows(world, query) : undefined),
    rows,
    write,
    nextLink:
      top === undefined && more
        ? nextLink(
            read,
            { before: cookie, tracking: false, maxTimestamp: undefined },
            placesOf(query.ordering, rows),
          )
        : undefined,
    deltaLink: undefined,
    headers: applied(preferences),
    work: workOf(store, rows.length, selection.columns.length, {
      ordered: options.has('$orderby'),
      filtered: options.has('$filter'),
    }),
    shape: expansions.length > 0 ? undefined : shapeOf(world, read, query, selection.columns, write),
  });
}

export function rowQuery(world: World, read: Read, after: Cookie | undefined): RowQuery {
  const { store, options } = read;
  const filterText = options.get('$filter') ?? '';
  const orderBy = options.get('$orderby');
  const ordering = orderBy === undefined ? [] : parseOrderBy(world, store.table, orderBy);
  const filter = filterText === '' ? undefined : parseFilter(world, store.table, filterText, options);
  if (filter !== undefined && world.protection.settings().leadingWildcards === 'throttled') {
    if (hasLeadingWildcard(filter)) throw wildcardThrottling();
  }
  return {
    store,
    filterText: [...options].filter(([name]) => name === '$filter' || name.startsWith('@')).join('\n'),
    filter,
    ordering: completeOrder(store.table, ordering),
    given: ordering.length,
    after,
  };
}

/** `$top` is ignored where a page size is asked for. */
function topOf({ options, preferences }: Read): number | undefined {
  const text = options.get('$top');
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw badQuery(`Invalid value '${text}' for $top query option found.`);
  return preferences.pageSize === undefined ? Number(text) : undefined;
}

/** Ready-made blocks serve where rows stand in an order of the store, and print the same every time. */
function shapeOf(
  world: World,
  { store, preferences, metadata, gzip, user, numbersAsText }: Read,
  { ordering }: RowQuery,
  columns: readonly Column[],
  write: RowWriter,
): Shape | undefined {
  const generated = world.writable(store.table.logicalName)?.generated;
  const first = ordering[0];
  if (world.blocks === undefined || generated === undefined || !gzip || first === undefined) return undefined;
  const order = walkOrder(store.table, first.column.name);
  if (order === undefined || first.descending) return undefined;
  // Labels of lookups are names of other rows, which may change.
  const labels =
    preferences.annotations === undefined ? '' : `${preferences.annotations} ${world.versions.current()}`;
  const names = columns.map((column) => column.name);
  const name = [
    user.readsSecured,
    numbersAsText,
    store.table.logicalName,
    world.schema.version(),
    metadata,
    labels,
    order === 'key',
    ...names,
  ].join();
  return { name, write, byKey: order === 'key' };
}
