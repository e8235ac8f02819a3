import { badQuery } from '../errors.ts';
import { type Cookie, readCookie, writeCookie } from '../query/cookie.ts';
import type { Expansion } from '../query/expand.ts';
import { type QueryOptions, writeOptions } from '../query/options.ts';
import type { Selection } from '../query/select.ts';
import type { Store } from '../rows/store.ts';
import type { Table } from '../schema/types.ts';
import type { Switches } from '../switches.ts';
import type { User } from '../users.ts';
import type { Around } from './rows.ts';

/** Rows a page at most, and the cap of every count. */
export const pageCap = (table: Table): number => (table.kind === 'elastic' ? 500 : 5000);

/** A read of a set: what the route found out about it. */
export interface Read extends Around {
  readonly store: Store;
  readonly user: User;
  /** Path of the set or collection after the base, for links. */
  readonly path: string;
  readonly options: QueryOptions;
  /** The client reads gzip. */
  readonly gzip: boolean;
}

const supported = [
  'select',
  'filter',
  'orderby',
  'top',
  'count',
  'skiptoken',
  'expand',
  'apply',
  'deltatoken',
];

/** Refuses the options that the service does not know; names are case-sensitive. */
export function refuseUnknownOptions(options: QueryOptions): void {
  for (const name of options.keys()) {
    if (name.startsWith('$') && !supported.includes(name.slice(1))) {
      throw badQuery(`The query parameter ${name} is not supported`);
    }
  }
}

export const contextOf = (
  { base, store }: Read,
  selection: Selection,
  expansions: readonly Expansion[] = [],
): string => `${base}$metadata#${store.table.setName}${contextList(selection, expansions)}`;

/** The selection as the context shows it: `(name,primarycontactid(fullname))`. */
function contextList(selection: Selection, expansions: readonly Expansion[]): string {
  const names = [
    ...(selection.named ?? []),
    ...expansions.map((each) => `${each.name}${contextList(each.selection, each.nested) || '()'}`),
  ];
  return names.length === 0 ? '' : `(${names.join(',')})`;
}

export function cookieOf(options: QueryOptions, switches: Switches): Cookie | undefined {
  const token = options.get('$skiptoken');
  if (token === undefined) return undefined;
  return readCookie(switches.blanksInSkipTokens === 'plus' ? token.replaceAll('+', ' ') : token);
}

/** The link to the page after one that ends with these rows. */
export function nextLink(
  read: Read,
  cookie: Omit<Cookie, 'page' | 'first' | 'last'> & { readonly before: Cookie | undefined },
  places: { readonly first: Cookie['first']; readonly last: Cookie['last'] },
): string {
  const { before, ...state } = cookie;
  const token = writeCookie({ ...state, ...places, page: (before?.page ?? 1) + 1 });
  const rest = new Map([...read.options].filter(([name]) => name !== '$skiptoken'));
  const query = rest.size === 0 ? '' : `${writeOptions(rest)}&`;
  return `${read.base}${read.path}?${query}$skiptoken=${token}`;
}
