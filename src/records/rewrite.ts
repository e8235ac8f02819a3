/**
 * The rewrite path: one pass of the scanner over the rows of a page. What stays the same is copied in the longest runs
 * possible; what a shape does not list is left out; what is missing goes out as `null`.
 */
import { ConnectorError } from '../core/errors.ts';
import { isOutside } from './bounds.ts';
import { CLOSE_ARRAY, COMMA } from './bytes.ts';
import { deletedId } from './deleted.ts';
import { noKeys } from './keys.ts';
import { frameText, linesOf, put, reserve } from './lines.ts';
import { flush, members, putMissing, type Work } from './members.ts';
import { planOf } from './plan.ts';
import type { FramedRows, Wishes } from './rows.ts';
import { skip, skipSpace, type Text } from './scan.ts';
import type { Frame, RowShape } from './types.ts';

/** A number that no name has. */
const NONE = -2;

/** Room for the first row's line; it is small enough to cost nothing when it is outgrown. */
const FIRST_ROW = 32 * 1024;

/** Frames the rows of the array whose `[` is before `start`. Throws `protocol` on malformed JSON. */
export function rewriteRows(
  text: Text,
  start: number,
  shape: RowShape,
  frame: Frame,
  wishes: Wishes,
): FramedRows {
  const work = workOn(text, shape, frame, wishes);
  const deleted: string[] = [];
  let [lastFrom, lastTo] = [0, 0];
  let i = skipSpace(text, start);
  if (text.bytes[i] === CLOSE_ARRAY) i++;
  else {
    for (let more = true; more; ) {
      const row = skipSpace(text, i);
      i = rewriteRow(work, row);
      if (work.deleted) deleted.push(deletedId(text.bytes.subarray(row, i)));
      else [lastFrom, lastTo] = [row, i];
      i = skipSpace(text, i);
      more = text.bytes[i] !== CLOSE_ARRAY;
      i = more ? skip(text, i, COMMA, 'a comma or the end of the rows') : i + 1;
    }
  }
  return {
    lines: work.lines.bytes.subarray(0, work.lines.length),
    rows: work.rows,
    deleted,
    lastRow: lastTo === 0 ? undefined : Buffer.from(text.bytes.subarray(lastFrom, lastTo)),
    keys: work.keys?.bytes.subarray(0, 16 * work.keysSeen),
    repaired: work.repaired,
    end: i,
  };
}

/**
 * Rows of a page are much alike: what the first one, `[from, to)`, became of its size, the others will, within limits. A
 * first row of nothing but nulls says little.
 */
function expectedSize({ lines, text }: Work, from: number, to: number): number {
  const rest = text.bytes.length - from;
  return Math.ceil(rest * Math.min(3, (1.1 * lines.length) / (to - from)));
}

function workOn(text: Text, shape: RowShape, frame: Frame, { keys, bounds, pool }: Wishes): Work {
  const plan = planOf(shape);
  return {
    text,
    plan,
    frame: frameText(frame),
    lines: linesOf(pool, FIRST_ROW),
    keys: keys ? noKeys() : undefined,
    bounds,
    keyName: keys ? plan.keyName : NONE,
    copies: Uint8Array.from(plan.columns, (column) => (column.copies ? 1 : 0)),
    seen: new Int32Array(plan.columns.length),
    serial: 0,
    rows: 0,
    keysSeen: 0,
    repaired: 0,
    runFrom: 0,
    runTo: 0,
    columns: 0,
    empty: true,
    deleted: false,
    keyed: false,
  };
}

/** Writes one row's line (none for a row that is deleted or below the floor); returns the index behind the row. */
function rewriteRow(work: Work, at: number): number {
  const { lines, frame, plan, text } = work;
  const { length } = lines;
  const { repaired } = work;
  work.serial++;
  work.columns = 0;
  work.empty = true;
  work.deleted = false;
  work.keyed = false;
  put(lines, frame.before, 0, frame.before.bytes.length);
  const end = members(work, at);
  if (!work.deleted && work.keys !== undefined) countKey(work);
  if (work.deleted || (work.bounds !== undefined && isOutside(text.bytes.subarray(at, end), work.bounds))) {
    lines.length = length;
    work.runFrom = work.runTo;
    work.repaired = repaired;
    return end;
  }
  flush(work);
  if (work.columns < plan.columns.length) putMissing(work);
  put(lines, frame.after, 0, frame.after.bytes.length);
  work.rows++;
  if (work.rows === 1) reserve(lines, expectedSize(work, at, end));
  return end;
}

function countKey(work: Work): void {
  if (!work.keyed) throw new ConnectorError('protocol', 'A row has no primary key.');
  work.keysSeen++;
}
