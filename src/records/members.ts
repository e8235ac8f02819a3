/** The members of one row on the rewrite path: which go out, under which name, and as what. */
import type { Bounds } from './bounds.ts';
import { CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, QUOTE, SPACE } from './bytes.ts';
import { clean } from './clean.ts';
import { marksDeleted } from './deleted.ts';
import { type Keys, setKey } from './keys.ts';
import { type FrameText, type Lines, put, putByte } from './lines.ts';
import { guess, lookUp, START } from './names.ts';
import type { Plan, PlannedColumn } from './plan.ts';
import { decode, plain } from './row.ts';
import { malformed, skip, skipSpace, stringEnd, type Text, textOf, valueEnd } from './scan.ts';
import { putTransformed } from './transform.ts';

/** The work on one page. */
export interface Work {
  readonly text: Text;
  readonly plan: Plan;
  readonly frame: FrameText;
  readonly lines: Lines;
  readonly keys: Keys | undefined;
  readonly bounds: Bounds | undefined;
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
  /** A run of the page that waits to be copied; empty when its ends are equal. */
  runFrom: number;
  runTo: number;
  /** Of the row at hand: columns seen, nothing written yet, marked as deleted, its key seen. */
  columns: number;
  empty: boolean;
  deleted: boolean;
  keyed: boolean;
}

/**
 * Puts out the members of the row at `at`, without their braces, the last run of them still waiting (`flush`); returns
 * the index behind the row. It is the loop that a rewritten page spends its time in: what is rare has functions of its own.
 */
export function members(work: Work, at: number): number {
  const { text, plan } = work;
  const { bytes } = text;
  const { names } = plan;
  let i = skipSpace(text, skip(text, at, OPEN_OBJECT, 'a row'));
  if (bytes[i] === CLOSE_OBJECT) return i + 1;
  let number = START;
  for (;;) {
    const name = i;
    const guessed = guess(names, number, text, name);
    if (guessed < 0) {
      i = nameEnd(text, name);
      number = lookUp(names, number, decode(bytes, name, i));
      i = skip(text, i, COLON, 'a colon');
    } else {
      number = guessed;
      i = name + (names.length[number] as number);
    }
    const value = (bytes[i] ?? 0) > SPACE ? i : skipSpace(text, i);
    const end = valueEnd(text, value);
    const column = names.column[number] as number;
    if (column >= 0) {
      if (work.seen[column] !== work.serial) {
        work.seen[column] = work.serial;
        work.columns++;
      }
      const stands = guessed >= 0 && value === i && end >= 0 && work.copies[column] === 1;
      if (stands && name === work.runTo + 1) work.runTo = end;
      else putMember(work, column, stands ? name : -1, value, end);
    }
    if (number === work.keyName) noteKey(work, value);
    else if (number === plan.contextName && marksDeleted(text, value, plain(end))) work.deleted = true;
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

/** Index behind the name that must be at `at`. */
function nameEnd(text: Text, at: number): number {
  if (text.bytes[at] !== QUOTE) throw malformed(text, at, "a member's name");
  return plain(stringEnd(text, at));
}

function noteKey(work: Work, value: number): void {
  work.keyed = true;
  if (work.keys !== undefined) setKey(work.keys, work.keysSeen, work.text, value);
}

/** Sends out a member that does not prolong the run that waits. `name` is -1 when it cannot go out as it stands. */
function putMember(work: Work, number: number, name: number, value: number, end: number): void {
  const column = work.plan.columns[number] as PlannedColumn;
  flush(work);
  if (name >= 0) {
    work.runFrom = withComma(work, name);
    work.runTo = end;
    return;
  }
  putName(work, column);
  if (end >= 0 && column.transform === 'none') {
    work.runFrom = value;
    work.runTo = end;
  } else putChanged(work, column, value, end);
}

/** Copies the run that waits. */
export function flush(work: Work): void {
  if (work.runTo > work.runFrom) put(work.lines, work.text, work.runFrom, work.runTo);
  work.runFrom = work.runTo;
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
export function putMissing(work: Work): void {
  const { columns } = work.plan;
  for (let i = 0; i < columns.length; i++) {
    if (work.seen[i] === work.serial) continue;
    const { out } = columns[i] as PlannedColumn;
    put(work.lines, out, work.empty ? 1 : 0, out.bytes.length);
    work.empty = false;
  }
}
