/**
 * The splice path: rows are cut at the bytes `{"@odata.etag":"` and copied whole, without their etag. Inside a JSON
 * string a quote is written `\"`, and a string's closing quote is followed by `,` `}` `]` or `:`, so these bytes are
 * always the start of an object with an etag. That the object is a row, and not one nested in a row by `$expand`, is
 * seen from the `},` before it: the first nested object stands behind a `:` or a `[`.
 *
 * Whether rows need no change is read off the first and the last row: a page that was asked for without annotations has
 * the same members in each of its rows, nulls included.
 */
import { ConnectorError } from '../core/errors.ts';
import type { Pool } from '../core/pool.ts';
import { isOutside } from './bounds.ts';
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './bytes.ts';
import { noKeys, setKey } from './keys.ts';
import { frameText, linesOf, put } from './lines.ts';
import { onlyAnnotations, patchCuts } from './patch.ts';
import { decode, eachMember } from './row.ts';
import type { Cut, FramedRows, Wishes } from './rows.ts';
import { skipSpace, stringEnd, type Text } from './scan.ts';
import type { Frame, RowShape } from './types.ts';

const ROW = Buffer.from('{"@odata.etag":"');
const NUL = Buffer.from('\\u0000');
const ESCAPE = Buffer.from('\\u');
const SURROGATES = [Buffer.from('\\ud'), Buffer.from('\\uD')];
const LINE_FEED = 0x0a;

/** Frames the rows of the array whose `[` is before `start`; undefined when the page has to be rewritten. */
export function spliceRows(
  text: Text,
  start: number,
  shape: RowShape,
  frame: Frame,
  { keys, bounds, pool }: Wishes,
): FramedRows | undefined {
  const { bytes } = text;
  const annotations = onlyAnnotations(shape);
  if (annotations === undefined || bytes.indexOf(ROW, start) !== start) return undefined;
  if (wholeRowEnd(text, start, shape, annotations) === undefined || mayNeedRepair(bytes, start))
    return undefined;
  const cuts = cutRows(text, start);
  const last = cuts?.at(-1);
  if (cuts === undefined || last === undefined) return undefined;
  const end = wholeRowEnd(text, last.row, shape, annotations);
  if (end === undefined) return undefined;
  const close = skipSpace(text, end);
  if (bytes[close] !== CLOSE_ARRAY) return undefined;
  last.to = end - 1;
  const inside =
    bounds === undefined
      ? cuts
      : cuts.filter(({ row, to }) => !isOutside(bytes.subarray(row, to + 1), bounds));
  const lines =
    annotations.length === 0
      ? frameCuts(text, inside, frame, pool)
      : patchCuts(text, inside, annotations, shape, frame, pool);
  if (lines === undefined) return undefined;
  return {
    lines,
    rows: inside.length,
    deleted: [],
    lastRow: Buffer.from(bytes.subarray(last.row, end)),
    keys: keys ? keysOf(text, cuts, shape.keyColumn) : undefined,
    repaired: 0,
    end: close + 1,
  };
}

/**
 * The last row of the array that begins at `start`, before anything else of it is read; undefined where rows have no etag.
 * Where rows nest (`$expand`) it may be one of the nested: compare it with the row that framing the page tells.
 */
export function peekLastRow(text: Text, start: number): Buffer | undefined {
  const { bytes } = text;
  const at = bytes.lastIndexOf(ROW);
  if (at < start) return undefined;
  return bytes.subarray(
    at,
    eachMember(text, at, () => {}),
  );
}

/** All rows; the `to` of the last one is not known yet. Undefined when a row cannot be cut. */
function cutRows(text: Text, start: number): Cut[] | undefined {
  const { bytes } = text;
  const cuts: Cut[] = [];
  let row = start;
  for (;;) {
    const etagEnd = stringEnd(text, row + ROW.length - 1);
    if (bytes[etagEnd] !== COMMA || bytes[etagEnd + 1] !== QUOTE) return undefined;
    const next = bytes.indexOf(ROW, etagEnd);
    cuts.push({ row, from: etagEnd + 1, to: next - 2 });
    if (next < 0) return cuts;
    if (bytes[next - 1] !== COMMA || bytes[next - 2] !== CLOSE_OBJECT) return undefined;
    row = next;
  }
}

/**
 * Index behind the row at `at` when its members are an etag, the shape's columns and members with the annotations, if there
 * are any. Rows that hold objects or arrays are not looked into, so they do not qualify when names are to be patched.
 */
function wholeRowEnd(
  text: Text,
  at: number,
  shape: RowShape,
  annotations: readonly string[],
): number | undefined {
  const { bytes } = text;
  const patched = annotations.length > 0;
  const isAnnotated = (name: string) =>
    patched && annotations.some((annotation) => name.endsWith(annotation));
  const missing = new Set(shape.columns.map((column) => column.key)).add('@odata.etag');
  let fits = true;
  const end = eachMember(text, at, (member) => {
    const name = decode(bytes, member.name, member.nameEnd);
    const nested = bytes[member.value] === OPEN_OBJECT || bytes[member.value] === OPEN_ARRAY;
    fits &&= (missing.delete(name) || isAnnotated(name)) && !(nested && patched);
  });
  return fits && [...missing].every(isAnnotated) ? end : undefined;
}

/** True when a string of the rows may hold `\u0000` or half a surrogate pair, or a line break may stand between tokens. */
function mayNeedRepair(bytes: Buffer, start: number): boolean {
  if (bytes.indexOf(LINE_FEED, start) >= 0) return true;
  const first = bytes.indexOf(ESCAPE, start);
  if (first < 0) return false;
  return bytes.indexOf(NUL, first) >= 0 || SURROGATES.some((start) => bytes.indexOf(start, first) >= 0);
}

function frameCuts(text: Text, cuts: readonly Cut[], frame: Frame, pool: Pool): Buffer {
  const { before, after } = frameText(frame);
  const room = cuts.reduce((sum, { from, to }) => sum + to - from, 0);
  const lines = linesOf(pool, room + cuts.length * (before.bytes.length + after.bytes.length));
  for (const { from, to } of cuts) {
    put(lines, before, 0, before.bytes.length);
    put(lines, text, from, to);
    put(lines, after, 0, after.bytes.length);
  }
  return lines.bytes.subarray(0, lines.length);
}

/** The rows' keys. The key mostly stands at the same distance from a row's end, since it is its last member. */
function keysOf(text: Text, cuts: readonly Cut[], keyColumn: string): Buffer {
  const name = Buffer.from(`${JSON.stringify(keyColumn)}:`);
  const keys = noKeys();
  let distance = 0;
  cuts.forEach(({ from, to }, row) => {
    const members = text.bytes.subarray(from, to);
    const guess = members.length - distance;
    const at = guess >= 0 && members.indexOf(name, guess) === guess ? guess : members.indexOf(name);
    if (at < 0) throw new ConnectorError('protocol', 'A row has no primary key.');
    distance = members.length - at;
    setKey(keys, row, text, from + at + name.length);
  });
  return keys.bytes.subarray(0, 16 * cuts.length);
}
