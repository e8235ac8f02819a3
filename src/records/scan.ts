/**
 * The byte scanner: finds where JSON values end, strictly (RFC 8259), without making a string or a number of them.
 * Every function takes bytes and an index and returns the index behind what it read, or throws `protocol`.
 *
 * Ends of strings and of nested values come back as their bitwise complement (a negative number) when the text cannot
 * go out as it came: it holds `\u0000`, half a surrogate pair, or a line break between its tokens. `clean.ts` mends it.
 */
import { ConnectorError } from '../core/errors.ts';
import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  DOT,
  hexDigit,
  isDigit,
  isSpace,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  LOWER_U,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  PLUS,
  QUOTE,
  SPACE,
  UPPER_E,
  ZERO,
} from './bytes.ts';

/** Bytes under scrutiny, with the view that reads four of them at a time. */
export interface Text {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Bytes as the scanner wants them. Copies nothing. */
export function textOf(bytes: Buffer): Text {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** The error of bytes that are not what they should be. It tells the place, never the content: rows are other people's data. */
export function malformed(text: Text, at: number, expected: string): ConnectorError {
  const size = text.bytes.length;
  const where = at >= size ? `the answer ends early, after ${size} bytes` : `at byte ${at} of ${size}`;
  return new ConnectorError(
    'protocol',
    `The service's answer is not a readable page of rows: expected ${expected}, ${where}. Run again; if it stays, a proxy on the way may be changing answers.`,
  );
}

/** Index of the first byte at or behind `at` that is not white space. */
export function skipSpace(text: Text, at: number): number {
  let i = at;
  while (isSpace(text.bytes[i])) i++;
  return i;
}

/** Index behind `byte`, which must be the next one but for white space. `name` is how an error calls it. */
export function skip(text: Text, at: number, byte: number, name: string): number {
  const i = skipSpace(text, at);
  if (text.bytes[i] !== byte) throw malformed(text, i, name);
  return i + 1;
}

/** Index behind the string whose opening quote is at `at`; complemented when it needs cleaning. */
export function stringEnd(text: Text, at: number): number {
  const i = nextSpecial(text, at + 1);
  return text.bytes[i] === QUOTE ? i + 1 : escapedStringEnd(text, i);
}

/** Index of the first quote, backslash or control character at or behind `at`: four bytes at a time. */
function nextSpecial(text: Text, at: number): number {
  const { bytes, view } = text;
  const lastWord = bytes.length - 4;
  let i = at;
  for (; i <= lastWord; i += 4) {
    const marks = specials(view.getInt32(i, true));
    // The lowest mark is a true one, and tells which of the four bytes it is.
    if (marks !== 0) return i + ((31 - Math.clz32(marks & -marks)) >> 3);
  }
  for (; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) return i;
  }
  return i;
}

/** Marks (bit 7) the bytes of a word that are a quote, a backslash or a control character; above a mark there may be false ones. */
function specials(word: number): number {
  const quote = word ^ 0x22222222;
  const slash = word ^ 0x5c5c5c5c;
  const marks =
    ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((word - 0x20202020) & ~word);
  return marks & 0x80808080;
}

/** The same as `stringEnd` from the first escape of a string on, which is at `at`. */
function escapedStringEnd(text: Text, at: number): number {
  const { bytes } = text;
  let i = at;
  let dirty = false;
  while (bytes[i] !== QUOTE) {
    if (bytes[i] !== BACKSLASH) throw malformed(text, i, 'the end of a string');
    const end = escapeEnd(text, i);
    if (end < 0) dirty = true;
    i = nextSpecial(text, end < 0 ? ~end : end);
  }
  return dirty ? ~(i + 1) : i + 1;
}

/** Index behind the escape whose backslash is at `at` (a surrogate pair is one escape); complemented when it needs cleaning. */
export function escapeEnd(text: Text, at: number): number {
  const { bytes } = text;
  const letter = bytes[at + 1];
  if (letter === QUOTE || letter === BACKSLASH) return at + 2;
  if (letter !== LOWER_U) {
    if (letter !== undefined && '/bfnrt'.includes(String.fromCharCode(letter))) return at + 2;
    throw malformed(text, at + 1, 'an escape');
  }
  const code = escapedUnit(text, at);
  if (code === 0) return ~(at + 6);
  if (code < 0xd800 || code > 0xdfff) return at + 6;
  const pairs =
    code < 0xdc00 && bytes[at + 6] === BACKSLASH && bytes[at + 7] === LOWER_U && isLowSurrogate(text, at + 6);
  return pairs ? at + 12 : ~(at + 6);
}

function isLowSurrogate(text: Text, at: number): boolean {
  const code = escapedUnit(text, at);
  return code >= 0xdc00 && code <= 0xdfff;
}

/** The UTF-16 unit of the `\uXXXX` at `at`. */
function escapedUnit(text: Text, at: number): number {
  let code = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const digit = hexDigit(text.bytes[i]);
    if (digit < 0) throw malformed(text, i, 'a hexadecimal digit');
    code = code * 16 + digit;
  }
  return code;
}

/** Index behind the value that starts at `at` (no white space before it); complemented when it needs cleaning. */
export function valueEnd(text: Text, at: number): number {
  const byte = text.bytes[at];
  if (byte === QUOTE) return stringEnd(text, at);
  if (isDigit(byte) || byte === MINUS) return numberEnd(text, at);
  switch (byte) {
    case LOWER_N:
      return wordEnd(text, at, NULL);
    case LOWER_T:
      return wordEnd(text, at, TRUE);
    case LOWER_F:
      // Its first letter has been seen: `alse` is a word of four like the others.
      return wordEnd(text, at + 1, ALSE);
    case OPEN_OBJECT:
    case OPEN_ARRAY:
      return nestedEnd(text, at);
    default:
      throw malformed(text, at, 'a value');
  }
}

// The bytes of these words, read as one number.
const NULL = 0x6c6c756e;
const TRUE = 0x65757274;
const ALSE = 0x65736c61;

function wordEnd(text: Text, at: number, word: number): number {
  const end = at + 4;
  if (end > text.bytes.length || text.view.getInt32(at, true) !== word) {
    throw malformed(text, end > text.bytes.length ? text.bytes.length : at, 'null, true or false');
  }
  return end;
}

function numberEnd(text: Text, at: number): number {
  const { bytes } = text;
  let i = bytes[at] === MINUS ? at + 1 : at;
  i = bytes[i] === ZERO ? i + 1 : digitsEnd(text, i);
  let byte = bytes[i];
  if (byte === COMMA) return i;
  if (byte === DOT) {
    i = digitsEnd(text, i + 1);
    byte = bytes[i];
  }
  if (byte === LOWER_E || byte === UPPER_E) {
    const sign = bytes[i + 1];
    i = digitsEnd(text, sign === PLUS || sign === MINUS ? i + 2 : i + 1);
  }
  return i;
}

function digitsEnd(text: Text, at: number): number {
  let i = at;
  while (isDigit(text.bytes[i])) i++;
  if (i === at) throw malformed(text, at, 'a digit');
  return i;
}

/** Objects and arrays inside a row are rare: their end is found by depth, their grammar is left to JSON.parse. */
function nestedEnd(text: Text, at: number): number {
  const { bytes } = text;
  let depth = 0;
  let dirty = false;
  let i = at;
  do {
    const byte = bytes[i];
    if (byte === undefined) throw malformed(text, i, 'the end of an object or array');
    if (byte === QUOTE) {
      const end = stringEnd(text, i);
      if (end < 0) dirty = true;
      i = end < 0 ? ~end : end;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    else if (byte < SPACE) dirty = true;
    i++;
  } while (depth > 0);
  try {
    JSON.parse(bytes.toString('utf8', at, i));
  } catch {
    throw malformed(text, at, 'a well-formed object or array');
  }
  return dirty ? ~i : i;
}
