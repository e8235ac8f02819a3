import { CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './bytes.ts';
import { decode, plain } from './row.ts';
import { malformed, skip, skipSpace, stringEnd, type Text, valueEnd } from './scan.ts';

/** What a page says beside its rows. The server may put it before the rows or behind them. */
export interface Envelope {
  nextLink: string | undefined;
  deltaLink: string | undefined;
  metadataVersion: string | undefined;
  /** The page is the answer to a delta link: it may hold deleted rows. */
  delta: boolean;
  /** The page was asked for with annotations: rows need not have the same members. */
  annotated: boolean;
}

/** Where the rows begin, and what stands before them. */
export interface Head {
  /** Index behind the `[` of the rows. */
  readonly start: number;
  readonly envelope: Envelope;
}

/** Reads a page up to its rows. Throws `protocol` when it has none. */
export function readHead(text: Text): Head {
  const envelope: Envelope = {
    nextLink: undefined,
    deltaLink: undefined,
    metadataVersion: undefined,
    delta: false,
    annotated: false,
  };
  const object = skip(text, afterMark(text), OPEN_OBJECT, 'a page');
  const first = skipSpace(text, object);
  const start = text.bytes[first] === CLOSE_OBJECT ? undefined : readMembers(text, first, envelope);
  if (start === undefined) throw malformed(text, object, 'a "value" with the rows');
  return { start, envelope };
}

/** Reads what follows the rows, from behind their `]` to the last byte, into `envelope`. */
export function readTail(text: Text, at: number, envelope: Envelope): void {
  let i = skipSpace(text, at);
  if (text.bytes[i] === CLOSE_OBJECT) {
    end(text, i + 1);
    return;
  }
  i = skip(text, i, COMMA, 'a comma or the end of the page');
  if (readMembers(text, i, envelope) !== undefined) throw malformed(text, i, 'one "value" only');
}

/** Reads members from `at` up to the rows (returns the index behind `[`) or to the end of the page (undefined). */
function readMembers(text: Text, at: number, envelope: Envelope): number | undefined {
  const { bytes } = text;
  let i = at;
  for (;;) {
    const from = skipSpace(text, i);
    if (bytes[from] !== QUOTE) throw malformed(text, from, "a member's name");
    const nameEnd = plain(stringEnd(text, from));
    const name = decode(bytes, from, nameEnd);
    const value = skipSpace(text, skip(text, nameEnd, COLON, 'a colon'));
    if (name === 'value') return skip(text, value, OPEN_ARRAY, 'an array of rows');
    i = plain(valueEnd(text, value));
    if (name.startsWith('@'))
      note(envelope, name, bytes[value] === QUOTE ? decode(bytes, value, i) : undefined);
    i = skipSpace(text, i);
    if (bytes[i] === CLOSE_OBJECT) {
      end(text, i + 1);
      return undefined;
    }
    i = skip(text, i, COMMA, 'a comma or the end of the page');
  }
}

function note(envelope: Envelope, name: string, value: string | undefined): void {
  if (name === '@odata.nextLink') envelope.nextLink = value;
  else if (name === '@odata.deltaLink') envelope.deltaLink = value;
  else if (name === '@odata.context') envelope.delta = value?.endsWith('/$delta') ?? false;
  else if (name.startsWith('@Microsoft.Dynamics.CRM.')) {
    envelope.annotated = true;
    if (name === '@Microsoft.Dynamics.CRM.globalmetadataversion') envelope.metadataVersion = value;
  }
}

function end(text: Text, at: number): void {
  const i = skipSpace(text, at);
  if (i < text.bytes.length) throw malformed(text, i, 'nothing behind the page');
}

/** Index behind a byte order mark, which OData's own `/$count` answers are known to have. */
function afterMark(text: Text): number {
  const { bytes } = text;
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
