import { BACKSLASH, isSpace, LOWER_U, QUOTE } from './bytes.ts';
import { escapeEnd, textOf } from './scan.ts';

/** A value's text that destinations accept, and how many of its strings had to change for it. */
export interface Cleaned {
  readonly bytes: Buffer;
  readonly repaired: number;
}

const REPLACEMENT = Buffer.from('\\ufffd');

/**
 * The same JSON value without white space between tokens, without `\u0000` (PostgreSQL refuses it) and with U+FFFD for
 * every half of a surrogate pair (no UTF-8 exists for it). `value` has passed the scanner.
 */
export function clean(value: Buffer): Cleaned {
  const text = textOf(value);
  const bytes = Buffer.allocUnsafe(value.length);
  let length = 0;
  let repaired = 0;
  let inString = false;
  let changed = false;
  let i = 0;
  while (i < value.length) {
    const byte = value[i] as number;
    if (inString && byte === BACKSLASH) {
      const end = escapeEnd(text, i);
      if (end >= 0) length += value.copy(bytes, length, i, end);
      else {
        changed = true;
        if (!isNul(value, i)) length += REPLACEMENT.copy(bytes, length);
      }
      i = end >= 0 ? end : ~end;
      continue;
    }
    if (byte === QUOTE) {
      if (inString && changed) repaired++;
      inString = !inString;
      changed = false;
    }
    if (inString || !isSpace(byte)) bytes[length++] = byte;
    i++;
  }
  return { bytes: bytes.subarray(0, length), repaired };
}

function isNul(value: Buffer, at: number): boolean {
  return value[at + 1] === LOWER_U && value.toString('latin1', at + 2, at + 6) === '0000';
}
