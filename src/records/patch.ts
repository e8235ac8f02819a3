/**
 * Splicing with patches: rows are copied whole but for one annotation, by which every row of a table with an owner goes
 * out (`_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname` as `_ownerid_type`). The bytes `@annotation":` are always
 * the end of a member's name: inside a string the quote would be written `\"`. So the search for them finds all that has
 * to change, several times faster than a scan of everything.
 */

import type { Pool } from '../core/pool.ts';
import { COMMA, OPEN_OBJECT, QUOTE } from './bytes.ts';
import { frameText, linesOf, put } from './lines.ts';
import { guess, lookUp, START } from './names.ts';
import { type PlannedColumn, planOf } from './plan.ts';
import { decode, plain } from './row.ts';
import type { Cut } from './rows.ts';
import { type Text, valueEnd } from './scan.ts';
import type { Frame, RowShape } from './types.ts';

/**
 * The annotation (`@Microsoft.Dynamics.CRM.lookuplogicalname`) that this shape renames, when it changes nothing else;
 * empty when it changes nothing at all; undefined when it changes more.
 */
export function onlyAnnotation(shape: RowShape): string | undefined {
  let annotation = '';
  for (const { key, as, transform } of shape.columns) {
    const own = key.slice(key.indexOf('@'));
    if (transform !== 'none' || (as !== key && !key.includes('@'))) return undefined;
    if (!key.includes('@')) continue;
    if (annotation !== '' && annotation !== own) return undefined;
    annotation = own;
  }
  return annotation;
}

/**
 * Frames rows that were cut, with the members of one annotation renamed, left out or, where a row has none, set to null.
 * Undefined when a row is not what it should be, and has to be scanned.
 */
export function patchCuts(
  text: Text,
  cuts: readonly Cut[],
  annotation: string,
  shape: RowShape,
  frame: Frame,
  pool: Pool,
): Buffer | undefined {
  const { bytes } = text;
  const { names, columns } = planOf(shape);
  const { before, after } = frameText(frame);
  const pattern = Buffer.from(`${annotation}":`);
  const annotated = columns.flatMap((column, i) =>
    shape.columns[i]?.key.endsWith(annotation) ? [{ column, i }] : [],
  );
  const seen = new Int32Array(columns.length).fill(-1);
  // No row can become longer than by its frame and all its nulls.
  const nulls = annotated.reduce((sum, { column }) => sum + column.out.bytes.length, 0);
  const longer = before.bytes.length + after.bytes.length + nulls;
  const lines = linesOf(pool, bytes.length + cuts.length * longer);
  let hit = bytes.indexOf(pattern, cuts[0]?.from);
  for (const [row, { from, to }] of cuts.entries()) {
    put(lines, before, 0, before.bytes.length);
    let at = from;
    let previous = START;
    // Rows that are left out may stand before this one.
    if (hit >= 0 && hit < from) hit = bytes.indexOf(pattern, from);
    while (hit >= 0 && hit < to) {
      const name = nameStart(bytes, hit);
      if (name < from) return undefined;
      const value = hit + pattern.length;
      let number = guess(names, previous, text, name);
      if (number < 0) number = lookUp(names, previous, decode(bytes, name, value - 1));
      previous = number;
      put(lines, text, at, name);
      const index = number < 0 ? -1 : (names.column[number] as number);
      if (index >= 0) {
        const { out, nameLength } = columns[index] as PlannedColumn;
        put(lines, out, 1, nameLength + 1);
        seen[index] = row;
        at = value;
      } else {
        // An annotation stands before its value, so there is a comma to leave out with it.
        const end = plain(valueEnd(text, value));
        if (bytes[end] !== COMMA) return undefined;
        at = end + 1;
      }
      hit = bytes.indexOf(pattern, value);
    }
    put(lines, text, at, to);
    for (const { column, i } of annotated)
      if (seen[i] !== row) put(lines, column.out, 0, column.out.bytes.length);
    put(lines, after, 0, after.bytes.length);
  }
  return lines.bytes.subarray(0, lines.length);
}

/** Index of the quote that opens the name which goes on at `at`; -1 when there is none where a name may begin. */
function nameStart(bytes: Buffer, at: number): number {
  let i = at - 1;
  while (bytes[i] !== QUOTE && i > 0) i--;
  const before = bytes[i - 1];
  return before === COMMA || before === OPEN_OBJECT ? i : -1;
}
