import { badQuery, type Refusal, refusal } from '../errors.ts';
import type { Reply } from '../http.ts';
import { workOf } from '../limits/work.ts';
import { type Cookie, percent } from '../query/cookie.ts';
import { writeOptions } from '../query/options.ts';
import { completeOrder, type Ordering, placesOf } from '../query/order.ts';
import { propertyOf } from '../query/properties.ts';
import { rowsOf } from '../query/rows.ts';
import { parseSelect } from '../query/select.ts';
import type { Row } from '../rows/generated.ts';
import { compare, type Deletion } from '../rows/store.ts';
import { take } from '../rows/take.ts';
import { refusePartialTracking } from '../users.ts';
import type { World } from '../world.ts';
import { countMembers } from './counts.ts';
import { writePage } from './envelope.ts';
import { applied } from './odata.ts';
import { contextOf, nextLink, pageCap, type Read } from './read.ts';
import { rowWriter } from './rows.ts';

/**
 * Change tracking: a read with `Prefer: odata.track-changes`, whose last page carries a delta link, and reads of that link.
 * https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
 */
const day = 86_400_000;

/** A page of the first read; undefined where the table is not tracked and the preference is ignored. */
export function trackedPage(world: World, read: Read, cookie: Cookie | undefined): Reply | undefined {
  const { store, preferences, options } = read;
  if (!allowsTracking(world, read)) return undefined;
  const selection = parseSelect(world, store.table, options.get('$select'));
  const size = Math.min(preferences.pageSize ?? pageCap(store.table), pageCap(store.table));
  const ordering = completeOrder(store.table, []);
  const found = take(
    rowsOf(world, { store, filter: undefined, filterText: '', ordering, given: 0, after: cookie }),
    size + 1,
  );
  const rows = found.slice(0, size);
  // The version is fixed on the first page: what changes while the pages are read is in the first delta.
  const version = cookie?.maxTimestamp ?? world.versions.settled();
  const more = found.length > size;
  return writePage(world, {
    level: read.metadata,
    context: contextOf(read, selection),
    counts: countMembers(world, read, trackedCount(world, read, store.count())),
    rows,
    write: rowWriter(world, store.table, selection.columns, read),
    nextLink: more
      ? nextLink(read, { before: cookie, tracking: true, maxTimestamp: version }, placesOf(ordering, rows))
      : undefined,
    deltaLink: more ? undefined : deltaLink(world, read, version),
    headers: applied(preferences, { tracking: preferences.trackChanges }),
    work: workOf(store, rows.length, selection.columns.length),
  });
}

/** A page of what changed since a token: rows by version, then the deleted ones. */
export function deltaPage(world: World, read: Read, cookie: Cookie | undefined): Reply {
  const { store, preferences, options } = read;
  if (!allowsTracking(world, read)) throw notTracked(world, read);
  const token = readToken(world, read);
  if (isExpired(world, read, token)) {
    if (world.switches.expiredToken === 'error') throw expired(world);
    const everything = trackedPage(world, { ...read, options: withoutToken(read) }, undefined);
    if (everything !== undefined) return everything;
  }
  const selection = parseSelect(world, store.table, options.get('$select'));
  const size = Math.min(preferences.pageSize ?? pageCap(store.table), pageCap(store.table));
  const ordering = versionOrder(read);
  const version = cookie?.maxTimestamp ?? world.versions.settled();
  const place = placeOf(cookie);
  const rows =
    place.deleted === undefined
      ? take(changedRows(read, Math.max(token.version, place.version)), size + 1)
      : [];
  const deleted = deletedSince(world, read, Math.max(token.version, place.deleted ?? 0));
  const shown = rows.slice(0, size);
  const gone = deleted.slice(0, size - shown.length);
  const more = rows.length > size || deleted.length > gone.length;
  const last = gone.at(-1);
  const places =
    last === undefined
      ? placesOf(ordering, shown)
      : {
          first: new Map([['deleted', String(last.version)]]),
          last: new Map([['deleted', String(last.version)]]),
        };
  return writePage(world, {
    level: read.metadata,
    context: `${contextOf(read, selection)}/$delta`,
    counts: countMembers(world, read, trackedCount(world, read, changeCount(world, read))),
    rows: shown,
    write: rowWriter(world, store.table, selection.columns, read),
    others: gone.map((deletion) => deletedRow(read, deletion)),
    nextLink: more
      ? nextLink(read, { before: cookie, tracking: true, maxTimestamp: version }, places)
      : undefined,
    deltaLink: more ? undefined : deltaLink(world, read, version),
    headers: applied(preferences, { tracking: preferences.trackChanges }),
    work: workOf(store, shown.length, selection.columns.length, { ordered: true }),
  });
}

/** Number of changes since the token, for `/$count?$deltatoken=`. */
export function changeCount(world: World, read: Read): number {
  const { version } = readToken(world, read);
  let count = deletedSince(world, read, version).length;
  for (const _ of changedRows(read, version)) count++;
  return count;
}

const trackedCount = (world: World, { options }: Read, total: number): number | undefined =>
  options.get('$count') === 'true' && world.switches.countWhileTracking ? total : undefined;

/** Refuses what cannot be tracked; false where the preference is silently ignored. */
function allowsTracking(world: World, read: Read): boolean {
  refusePartialTracking(read.user, read.store.table);
  const { changeTracking } = read.store.table;
  if (!changeTracking) {
    if (world.switches.trackingDisabled === 'ignored') return false;
    throw notTracked(world, read);
  }
  for (const name of ['$filter', '$orderby', '$expand', '$top']) {
    if (read.options.has(name)) {
      throw refusal(
        world.switches.trackingErrorStatus,
        '0x80060888',
        `The "${name}" query parameter isn't supported when Change Tracking is enabled.`,
      );
    }
  }
  return true;
}

function notTracked(world: World, { store }: Read): Refusal {
  const { logicalName, kind } = store.table;
  const status = world.switches.trackingErrorStatus;
  return kind === 'intersect'
    ? refusal(
        status,
        '0x80072492',
        `Changes cannot be retrieved for intersect entity ${logicalName} since both related entities are not enabled for change tracking.`,
      )
    : refusal(status, '0x80072491', `Entity ${logicalName} isn't enabled for change tracking.`);
}

const expired = (world: World): Refusal =>
  refusal(
    world.switches.trackingErrorStatus,
    '0x80044352',
    'Version stamp associated with the client has expired. Please perform a full sync.',
  );

interface Token {
  readonly version: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** `<rowversion>!MM/dd/yyyy HH:mm:ss`, UTC. */
function deltaLink(world: World, read: Read, version: number): string {
  const now = new Date(world.clock.now());
  const date = `${two(now.getUTCMonth() + 1)}/${two(now.getUTCDate())}/${now.getUTCFullYear()}`;
  const time = `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())}`;
  const kept = new Map([...read.options].filter(([name]) => name === '$select'));
  const query = kept.size === 0 ? '' : `${writeOptions(kept)}&`;
  return `${read.base}${read.store.table.setName}?${query}$deltatoken=${percent(`${version}!${date} ${time}`)}`;
}

function readToken(world: World, { options }: Read): Token {
  const text = options.get('$deltatoken') ?? '';
  const match = /^(\d+)!(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (match === null) throw badQuery('The delta token is not valid.');
  const [version = 0, month = 0, date = 0, year = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  if (version > world.versions.current()) throw expired(world);
  return { version, at: Date.UTC(year, month - 1, date, hour, minute, second) };
}

/**
 * A token is void once the table's definition has changed, or when it is over age and changes that old are still to be
 * fetched (an idle table's token lives on, unless the switch says otherwise).
 */
function isExpired(world: World, { store }: Read, token: Token): boolean {
  if (world.schema.editedAt(store.table.logicalName) > token.version) return true;
  const oldest = world.clock.now() - world.changeTrackingDays * day;
  if (token.at >= oldest) return false;
  if (world.switches.idleTokensExpire) return true;
  const upTo = world.versions.upTo(oldest);
  for (const row of store.walk('versionnumber', { low: token.version + 1, high: upTo })) {
    const version = Number(row.value('versionnumber'));
    if (version > token.version && version <= upTo) return true;
  }
  return store.deletions().some(({ version }) => version > token.version && version <= upTo);
}

const withoutToken = ({ options }: Read): Read['options'] =>
  new Map([...options].filter(([name]) => name !== '$deltatoken' && name !== '$skiptoken'));

function versionOrder({ store }: Read): readonly Ordering[] {
  const column = propertyOf(store.table, 'versionnumber');
  return completeOrder(store.table, column === undefined ? [] : [{ column, descending: false }]);
}

function* changedRows({ store }: Read, after: number): Generator<Row> {
  for (const row of store.walk('versionnumber', { low: after + 1 })) {
    if (Number(row.value('versionnumber')) > after) yield row;
  }
}

/** Deletions are forgotten after the retention period; a row that was made again under the same key is not deleted. */
function deletedSince(world: World, { store }: Read, after: number): Deletion[] {
  const oldest = world.clock.now() - world.changeTrackingDays * day;
  const last = new Map<string, Deletion>();
  for (const deletion of store.deletions()) last.set(deletion.key, deletion);
  return [...last.values()]
    .filter(({ version, at, key }) => version > after && at >= oldest && store.find(key) === undefined)
    .sort((a, b) => compare(a.version, b.version));
}

/** Where the page before ended: at a row's version, or among the deletions. */
function placeOf(cookie: Cookie | undefined): { version: number; deleted: number | undefined } {
  const deleted = cookie?.last.get('deleted');
  return {
    version: Number(cookie?.last.get('versionnumber') ?? 0),
    deleted: typeof deleted === 'string' ? Number(deleted) : undefined,
  };
}

/** Exactly three members: the id is the bare guid, and the key column is not there. */
function deletedRow(read: Read, { key }: Deletion): string {
  const context = `"@odata.context":"${read.base}$metadata#${read.store.table.setName}/$deletedEntity",`;
  return `{${read.metadata === 'none' ? '' : context}"id":"${key}","reason":"deleted"}`;
}
