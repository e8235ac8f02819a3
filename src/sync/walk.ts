import { ConnectorError } from '../core/errors.ts';
import { formatInstant, type Instant, parseInstant } from '../core/instant.ts';
import { memberString } from '../records/row.ts';
import type { Range } from './ranges.ts';
import { type Answered, allOf, type Page, type Query, type Reader } from './reader.ts';

/** Writes a page; resolves when it was taken. */
export type Deliver = (page: Page) => Promise<void>;

/** What a walk over a range calls. */
export interface RangeWalk {
  /** Filter and other options beside the range's bounds. */
  readonly base: Query;
  /** A page has come; `range.seen` and `range.more` are up to date. */
  readonly fetched: () => void;
  readonly deliver: Deliver;
  /** `range.at` has advanced over rows that were written. */
  readonly moved: () => Promise<void>;
}

/**
 * Reads a range of instants in rising order. The next page is asked for while the present one is written. When somebody
 * took the upper half of the range in the meantime, the walk goes on by its links and leaves out what is no longer its own.
 * Only when it has to ask afresh do rows of the second where it stood come twice; never not at all.
 */
export async function walkRange(
  reader: Reader,
  column: string,
  range: Range,
  { base, fetched, deliver, moved }: RangeWalk,
): Promise<void> {
  const key = reader.selection.stream.table.key;
  for (;;) {
    const bounds = `${column} ge ${formatInstant(range.at)} and ${column} lt ${formatInstant(range.to)}`;
    let before = range.seen;
    const query: Query = {
      ...base,
      filter: base.filter === undefined ? bounds : `${bounds} and ${base.filter}`,
      orderby: `${column} asc,${key} asc`,
      need: [column],
      until: (lastRow) => {
        const last = lastInstant(lastRow, column, reader);
        // From here on the range is divided behind what this page holds, so no row can be both here and there.
        before = range.seen;
        range.seen = Math.max(range.seen, last ?? range.seen);
        return last !== undefined && last >= range.to
          ? { key: column, before: formatInstant(range.to) }
          : undefined;
      },
    };
    let pending: Promise<Answered> | undefined = reader.ask(query);
    while (pending) {
      const page: Answered = await pending;
      if (page === 'again') break;
      pending = undefined;
      const last = lastInstant(page.lastRow, column, reader);
      range.rows += page.rows;
      range.latest = page.rows / Math.max(1, range.seen - before);
      range.more = page.nextLink !== undefined;
      fetched();
      const crossed = last !== undefined && last >= range.to;
      const next = crossed ? undefined : page.nextLink;
      if (next !== undefined) pending = ahead(reader.follow(next, query));
      await delivered(deliver(page), pending);
      range.at = next === undefined ? range.to : Math.min(range.to, Math.max(range.at, last ?? range.at));
      await moved();
      if (next === undefined) return;
    }
  }
}

/** Reads rows in key order, from after a key. `position` tells the last key that was written. */
export async function walkKeys(
  reader: Reader,
  after: string | undefined,
  deliver: (page: Page, last: string | undefined) => Promise<void>,
  base: Query = {},
): Promise<void> {
  const key = reader.selection.stream.table.key;
  let position = after;
  for (;;) {
    const filter = allOf(position === undefined ? undefined : `${key} gt ${position}`, base.filter);
    const query: Query = { ...base, filter, orderby: `${key} asc` };
    let pending: Promise<Answered> | undefined = reader.ask(query);
    while (pending) {
      const page: Answered = await pending;
      if (page === 'again') break;
      pending = page.nextLink === undefined ? undefined : ahead(reader.follow(page.nextLink, query));
      const last = page.lastRow ? (memberString(page.lastRow, key) ?? undefined) : undefined;
      await delivered(deliver(page, last ?? position), pending);
      position = last ?? position;
      if (!pending) return;
    }
  }
}

/**
 * Reads a question page by page by its links alone; starts over, from the first page, when it has to be asked afresh.
 * `again` is called before that, once pages have been delivered.
 */
export async function walkLinks(
  reader: Reader,
  query: Query,
  deliver: Deliver,
  again: () => Promise<void> | undefined = () => undefined,
): Promise<void> {
  let pending: Promise<Answered> | undefined = reader.ask(query);
  let begun = false;
  while (pending) {
    const page: Answered = await pending;
    if (page === 'again') {
      if (begun) await again();
      pending = reader.ask(query);
      continue;
    }
    begun = true;
    pending = page.nextLink === undefined ? undefined : ahead(reader.follow(page.nextLink, query));
    await delivered(deliver(page), pending);
  }
}

/** A page that is fetched while the present one is written. */
function ahead(page: Promise<Answered>): Promise<Answered> {
  page.catch(() => undefined);
  return page;
}

/** Waits for a delivery. When it fails, the page fetched ahead is nobody's: its memory is given back. */
export async function delivered(
  delivery: Promise<void>,
  pending: Promise<Answered> | undefined,
): Promise<void> {
  try {
    await delivery;
  } catch (thrown) {
    pending?.then(
      (page) => page !== 'again' && page.release(),
      () => undefined,
    );
    throw thrown;
  }
}

function lastInstant(lastRow: Buffer | undefined, column: string, reader: Reader): Instant | undefined {
  if (!lastRow) return undefined;
  const text = memberString(lastRow, column);
  const instant = text === null ? undefined : parseInstant(text);
  if (instant !== undefined) return instant;
  const stream = reader.selection.stream.name;
  throw new ConnectorError(
    'protocol',
    `Table ${stream} answered a read in order of ${column} with a row that has no ${column}.`,
    { stream },
  );
}
