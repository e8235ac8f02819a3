import { COLON } from './bytes.ts';
import { type Text, textOf } from './scan.ts';

/**
 * The member names that rows have, each with a number. Rows of a page have the same members in the same order, but for
 * annotations, which null values lack: so a name is guessed from the one before it (two guesses), compared in words of
 * four bytes, and looked up only when both guesses fail.
 */
export interface Names {
  /** The names as they stand on the wire, `"name":`, one behind the other. */
  text: Text;
  /** Bytes of `text` in use. */
  size: number;
  /** Where each name stands in `text`, and its length there. */
  readonly offset: number[];
  readonly length: number[];
  /** The two names that were seen to follow each name first; -1 for none. */
  readonly next: number[];
  readonly other: number[];
  /** Number of the output column that the member becomes; -1 when it is left out. */
  readonly column: number[];
  readonly numbers: Map<string, number>;
}

/** Stands for the start of a row, where a name before the first one is needed, and for names that are not in the table. */
export const START = 0;

/** Bounds what a page can teach. */
const MOST_NAMES = 10_000;

/** A table that knows `columns`, the names of the members that become columns 0, 1, 2 …, and some `others`. */
export function namesOf(columns: readonly string[], others: readonly string[]): Names {
  const table: Names = {
    text: textOf(Buffer.alloc(64 * (columns.length + 8))),
    size: 0,
    offset: [0],
    length: [0],
    next: [-1],
    other: [-1],
    column: [-1],
    numbers: new Map(),
  };
  columns.forEach((name, column) => {
    add(table, name, column);
  });
  for (const name of others) if (!table.numbers.has(name)) add(table, name, -1);
  return table;
}

function add(names: Names, name: string, column: number): number {
  const wire = Buffer.from(`${JSON.stringify(name)}:`);
  if (names.size + wire.length > names.text.bytes.length) {
    const bytes = Buffer.alloc(2 * (names.size + wire.length));
    bytes.set(names.text.bytes);
    names.text = textOf(bytes);
  }
  const number = names.offset.length;
  names.offset.push(names.size);
  names.length.push(wire.length);
  names.next.push(-1);
  names.other.push(-1);
  names.column.push(column);
  names.numbers.set(name, number);
  names.text.bytes.set(wire, names.size);
  names.size += wire.length;
  return number;
}

/** Number of the name at `at` when it is one of the two that were seen behind `previous`; -1 when it is another. */
export function guess(names: Names, previous: number, text: Text, at: number): number {
  const next = names.next[previous] as number;
  if (next >= 0 && stands(names, next, text, at)) return next;
  const other = names.other[previous] as number;
  return other >= 0 && stands(names, other, text, at) ? other : -1;
}

/**
 * Number of the name whose `"name":` is in `[from, end)`, at its end, when it is one of those that were chained behind `previous`; -1
 * when it is another. Members that a row lacks are passed over.
 */
export function follow(names: Names, previous: number, text: Text, from: number, end: number): number {
  let number = names.next[previous] as number;
  for (; number >= 0; number = names.next[number] as number) {
    const at = end - (names.length[number] as number);
    if (at >= from && stands(names, number, text, at)) break;
  }
  return number;
}

/** Number of a name, put behind `previous` in the chain when it is in none yet. Unknown names are learnt. */
export function chain(names: Names, previous: number, name: string): number {
  const known = names.numbers.get(name);
  if (known === undefined && names.offset.length >= MOST_NAMES) return START;
  const number = known ?? add(names, name, -1);
  if (names.other[number] === CHAINED) return number;
  names.other[number] = CHAINED;
  names.next[number] = names.next[previous] as number;
  names.next[previous] = number;
  return number;
}

/** Marks, in `other`, the names of a chain. */
const CHAINED = -2;

/** True when `"name":` of that number stands at `at`. */
function stands(names: Names, number: number, text: Text, at: number): boolean {
  const length = names.length[number] as number;
  if (length < 4 || text.bytes[at + length - 1] !== COLON) return false;
  const { view } = text;
  const known = names.text.view;
  const shift = (names.offset[number] as number) - at;
  // The last word may overlap the one before it. An empty name, `"":`, is shorter than a word: it is looked up each time.
  const last = at + length - 4;
  for (let i = at; i < last; i += 4) {
    if (view.getInt32(i, true) !== known.getInt32(i + shift, true)) return false;
  }
  return view.getInt32(last, true) === known.getInt32(last + shift, true);
}

/** Number of the name whose `"name"` is `[from, to)`, and remembers that it follows `previous`. Unknown names are learnt. */
export function lookUp(names: Names, previous: number, name: string): number {
  const known = names.numbers.get(name);
  if (known === undefined && names.offset.length >= MOST_NAMES) return START;
  const number = known ?? add(names, name, -1);
  if (names.next[previous] === -1) names.next[previous] = number;
  else if (names.next[previous] !== number) names.other[previous] = number;
  return number;
}
