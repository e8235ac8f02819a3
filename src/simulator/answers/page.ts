import { badQuery } from '../errors.ts';
import type { Reply } from '../http.ts';
import { walkOrder } from '../query/bounds.ts';
import { type Cookie, readCookie, writeCookie } from '../query/cookie.ts';
import { parseFilter } from '../query/filter.ts';
import { type QueryOptions, writeOptions } from '../query/options.ts';
import { completeOrder, cookieText, type Ordering, parseOrderBy } from '../query/order.ts';
import { type RowQuery, rowsOf } from '../query/rows.ts';
import { parseSelect } from '../query/select.ts';
import type { Row } from '../rows/generated.ts';
import type { Store } from '../rows/store.ts';
import type { Column } from '../schema/types.ts';
import type { World } from '../world.ts';
import type { Shape } from './blocks.ts';
import { answer, applied, jsonType } from './odata.ts';
import type { Preferences } from './preferences.ts';
import { type RowWriter, rowWriter } from './rows.ts';

/** Rows a page at most, and the cap of every count. */
export const largestPage = 5000;
export const largestElasticPage = 500;

/** A read of a set: what the route found out about it. */
export interface Read {
  readonly store: Store;
  /** `https://host/api/data/v9.2/` */
  readonly base: string;
  readonly options: QueryOptions;
  readonly preferences: Preferences;
  readonly metadata: 'minimal' | 'full' | 'none';
  /** The client reads gzip. */
  readonly gzip: boolean;
}

const supported = [
  '$select',
  '$filter',
  '$orderby',
  '$top',
  '$count',
  '$skiptoken',
  '$expand',
  '$apply',
  '$deltatoken',
];

/** Refuses the options that the service does not know; names are case-sensitive. */
export function refuseUnknownOptions(options: QueryOptions): void {
  for (const name of options.keys()) {
    if (name.startsWith('$') && !supported.includes(name)) {
      throw badQuery(`The query parameter ${name} is not supported`);
    }
  }
}

/** One page of a set: a fresh query after the cookie's place. */
export function pageOf(world: World, read: Read): Reply {
  const { store, options, preferences } = read;
  const { table } = store;
  refuseUnknownOptions(options);
  const selection = parseSelect(world, table, options.get('$select'));
  const cookie = cookieOf(options);
  const query = rowQuery(world, read, cookie);
  const most = table.kind === 'elastic' ? largestElasticPage : largestPage;
  const size = Math.min(preferences.pageSize ?? most, most);
  const top = topOf(options, preferences);
  const wanted = top === undefined ? size : Math.min(top, most);
  const rows = take(rowsOf(world, query), wanted + 1);
  const more = rows.length > wanted;
  const page = rows.slice(0, wanted);

  const write = rowWriter(world, table, selection.columns, preferences, read.metadata);
  const list = selection.named === undefined ? '' : `(${selection.named.join(',')})`;
  const head = [
    ...(read.metadata === 'none' ? [] : [`"@odata.context":"${read.base}$metadata#${table.setName}${list}"`]),
    ...counts(world, read, query, most),
  ];
  const full = page.length === wanted && world.switches.emptyLastPage && page.length > 0;
  const link = top === undefined && (more || full) ? nextLink(read, query.ordering, cookie, page) : undefined;
  const start = `{${[...head, '"value":['].join(',')}`;
  const end = link === undefined ? ']}' : `],"@odata.nextLink":${JSON.stringify(link)}}`;
  const headers = applied(preferences);
  const shape = shapeOf(world, read, query.ordering, selection.columns, write);
  if (shape !== undefined && world.blocks !== undefined) {
    const body = world.blocks.compose(start, page, end, shape);
    return { status: 200, headers: [jsonType(read.metadata), ...headers], body, compressed: true };
  }
  return answer(`${start}${page.map(write).join(',')}${end}`, read.metadata, headers);
}

/** Ready-made blocks serve where rows stand in an order of the store, and print the same every time. */
function shapeOf(
  world: World,
  { store, preferences, metadata, gzip }: Read,
  ordering: readonly Ordering[],
  columns: readonly Column[],
  write: RowWriter,
): Shape | undefined {
  const generated = world.writable(store.table.logicalName)?.generated;
  const first = ordering[0];
  if (world.blocks === undefined || generated === undefined || !gzip || first === undefined) return undefined;
  const order = walkOrder(store.table, first.column.name);
  if (order === undefined || first.descending) return undefined;
  // Labels of lookups are names of other rows, which may change.
  const labels = preferences.annotations === undefined ? '' : `${preferences.annotations} ${world.version()}`;
  const name = [
    store.table.logicalName,
    metadata,
    labels,
    order === 'key',
    columns.map((column) => column.name),
  ].join();
  return { name, write, generated, byKey: order === 'key' };
}

export function rowQuery(world: World, read: Read, after: Cookie | undefined): RowQuery {
  const { store, options } = read;
  const filterText = options.get('$filter') ?? '';
  const orderBy = options.get('$orderby');
  return {
    store,
    filterText: [...options].filter(([name]) => name === '$filter' || name.startsWith('@')).join('\n'),
    filter: filterText === '' ? undefined : parseFilter(world, store.table, filterText, options),
    ordering: completeOrder(
      store.table,
      orderBy === undefined ? [] : parseOrderBy(world, store.table, orderBy),
    ),
    after,
  };
}

export function cookieOf(options: QueryOptions): Cookie | undefined {
  const token = options.get('$skiptoken');
  return token === undefined ? undefined : readCookie(token);
}

/** `$top` is ignored where a page size is asked for. */
function topOf(options: QueryOptions, preferences: Preferences): number | undefined {
  const text = options.get('$top');
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw badQuery(`Invalid value '${text}' for $top query option found.`);
  return preferences.pageSize === undefined ? Number(text) : undefined;
}

function counts(world: World, read: Read, query: RowQuery, cap: number): string[] {
  const { options, preferences } = read;
  const counted = options.get('$count') === 'true';
  const total = counted ? countRows(world, query, cap) : undefined;
  const own = preferences.wantsAnnotation('Microsoft.Dynamics.CRM.totalrecordcount');
  return [
    ...(total === undefined ? [] : [`"@odata.count":${Math.min(total, cap)}`]),
    ...(own
      ? [
          `"@Microsoft.Dynamics.CRM.totalrecordcount":${total === undefined ? -1 : Math.min(total, cap)}`,
          `"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":${total !== undefined && total > cap}`,
          `"@Microsoft.Dynamics.CRM.globalmetadataversion":"${world.metadataVersion()}"`,
        ]
      : []),
  ];
}

/** Counts up to one more than the cap. */
export function countRows(world: World, query: RowQuery, cap: number): number {
  if (query.filter === undefined) return query.store.count();
  let count = 0;
  for (const _ of rowsOf(world, { ...query, after: undefined })) if (++count > cap) break;
  return count;
}

function nextLink(
  read: Read,
  ordering: readonly Ordering[],
  before: Cookie | undefined,
  page: readonly Row[],
): string {
  const place = (row: Row | undefined): Map<string, string | null> =>
    new Map(
      row === undefined ? [] : ordering.map(({ column }) => [column.logicalName, cookieText(column, row)]),
    );
  const token = writeCookie({
    page: (before?.page ?? 1) + 1,
    first: place(page[0]),
    last: place(page.at(-1)),
    tracking: false,
    maxTimestamp: undefined,
  });
  const rest = new Map([...read.options].filter(([name]) => name !== '$skiptoken'));
  const query = rest.size === 0 ? '' : `${writeOptions(rest)}&`;
  return `${read.base}${read.store.table.setName}?${query}$skiptoken=${token}`;
}

export function take(rows: Iterable<Row>, count: number): Row[] {
  const taken: Row[] = [];
  if (count <= 0) return taken;
  for (const row of rows) {
    taken.push(row);
    if (taken.length >= count) break;
  }
  return taken;
}
