/**
 * Splicing with patches: rows are copied whole but for annotations, by which lookups tell their table and choices their
 * label (`_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname` goes out as `_ownerid_type`). The bytes `@annotation":`
 * are always the end of a member's name: inside a string the quote would be written `\"`. So looking at each `@` finds all
 * that has to change, several times faster than a scan of everything.
 */
import type { Pool } from '../core/pool.ts';
import { AT, COMMA, OPEN_OBJECT, QUOTE } from './bytes.ts';
import { frameText, type Lines, linesOf, put } from './lines.ts';
import { chain, follow, type Names, START } from './names.ts';
import { type PlannedColumn, planOf } from './plan.ts';
import { decode, eachMember, plain } from './row.ts';
import type { Cut } from './rows.ts';
import { type Text, textOf, valueEnd } from './scan.ts';
import type { Frame, RowShape } from './types.ts';

/**
 * The annotations (`@Microsoft.Dynamics.CRM.lookuplogicalname`) that this shape renames, when it changes nothing else;
 * none when it changes nothing at all; undefined when it changes more.
 */
export function onlyAnnotations(shape: RowShape): readonly string[] | undefined {
  const annotations = new Set<string>();
  for (const { key, as, transform } of shape.columns) {
    const at = key.indexOf('@');
    if (transform !== 'none' || (at < 0 && as !== key)) return undefined;
    if (at >= 0) annotations.add(key.slice(at));
  }
  return [...annotations];
}

/** The work on one page. */
interface Patch {
  readonly text: Text;
  readonly lines: Lines;
  /** Each annotation as it ends a name, `@annotation":`. */
  readonly endings: readonly Text[];
  readonly names: Names;
  readonly columns: readonly PlannedColumn[];
  /** The columns that are made of annotations, by number. */
  readonly annotated: readonly number[];
  /** Row in which each column was seen last. */
  readonly seen: Int32Array;
}

/**
 * Frames rows that were cut, with the members of the annotations renamed, left out or, where a row has none, set to null.
 * Undefined when a row is not what it should be, and has to be scanned.
 */
export function patchCuts(
  text: Text,
  cuts: readonly Cut[],
  annotations: readonly string[],
  shape: RowShape,
  frame: Frame,
  pool: Pool,
): Buffer | undefined {
  const { before, after } = frameText(frame);
  const { names, columns } = planOf(shape);
  const patch: Patch = {
    text,
    // Names become shorter, nulls are added: together that is seldom more than the page.
    lines: linesOf(pool, text.bytes.length + cuts.length * (before.bytes.length + after.bytes.length)),
    endings: annotations.map((annotation) => textOf(Buffer.from(`${annotation}":`))),
    names,
    columns,
    annotated: columns.flatMap((_, number) => (shape.columns[number]?.key.includes('@') ? [number] : [])),
    seen: new Int32Array(columns.length).fill(-1),
  };
  const [first] = cuts;
  if (first !== undefined) learnOrder(patch, first, annotations);
  for (const [row, { from, to }] of cuts.entries()) {
    put(patch.lines, before, 0, before.bytes.length);
    if (!patchRow(patch, row, from, to)) return undefined;
    put(patch.lines, after, 0, after.bytes.length);
  }
  return patch.lines.bytes.subarray(0, patch.lines.length);
}

/** The columns stand in the same order in each row, and annotations before their columns. */
function learnOrder({ text, names }: Patch, { row }: Cut, annotations: readonly string[]): void {
  let previous = START;
  eachMember(text, row, ({ name, nameEnd }) => {
    const column = decode(text.bytes, name, nameEnd);
    for (const annotation of annotations) {
      if (names.numbers.has(column + annotation)) previous = chain(names, previous, column + annotation);
    }
  });
}

/** Writes the members of a row; false when it is not what it should be. */
function patchRow(
  { text, lines, endings, names, columns, annotated, seen }: Patch,
  row: number,
  from: number,
  to: number,
): boolean {
  const { bytes } = text;
  let written = from;
  let previous = START;
  for (let at = nextAt(text, from, to); at < to; at = nextAt(text, at + 1, to)) {
    const length = endingLength(endings, text, at);
    if (length === 0) continue;
    const value = at + length;
    let number = follow(names, previous, text, from, value);
    let name = value - (names.length[number] ?? 0);
    if (number < 0) {
      name = nameStart(bytes, at);
      if (name < from) return false;
      number = chain(names, previous, decode(bytes, name, value - 1));
    }
    previous = number;
    put(lines, text, written, name);
    const index = names.column[number] ?? -1;
    if (index >= 0) {
      const { out, nameLength } = columns[index] as PlannedColumn;
      put(lines, out, 1, nameLength + 1);
      seen[index] = row;
      written = value;
    } else {
      // An annotation stands before its value, so there is a comma to leave out with it.
      const end = plain(valueEnd(text, value));
      if (bytes[end] !== COMMA) return false;
      written = end + 1;
    }
    at = value;
  }
  put(lines, text, written, to);
  for (const number of annotated) {
    const { out } = columns[number] as PlannedColumn;
    if (seen[number] !== row) put(lines, out, 0, out.bytes.length);
  }
  return true;
}

/** Index of the first `@` in `[from, to)`, `to` when there is none: eight bytes at a time. */
function nextAt(text: Text, from: number, to: number): number {
  const { bytes, view } = text;
  const pattern = AT * 0x01010101;
  const lastWords = to - 8;
  let i = from;
  for (; i <= lastWords; i += 8) {
    const low = view.getInt32(i, true) ^ pattern;
    const high = view.getInt32(i + 4, true) ^ pattern;
    const lowMarks = (low - 0x01010101) & ~low & 0x80808080;
    const highMarks = (high - 0x01010101) & ~high & 0x80808080;
    if ((lowMarks | highMarks) === 0) continue;
    // The lowest mark is a true one, and tells which of the four bytes it is.
    const marks = lowMarks === 0 ? highMarks : lowMarks;
    return (lowMarks === 0 ? i + 4 : i) + ((31 - Math.clz32(marks & -marks)) >> 3);
  }
  while (i < to && bytes[i] !== AT) i++;
  return i;
}

/** Length of the ending of a name that stands at `at`; 0 when there is none. */
function endingLength(endings: readonly Text[], text: Text, at: number): number {
  for (const { bytes, view } of endings) {
    const { length } = bytes;
    if (text.bytes[at + 1] !== bytes[1] || text.bytes[at + length - 1] !== bytes[length - 1]) continue;
    // The last word may overlap the one before it.
    const last = length - 4;
    let i = 0;
    while (i < last && text.view.getInt32(at + i, true) === view.getInt32(i, true)) i += 4;
    if (i >= last && text.view.getInt32(at + last, true) === view.getInt32(last, true)) return length;
  }
  return 0;
}

/** Index of the quote that opens the name which goes on at `at`; -1 when there is none where a name may begin. */
function nameStart(bytes: Buffer, at: number): number {
  let i = at - 1;
  while (bytes[i] !== QUOTE && i > 0) i--;
  const before = bytes[i - 1];
  return before === COMMA || before === OPEN_OBJECT ? i : -1;
}
