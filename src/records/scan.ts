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
  const { bytes, view } = text;
  const lastWord = bytes.length - 4;
  let i = at + 1;
  let dirty = false;
  for (;;) {
    // Four bytes at a time while none of them is a quote, a backslash or a control character.
    while (i <= lastWord) {
      const word = view.getInt32(i, true);
      const quote = word ^ 0x22222222;
      const slash = word ^ 0x5c5c5c5c;
      const found =
        ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((word - 0x20202020) & ~word);
      if ((found & 0x80808080) !== 0) break;
      i += 4;
    }
    let byte = bytes[i];
    while (byte !== undefined && byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) byte = bytes[++i];
    if (byte === QUOTE) return dirty ? ~(i + 1) : i + 1;
    if (byte !== BACKSLASH) throw malformed(text, i, 'the end of a string');
    const end = escapeEnd(text, i);
    if (end < 0) dirty = true;
    i = end < 0 ? ~end : end;
  }
}

/** Index behind the escape whose backslash is at `at` (a surrogate pair is one escape); complemented when it needs cleaning. */
export function escapeEnd(text: Text, at: number): number {
  const { bytes } = text;
  const letter = bytes[at + 1];
  if (letter !== LOWER_U) {
    // " \ / b f n r t
    if (letter !== undefined && '"\\/bfnrt'.includes(String.fromCharCode(letter))) return at + 2;
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
  switch (byte) {
    case QUOTE:
      return stringEnd(text, at);
    case LOWER_N:
      return wordEnd(text, at, 'null');
    case LOWER_T:
      return wordEnd(text, at, 'true');
    case LOWER_F:
      return wordEnd(text, at, 'false');
    case OPEN_OBJECT:
    case OPEN_ARRAY:
      return nestedEnd(text, at);
    default:
      if (byte === MINUS || isDigit(byte)) return numberEnd(text, at);
      throw malformed(text, at, 'a value');
  }
}

function wordEnd(text: Text, at: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (text.bytes[at + i] !== word.charCodeAt(i)) throw malformed(text, at + i, word);
  }
  return at + word.length;
}

function numberEnd(text: Text, at: number): number {
  const { bytes } = text;
  let i = bytes[at] === MINUS ? at + 1 : at;
  i = bytes[i] === ZERO ? i + 1 : digitsEnd(text, i);
  if (bytes[i] === DOT) i = digitsEnd(text, i + 1);
  if (((bytes[i] ?? 0) | SPACE) === LOWER_E) {
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
