import { metadataWatch } from '../catalog/drift.ts';
import { annotationsOf, rowShapeOf, selectClause } from '../catalog/select.ts';
import type { Selection, StreamColumn } from '../catalog/types.ts';
import { asConnectorError, ConnectorError } from '../core/errors.ts';
import { shrinksPage } from '../dataverse/errors.ts';
import { framePage } from '../records/page.ts';
import type { Frame, FramedPage } from '../records/types.ts';
import { contentsReader } from './contents.ts';
import type { RunOptions } from './types.ts';

/** A question to one table. Filters are OData text, not yet percent-encoded. */
export interface Query {
  readonly filter?: string | undefined;
  readonly orderby?: string | undefined;
  readonly top?: number;
  /** Ask for change tracking: no filter, no order; the last page carries a delta link. */
  readonly track?: boolean;
  /** Continue a tracked read: the bare token, percent-encoded as the server wrote it. */
  readonly deltaToken?: string;
  readonly skipToken?: string;
  /** Only these columns, and no rows on output: for scans and probes. */
  readonly only?: readonly string[];
  /** Columns that must be in the answer even if nobody selected them: the order's, for the position. */
  readonly need?: readonly string[];
  /** Collect the keys of the rows. */
  readonly keys?: boolean;
  /** Leave out rows whose column is below the value: an anchor date on a read that cannot be filtered. */
  readonly from?: { readonly key: string; readonly value: string } | undefined;
  /**
   * Asked for each page before its lines are made: where the range that it belongs to ends by now, if the page's last row
   * is beyond. Rows from there on are somebody else's and left out.
   */
  readonly until?: (
    lastRow: Buffer | undefined,
  ) => { readonly key: string; readonly before: string } | undefined;
}

/**
 * A framed page. `release` it when it was written: until then its memory counts against the run's, afterwards its lines
 * are somebody else's.
 */
export interface Page extends FramedPage {
  readonly release: () => void;
  /** The lines one at a time, with what is fetched row by row; undefined where nothing is. */
  readonly chunks?: () => AsyncIterable<Buffer>;
}

/** `again`: the page size or the columns had to change; ask afresh from the last position that was written. */
export type Answered = Page | 'again';

/** Reads one stream's table page by page, as framed lines. */
export interface Reader {
  readonly selection: Selection;
  /** First page of a question. */
  ask(query: Query): Promise<Answered>;
  /** A following page: the link is followed byte for byte, under the same preferences. */
  follow(link: string, query: Query): Promise<Answered>;
  /** Sets `version` on the records from here on. */
  setVersion(version: number | undefined): void;
}

/** What a question asked for, as far as it can be changed. */
interface Asked {
  readonly columns: readonly StreamColumn[];
  readonly pageSize: number;
}

/** Smallest page that is asked for before a too-large answer counts as an error. */
const smallestPage = 20;

/** Conditions that must all hold; each stands for itself, an `or` in parentheses. Undefined when there are none. */
export function allOf(...conditions: readonly (string | undefined)[]): string | undefined {
  return conditions.filter((condition) => condition !== undefined).join(' and ') || undefined;
}

/** A reader for one selected stream; `signal` ends what it has under way. */
export function createReader(selection: Selection, options: RunOptions, signal: AbortSignal): Reader {
  const { client, settings, messages, log, now, budget, pool } = options;
  const { stream } = selection;
  const { table } = stream;
  const shape = rowShapeOf(selection.columns);
  const keyShape = rowShapeOf(selection.columns.filter((column) => column.key));
  const rowFilter = settings.rowFilters[stream.name];
  const noFrame: Frame = { before: Buffer.alloc(0), after: Buffer.alloc(0) };
  let columns: readonly StreamColumn[] = selection.columns;
  let pageSize = settings.pageSize;
  let version: number | undefined;
  const metadataChanged = metadataWatch();
  const withContents = contentsReader(selection, options, signal);

  const urlOf = (query: Query): string => {
    const options: string[] = [];
    options.push(`$select=${query.only?.join(',') ?? selectClause(columns, query.need)}`);
    if (query.deltaToken !== undefined) options.push(`$deltatoken=${query.deltaToken}`);
    if (query.skipToken !== undefined) options.push(`$skiptoken=${query.skipToken}`);
    const tracked = query.track || query.deltaToken !== undefined || query.skipToken !== undefined;
    const filters = [query.filter, tracked ? undefined : rowFilter].filter((part) => part !== undefined);
    const filter = filters.length > 1 ? filters.map((part) => `(${part})`).join(' and ') : filters[0];
    if (filter !== undefined) options.push(`$filter=${encodeURIComponent(filter)}`);
    if (query.orderby !== undefined) options.push(`$orderby=${encodeURIComponent(query.orderby)}`);
    if (query.top !== undefined) options.push(`$top=${query.top}`);
    return `${table.setName}?${options.join('&')}`;
  };

  const preferOf = (query: Query): string[] => {
    const prefer = query.top === undefined ? [`odata.maxpagesize=${pageSize}`] : [];
    if (query.track) prefer.push('odata.track-changes');
    const annotations = query.only ? [] : annotationsOf(columns);
    if (annotations.length > 0) prefer.push(`odata.include-annotations="${annotations.join(',')}"`);
    return prefer;
  };

  const frameWithin = (body: Buffer, frame: Frame, query: Query): FramedPage => {
    const { from, until } = query;
    const floor = from && { key: from.key, from: from.value };
    return framePage(body, query.only ? keyShape : shape, frame, {
      keys: query.keys === true,
      pool,
      bounds: until
        ? (lastRow) => {
            const end = until(lastRow);
            return end ? { ...floor, ...end } : floor;
          }
        : floor,
    });
  };

  /** `named`: columns that the URL may name; a link goes on naming those of its first question. */
  const fetch = async (url: string, query: Query, named: readonly StreamColumn[]): Promise<Answered> => {
    const asked = { columns: named, pageSize };
    try {
      const { body, release } = await client.get({
        url,
        stream: stream.name,
        prefer: preferOf(query),
        signal,
        budget,
        pool,
      });
      try {
        const frame = query.only ? noFrame : messages.frame(stream.name, now(), version);
        const framed = frameWithin(body, frame, query);
        pool.give(body);
        const done = once(() => {
          pool.give(framed.lines);
          release();
        });
        if (metadataChanged(framed.metadataVersion))
          log.log(
            'warn',
            "The environment's metadata changed during the read; run discovery again.",
            stream.name,
          );
        if (query.only || framed.lines.length === 0) done();
        return {
          ...framed,
          release: done,
          ...(withContents && !query.only ? { chunks: () => withContents(framed, frame) } : {}),
        };
      } catch (thrown) {
        release();
        throw thrown;
      }
    } catch (thrown) {
      if (query.top === undefined && adapt(asConnectorError(thrown), asked)) return 'again';
      throw thrown;
    }
  };

  /**
   * Changes what is asked for so that the same question can succeed; false when nothing can be done. Workers ask side by
   * side, so what stood against the question may have been changed since it was asked.
   */
  const adapt = (error: ConnectorError, asked: Asked): boolean => {
    if (shrinksPage(error) && pageSize < asked.pageSize) return true;
    if (shrinksPage(error) && pageSize > smallestPage) {
      pageSize = Math.max(smallestPage, Math.floor(pageSize / 2));
      log.log(
        'warn',
        `The answer was too large for the server; going on with pages of ${pageSize} rows.`,
        stream.name,
      );
      return true;
    }
    const vanished = error.kind === 'schema' ? error.details.property : undefined;
    const isVanished = ({ column }: StreamColumn): boolean => column.name === vanished;
    if (asked.columns.some(isVanished) && !columns.some(isVanished)) return true;
    const left = columns.filter((column) => !isVanished(column));
    if (left.length === columns.length || !left.some((column) => column.key)) return false;
    columns = left;
    log.log(
      'warn',
      `Column ${vanished} is no longer there; going on without it (it goes out as null).`,
      stream.name,
    );
    return true;
  };

  return {
    selection,
    ask: (query) =>
      fetch(urlOf(query), query, columns).catch((thrown: unknown) => throwAsExpired(thrown, query)),
    follow: (link, query) => fetch(link, query, selection.columns),
    setVersion(next) {
      version = next;
    },
  };
}

/** Like `ask` for probes (`top`), which change neither page size nor columns. */
export async function probe(reader: Reader, query: Query): Promise<Page> {
  const page = await reader.ask(query);
  if (page !== 'again') return page;
  throw new ConnectorError('bug', 'A probe was answered with "again".', {
    stream: reader.selection.stream.name,
  });
}

/** A token out of the state that the service cannot read, after an upgrade perhaps, is as good as expired. */
function throwAsExpired(thrown: unknown, { deltaToken, skipToken }: Query): never {
  const error = asConnectorError(thrown);
  const refused = error.details.status === 400 && ['protocol', 'transient'].includes(error.kind);
  if (!refused || (deltaToken ?? skipToken) === undefined) throw thrown;
  throw new ConnectorError('expired_token', error.message, error.details);
}

/** Memory that is given back twice would be two pages' at once. */
function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
