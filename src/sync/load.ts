import { formatInstant, type Instant, parseInstant } from '../core/instant.ts';
import { memberString } from '../records/row.ts';
import type { Load } from './checkpoint.ts';
import { createCrew } from './crew.ts';
import type { KeySet } from './keyset.ts';
import { createBoard, type Range, type Remaining } from './ranges.ts';
import { allOf, probe, type Query } from './reader.ts';
import { hasColumn, inSlot, type StreamRun } from './stream.ts';
import { type Deliver, walkKeys, walkLinks, walkRange } from './walk.ts';

/** Which rows a load reads. */
export interface LoadQuestion {
  /** Column whose ranges may be read in parallel; undefined: in key order. */
  readonly column: string | undefined;
  /** Bounds of the column; undefined: its own least and greatest value. */
  readonly lower: Instant | undefined;
  readonly upper: Instant | undefined;
  readonly filter: string | undefined;
  /** Read the rows without a value in the column, too. */
  readonly nulls: boolean;
  /** Divide the ranges before their first page has come: for loads that are known to be large. */
  readonly eager: boolean;
  /** Where the keys of all rows that leave are kept; undefined: nowhere. */
  readonly keys?: KeySet | undefined;
}

/** Called with what is left, after the rows before it were written. */
export type Progress = (load: Load) => Promise<void>;

/**
 * Reads many rows, resumable: in parallel over ranges of a date column where there is one and the table supports it,
 * else in key order, else by links alone (virtual and elastic tables, which restart when interrupted).
 */
export async function loadRows(
  run: StreamRun,
  question: LoadQuestion,
  resume: Load | undefined,
  progress: Progress,
): Promise<void> {
  const { kind } = run.selection.stream.table;
  if (kind === 'virtual' || kind === 'elastic') {
    await inSlot(run, () => walkLinks(run.reader, baseOf(question), deliverTo(run, question)));
    return;
  }
  if (resume?.kind === 'ranges') {
    await readRanges(
      run,
      resume.column,
      resume.remaining,
      { ...question, nulls: resume.nulls, eager: true },
      progress,
    );
    return;
  }
  const { column } = question;
  const after = resume?.kind === 'keys' ? resume.after : undefined;
  if (column === undefined || after !== undefined) {
    await inSlot(run, () => readKeys(run, after, question, progress));
    return;
  }
  const span = await spanOf(run, column, question);
  await readRanges(run, column, span, question, progress);
}

/** Column over which a table can be loaded in parallel; undefined where reading in key order is as good or all there is. */
export function parallelColumn(run: StreamRun): string | undefined {
  const small = run.estimate !== undefined && run.estimate <= run.options.settings.pageSize * 2;
  return !small && hasColumn(run, 'createdon') ? 'createdon' : undefined;
}

/** The question without its bounds. */
function baseOf({ filter, keys }: LoadQuestion): Query {
  return { filter, keys: keys !== undefined };
}

/** Keys are kept before their rows leave: what the destination may have is in the set, whenever the run ends. */
function deliverTo(run: StreamRun, { keys }: LoadQuestion): Deliver {
  if (keys === undefined) return (page) => run.sink.rows(page);
  return async (page) => {
    await keys.add(page.keys ?? Buffer.alloc(0));
    await run.sink.rows(page);
  };
}

async function readKeys(
  run: StreamRun,
  after: string | undefined,
  question: LoadQuestion,
  progress: Progress,
): Promise<void> {
  const deliver = deliverTo(run, question);
  await walkKeys(
    run.reader,
    after,
    async (page, last) => {
      await deliver(page);
      await progress({ kind: 'keys', after: last });
    },
    baseOf(question),
  );
}

/** The least and the greatest value of a column, as one range; empty when no row has a value. */
async function spanOf(run: StreamRun, column: string, question: LoadQuestion): Promise<Remaining> {
  const edge = (direction: 'asc' | 'desc'): Promise<Instant | undefined> =>
    inSlot(run, async () => {
      const { key } = run.selection.stream.table;
      const page = await probe(run.reader, {
        only: [key, column],
        filter: allOf(`${column} ne null`, question.filter),
        orderby: `${column} ${direction}`,
        top: 1,
      });
      const text = page.lastRow ? memberString(page.lastRow, column) : null;
      return text === null ? undefined : parseInstant(text);
    });
  const [lower, upper] = await Promise.all([question.lower ?? edge('asc'), question.upper ?? edge('desc')]);
  if (lower === undefined || upper === undefined) return [];
  const to = question.upper ?? upper + 1;
  return lower < to ? [[lower, to]] : [];
}

/** Reads the rows without a value, and beside them ranges, with as many workers as there are free slots and ranges to give. */
async function readRanges(
  run: StreamRun,
  column: string,
  remaining: Remaining,
  question: LoadQuestion,
  progress: Progress,
): Promise<void> {
  const expected = { page: run.options.settings.pageSize, rows: run.estimate };
  const board = createBoard(remaining, question.eager, expected);
  const deliver = deliverTo(run, question);
  const withoutValue = allOf(`${column} eq null`, question.filter);
  let nulls: 'wanted' | 'under way' | 'read' = question.nulls ? 'wanted' : 'read';
  const crew = createCrew(run, async () => {
    if (nulls === 'wanted') {
      nulls = 'under way';
      await walkKeys(run.reader, undefined, deliver, { ...baseOf(question), filter: withoutValue });
      nulls = 'read';
    }
    for (let range = board.take(); range; range = board.take()) await walk(range);
  });
  const recruit = (): void => {
    while (board.offers && crew.join());
  };
  const walk = async (range: Range): Promise<void> => {
    await walkRange(run.reader, column, range, {
      base: baseOf(question),
      fetched: recruit,
      deliver,
      moved: () =>
        progress({ kind: 'ranges', column, remaining: board.remaining(), nulls: nulls !== 'read' }),
    });
    board.finish(range);
  };

  if (board.offers || nulls === 'wanted') await crew.run(question.eager ? recruit : () => undefined);
}

/** Rows since an instant, and those of which nobody knows when they were modified; all rows without an instant. */
export function sinceFilter(column: string, instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : `(${column} ge ${formatInstant(instant)} or ${column} eq null)`;
}
