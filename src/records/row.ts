import { CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, QUOTE } from './bytes.ts';
import { malformed, skip, skipSpace, stringEnd, type Text, textOf, valueEnd } from './scan.ts';

/** Where a member stands: `[name, nameEnd)` with its quotes, `[value, valueEnd)` the text of its value. */
export interface Member {
  readonly name: number;
  readonly nameEnd: number;
  readonly value: number;
  readonly valueEnd: number;
}

/**
 * Text of a member of one row, exactly as it came: `9223372036854775807`, `"2024-01-31T10:00:00Z"` with its quotes, `null`.
 * Undefined when the row has no such member; the last one where a name occurs twice.
 */
export function memberText(row: Buffer, name: string): string | undefined {
  let found: string | undefined;
  eachMember(textOf(row), 0, (member) => {
    if (decode(row, member.name, member.nameEnd) === name) {
      found = row.toString('utf8', member.value, member.valueEnd);
    }
  });
  return found;
}

/** A member of one row as decoded text, or null when it is absent or not a string. */
export function memberString(row: Buffer, name: string): string | null {
  const text = memberText(row, name);
  return text?.startsWith('"') ? decodeText(text) : null;
}

/** Tells each member of the object at `at` (which may stand behind white space), in order; returns the index behind it. */
export function eachMember(text: Text, at: number, visit: (member: Member) => void): number {
  const { bytes } = text;
  let i = skipSpace(text, skip(text, at, OPEN_OBJECT, 'an object'));
  if (bytes[i] === CLOSE_OBJECT) return i + 1;
  for (;;) {
    const name = skipSpace(text, i);
    if (bytes[name] !== QUOTE) throw malformed(text, name, "a member's name");
    const nameEnd = plain(stringEnd(text, name));
    const value = skipSpace(text, skip(text, nameEnd, COLON, 'a colon'));
    const end = plain(valueEnd(text, value));
    visit({ name, nameEnd, value, valueEnd: end });
    i = skipSpace(text, end);
    if (bytes[i] === CLOSE_OBJECT) return i + 1;
    i = skip(text, i, COMMA, 'a comma or the end of an object');
  }
}

/** An end as the scanner gives it, whether the text needs cleaning or not. */
export function plain(end: number): number {
  return end < 0 ? ~end : end;
}

/** The string whose JSON text, quotes included, is `[from, to)`. */
export function decode(bytes: Buffer, from: number, to: number): string {
  return decodeText(bytes.toString('utf8', from, to));
}

function decodeText(text: string): string {
  const value: unknown = JSON.parse(text);
  return String(value);
}
