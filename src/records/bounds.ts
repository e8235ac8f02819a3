import { QUOTE } from './bytes.ts';
import { memberString } from './row.ts';

/**
 * Rows whose column `key` is below `from`, or not below `before`, are left out; those without a value there stay. All are
 * text that sorts as it means (dates).
 */
export interface Bounds {
  readonly key: string;
  readonly from?: string;
  readonly before?: string;
}

/** True when a row (`{…}`, or its members without the braces in the layout of the wire) is to be left out. */
export function isOutside(row: Buffer, { key, from, before }: Bounds): boolean {
  const text = dateOf(row, key);
  if (text === null) return false;
  return (from !== undefined && text < from) || (before !== undefined && text >= before);
}

/** `2026-01-31T10:00:00Z` */
const dateLength = 20;

/**
 * A date of the row. Rows are flat, and inside a string the quotes would be escaped: these bytes are the member itself. Where they are not
 * found (no value, another layout) the row is read member by member.
 */
function dateOf(row: Buffer, key: string): string | null {
  const name = `"${key}":"`;
  const at = row.indexOf(name, 0, 'latin1');
  if (at < 0) return memberString(row, key);
  const start = at + name.length;
  return row[start + dateLength] === QUOTE
    ? row.toString('latin1', start, start + dateLength)
    : memberString(row, key);
}
