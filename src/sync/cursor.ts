import { formatInstant, type Instant, parseInstant } from '../core/instant.ts';
import { memberText } from '../records/row.ts';
import { anchorOf } from './anchor.ts';
import { type Checkpoint, freshCheckpoint, type Load } from './checkpoint.ts';
import { loadRows, sinceFilter } from './load.ts';
import { probe } from './reader.ts';
import { done, hasColumn, inSlot, type ReadStream, type StreamRun } from './stream.ts';

/**
 * Rows by `modifiedon`, in the window from the cursor (less `lookback_seconds`, for rows that became visible late) to
 * the start of the run. The bound is fixed, so rows that change meanwhile are the next run's; at the end the cursor is
 * that bound. See Microsoft's "Use change tracking" page for why the cursor alone sees no deletes.
 */
export const readByModifiedOn: ReadStream = async (run, from) => {
  const now = Math.floor(run.startedAt.getTime() / 1000);
  let known = from;
  for (;;) {
    const upper = await readWindow(run, known, now);
    // A window that an earlier run began ends where that run did: what changed until this one is not left to the next.
    if (known?.load === undefined || upper >= now) return done;
    known = { ...freshCheckpoint('modifiedon'), cursor: formatInstant(upper) };
  }
};

/** Reads one window to its end: the one that was interrupted, or that from the cursor to `now`. Returns its end. */
async function readWindow(run: StreamRun, from: Checkpoint | undefined, now: Instant): Promise<Instant> {
  const interrupted = from?.load?.kind === 'ranges' ? from : undefined;
  const upper = parseInstant(interrupted?.upper ?? '') ?? now;
  const bound = formatInstant(upper);
  const first = from?.cursor === undefined;
  const lower = lowerOf(run, from);
  if (!first && lower >= upper) {
    run.warn(`The cursor ${from?.cursor} lies in the future; nothing to read until then.`);
    await run.sink.running();
    await run.checkpoint({ ...freshCheckpoint('modifiedon'), cursor: from?.cursor });
    return upper;
  }
  const base = { ...freshCheckpoint('modifiedon'), cursor: from?.cursor, upper: bound };
  await loadRows(
    run,
    { column: 'modifiedon', lower, upper, filter: undefined, nulls: first, eager: first && isLarge(run) },
    interrupted?.load,
    (load) => run.checkpoint({ ...base, load, cursor: lowWater(load) ?? base.cursor }),
  );
  await run.sink.running();
  await run.checkpoint({ ...freshCheckpoint('modifiedon'), cursor: bound });
  return upper;
}

/** No row below this instant is missing: where the lowest range that is still being read stands. */
function lowWater(load: Load): string | undefined {
  const lowest = load.kind === 'ranges' ? load.remaining[0]?.[0] : undefined;
  return lowest === undefined ? undefined : formatInstant(lowest);
}

function lowerOf(run: StreamRun, from: Checkpoint | undefined): Instant {
  const cursor = from?.cursor === undefined ? undefined : parseInstant(from.cursor);
  if (cursor !== undefined) return cursor - run.options.settings.lookbackSeconds;
  // A load that starts over must not begin later than the one before it.
  const anchor = from?.anchor === undefined ? undefined : parseInstant(from.anchor);
  return anchor ?? anchorOf(run.options.settings, run.startedAt);
}

function isLarge(run: StreamRun): boolean {
  return run.estimate !== undefined && run.estimate > run.options.settings.smallTableRows;
}

/**
 * Rows by `versionnumber`, for tables that have no modifiedon. A transaction that took its version early may commit
 * late, so each run reads again what the run before it has read: the second run everything. A version below the cursor
 * everywhere means that the environment was restored: then the table is read from the beginning.
 */
export const readByVersion: ReadStream = async (run, from) => {
  const restored = await wasRestored(run, from);
  const known = restored ? undefined : from;
  const interrupted = known?.load?.kind === 'versions' ? known : undefined;
  const start = known?.previousCursor ?? (interrupted ? undefined : known?.cursor) ?? '0';
  let cursor = interrupted?.cursor ?? start;
  const base = {
    ...freshCheckpoint('versionnumber'),
    previousCursor: start,
    ...anchorsOf(run, known, start),
  };
  const since = sinceAnchor(base);
  await inSlot(run, async () => {
    for (let page = await askAfter(run, cursor, since); ; ) {
      if (page === 'again') {
        page = await askAfter(run, cursor, since);
        continue;
      }
      await run.sink.rows(page);
      cursor = page.lastRow ? (memberText(page.lastRow, 'versionnumber') ?? cursor) : cursor;
      if (page.nextLink === undefined) return;
      await run.checkpoint({ ...base, load: { kind: 'versions' }, cursor });
      page = await askAfter(run, cursor, since);
    }
  });
  await run.sink.running();
  // What was read before an interruption may be long ago: the next run reads all of it again.
  const readSince = interrupted ? start : (known?.cursor ?? '0');
  await run.checkpoint({ ...base, previousCursor: readSince, cursor, upper: base.upper ?? cursor });
  return done;
};

type Anchors = Pick<Checkpoint, 'anchor' | 'upper'>;

const noAnchor: Anchors = { anchor: undefined, upper: undefined };

/**
 * The anchor date holds for what the first load has read, up to the version in `upper`, and as long as that is read
 * again. Above it every version counts: some changes leave modifiedon as it is.
 */
function anchorsOf(run: StreamRun, known: Checkpoint | undefined, start: string): Anchors {
  if (start !== '0' || !hasColumn(run, 'modifiedon')) return noAnchor;
  // A state without an anchor is of a load that read all rows.
  if (known?.cursor !== undefined) return { anchor: known.anchor, upper: known.upper };
  const anchor = known?.anchor ?? formatInstant(anchorOf(run.options.settings, run.startedAt));
  return { anchor, upper: undefined };
}

function sinceAnchor({ anchor, upper }: Anchors): string | undefined {
  const since = anchor === undefined ? undefined : sinceFilter('modifiedon', parseInstant(anchor));
  return since === undefined || upper === undefined ? since : `(${since} or versionnumber gt ${upper})`;
}

/** True, with a warning, when no row has a version as high as one that was read before. */
async function wasRestored(run: StreamRun, from: Checkpoint | undefined): Promise<boolean> {
  if (from?.cursor === undefined) return false;
  const only = [run.selection.stream.table.key, 'versionnumber'];
  const newest = await inSlot(run, () => probe(run.reader, { only, orderby: 'versionnumber desc', top: 1 }));
  const highest = newest.lastRow ? BigInt(memberText(newest.lastRow, 'versionnumber') ?? '0') : 0n;
  if (highest >= BigInt(from.cursor)) return false;
  run.warn(
    'The table has no version as high as the cursor: was the environment restored? Reading it again in full.',
  );
  return true;
}

/** Versions are unique at any moment, so each page can be a fresh question: nothing is held open between pages. */
function askAfter(
  run: StreamRun,
  version: string,
  since: string | undefined,
): ReturnType<StreamRun['reader']['ask']> {
  const after = `versionnumber gt ${version}`;
  return run.reader.ask({
    filter: since === undefined ? after : `${after} and ${since}`,
    orderby: 'versionnumber asc',
    need: ['versionnumber'],
  });
}
