/**
 * The rewrite path: one pass of the scanner over the rows of a page. What stays the same is copied in the longest runs
 * possible; what a shape does not list is left out; what is missing goes out as `null`.
 */
import { ConnectorError } from '../core/errors.ts';
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, isSpace, OPEN_OBJECT, QUOTE } from './bytes.ts';
import { clean } from './clean.ts';
import { type Keys, noKeys, setKey } from './keys.ts';
import { type FrameText, frameText, type Lines, linesOf, put, putByte } from './lines.ts';
import { guess, lookUp, START } from './names.ts';
import { type Plan, type PlannedColumn, planOf } from './plan.ts';
import type { Pool } from './pool.ts';
import { decode, memberString, plain } from './row.ts';
import { malformed, skip, skipSpace, stringEnd, type Text, textOf, valueEnd } from './scan.ts';
import { putTransformed } from './transform.ts';
import type { Frame, RowShape } from './types.ts';

/** Rows that were framed, by either path. `end` is the index behind the array's `]`. */
export interface FramedRows {
  readonly lines: Buffer;
  readonly rows: number;
  readonly deleted: readonly string[];
  readonly lastRow: Buffer | undefined;
  readonly keys: Buffer | undefined;
  readonly repaired: number;
  readonly end: number;
}

/** Rows whose column `key` is below `value`, both text that sorts as it means (dates), are left out; those without one stay. */
export interface Floor {
  readonly key: string;
  readonly value: string;
}

/** What a caller wants beside the lines, settled (see `FrameOptions`). */
export interface Wishes {
  readonly keys: boolean;
  readonly from: Floor | undefined;
  readonly pool: Pool;
}

const NONE = -2;

/** The work on one page. */
interface Work {
  readonly text: Text;
  readonly plan: Plan;
  readonly frame: FrameText;
  readonly lines: Lines;
  readonly keys: Keys | undefined;
  /** Number of the key's name when keys are wanted. */
  readonly keyName: number;
  /** 1 for each column that can go out as it stands. */
  readonly copies: Uint8Array;
  /** Serial number of the row in which each column was seen last. */
  readonly seen: Int32Array;
  serial: number;
  /** Rows written so far, and keys collected: those of rows that are left out, too. */
  rows: number;
  keysSeen: number;
  repaired: number;
  /** A run of the page that waits to be copied; empty when `from` equals `to`. */
  from: number;
  to: number;
  /** Of the row at hand: columns seen, nothing written yet, marked as deleted, its key seen. */
  columns: number;
  empty: boolean;
  deleted: boolean;
  keyed: boolean;
}

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
  let last: Buffer | undefined;
  let i = skipSpace(text, start);
  if (text.bytes[i] === CLOSE_ARRAY) i++;
  else {
    for (;;) {
      const row = skipSpace(text, i);
      const { length } = work.lines;
      i = rewriteRow(work, row);
      const bytes = text.bytes.subarray(row, i);
      if (work.deleted) deleted.push(deletedId(bytes));
      else {
        last = bytes;
        if (wishes.from !== undefined && isBelow(bytes, wishes.from)) {
          work.lines.length = length;
          work.rows--;
        }
      }
      i = skipSpace(text, i);
      if (text.bytes[i] === CLOSE_ARRAY) break;
      i = skip(text, i, COMMA, 'a comma or the end of the rows');
    }
    i++;
  }
  return {
    lines: work.lines.bytes.subarray(0, work.lines.length),
    rows: work.rows,
    deleted,
    lastRow: last === undefined ? undefined : Buffer.from(last),
    keys: work.keys?.bytes.subarray(0, 16 * work.keysSeen),
    repaired: work.repaired,
    end: i,
  };
}

function workOn(text: Text, shape: RowShape, frame: Frame, { keys, pool }: Wishes): Work {
  const plan = planOf(shape);
  return {
    text,
    plan,
    frame: frameText(frame),
    lines: linesOf(pool, Math.ceil(1.25 * text.bytes.length) + 1024),
    keys: keys ? noKeys() : undefined,
    keyName: keys ? plan.keyName : NONE,
    copies: Uint8Array.from(plan.columns, (column) => (column.copies ? 1 : 0)),
    seen: new Int32Array(plan.columns.length),
    serial: 0,
    rows: 0,
    keysSeen: 0,
    repaired: 0,
    from: 0,
    to: 0,
    columns: 0,
    empty: true,
    deleted: false,
    keyed: false,
  };
}

/** Writes one row's line (none for a deleted row); returns the index behind the row. */
function rewriteRow(work: Work, at: number): number {
  const { lines, frame, plan } = work;
  const { length } = lines;
  const { repaired } = work;
  work.serial++;
  work.columns = 0;
  work.empty = true;
  work.deleted = false;
  work.keyed = false;
  put(lines, frame.before, 0, frame.before.bytes.length);
  const end = members(work, at);
  if (work.deleted) {
    lines.length = length;
    work.from = work.to;
    work.repaired = repaired;
    return end;
  }
  flush(work);
  if (work.columns < plan.columns.length) putMissing(work);
  put(lines, frame.after, 0, frame.after.bytes.length);
  if (work.keys !== undefined && !work.keyed)
    throw new ConnectorError('protocol', 'A row has no primary key.');
  work.rows++;
  work.keysSeen++;
  return end;
}

function members(work: Work, at: number): number {
  const { text, plan } = work;
  const { bytes } = text;
  const { names } = plan;
  let i = skipSpace(text, skip(text, at, OPEN_OBJECT, 'a row'));
  if (bytes[i] === CLOSE_OBJECT) return i + 1;
  let previous = START;
  for (;;) {
    const name = i;
    let number = guess(names, previous, text, name);
    const guessed = number >= 0;
    let value: number;
    if (guessed) value = name + (names.length[number] as number);
    else {
      if (bytes[name] !== QUOTE) throw malformed(text, name, "a member's name");
      const nameEnd = plain(stringEnd(text, name));
      number = lookUp(names, previous, decode(bytes, name, nameEnd));
      value = skip(text, nameEnd, COLON, 'a colon');
    }
    previous = number;
    const start = isSpace(bytes[value]) ? skipSpace(text, value) : value;
    const end = valueEnd(text, start);
    const column = number < 0 ? -1 : (names.column[number] as number);
    if (column >= 0) {
      if (work.seen[column] !== work.serial) {
        work.seen[column] = work.serial;
        work.columns++;
      }
      const stands = guessed && start === value && end >= 0 && work.copies[column] === 1;
      if (stands && name === work.to + 1) work.to = end;
      else putMember(work, column, stands ? name : -1, start, end);
    }
    if (number === work.keyName) {
      work.keyed = true;
      if (work.keys !== undefined) setKey(work.keys, work.keysSeen, text, start);
    } else if (number === plan.contextName && marksDeleted(text, start, plain(end))) work.deleted = true;
    i = end < 0 ? ~end : end;
    if (bytes[i] !== COMMA) {
      i = skipSpace(text, i);
      if (bytes[i] === CLOSE_OBJECT) return i + 1;
      if (bytes[i] !== COMMA) throw malformed(text, i, 'a comma or the end of a row');
    }
    i++;
    if (bytes[i] !== QUOTE) i = skipSpace(text, i);
  }
}

/** Sends out a member that does not prolong the run that waits. `name` is -1 when it cannot go out as it stands. */
function putMember(work: Work, number: number, name: number, value: number, end: number): void {
  const column = work.plan.columns[number] as PlannedColumn;
  flush(work);
  if (name >= 0) {
    work.from = withComma(work, name);
    work.to = end;
    return;
  }
  putName(work, column);
  if (end >= 0 && column.transform === 'none') {
    work.from = value;
    work.to = end;
  } else putChanged(work, column, value, end);
}

/** Copies the run that waits. */
function flush(work: Work): void {
  if (work.to > work.from) put(work.lines, work.text, work.from, work.to);
  work.from = work.to;
}

/** Where the run of a member starts whose name is at `name`: at the comma before it, if the row needs one. */
function withComma(work: Work, name: number): number {
  if (work.empty) {
    work.empty = false;
    return name;
  }
  if (work.text.bytes[name - 1] === COMMA) return name - 1;
  putByte(work.lines, COMMA);
  return name;
}

function putName(work: Work, column: PlannedColumn): void {
  put(work.lines, column.out, work.empty ? 1 : 0, column.nameLength + 1);
  work.empty = false;
}

/** The value of a member that changes on its way out. */
function putChanged(work: Work, column: PlannedColumn, value: number, end: number): void {
  const { lines, text } = work;
  if (end >= 0) putTransformed(lines, column.transform, text, value, end);
  else {
    const { bytes, repaired } = clean(text.bytes.subarray(value, ~end));
    work.repaired += repaired;
    putTransformed(lines, column.transform, textOf(bytes), 0, bytes.length);
  }
}

/** The columns that the row does not have, as nulls. */
function putMissing(work: Work): void {
  const { columns } = work.plan;
  for (let i = 0; i < columns.length; i++) {
    if (work.seen[i] === work.serial) continue;
    const { out } = columns[i] as PlannedColumn;
    put(work.lines, out, work.empty ? 1 : 0, out.bytes.length);
    work.empty = false;
  }
}

function isBelow(row: Buffer, { key, value }: Floor): boolean {
  const text = memberString(row, key);
  return text !== null && text < value;
}

/** True when a row's context says that it is a deleted one: `…/$metadata#accounts/$deletedEntity`. */
function marksDeleted(text: Text, value: number, end: number): boolean {
  return text.bytes.toString('latin1', value, end).endsWith('/$deletedEntity"');
}

/** The id of a deleted row: a bare guid, or as OData allows a link that ends in one. */
function deletedId(row: Buffer): string {
  const id = memberString(row, 'id');
  const guid = id?.match(/(?<=^|\()[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\)?$)/i)?.[0];
  if (guid === undefined) throw new ConnectorError('protocol', 'A deleted row of a delta page has no id.');
  return guid.toLowerCase();
}
