import { ConnectorError } from '../core/errors.ts';
import { CLOSE_ARRAY, OPEN_ARRAY, QUOTE } from './bytes.ts';
import { type Lines, put, putByte } from './lines.ts';
import { type Text, textOf } from './scan.ts';
import type { Transform } from './types.ts';

const NULL = textOf(Buffer.from('null'));
const UPPER_Z = 0x5a;

/** Appends the value `[from, to)` of `text`, transformed. A value that is not a string goes out as it came. */
export function putTransformed(
  lines: Lines,
  transform: Transform,
  text: Text,
  from: number,
  to: number,
): void {
  const empty = to - from === 2;
  const change: Transform = text.bytes[from] === QUOTE ? transform : 'none';
  switch (change) {
    case 'none':
      put(lines, text, from, to);
      break;
    case 'strip_zone':
      if (empty) put(lines, NULL, 0, NULL.bytes.length);
      else putWithoutZone(lines, text, from, to);
      break;
    case 'date_or_null':
      if (empty) put(lines, NULL, 0, NULL.bytes.length);
      else put(lines, text, from, to);
      break;
    case 'choices_array':
      putChoices(lines, text, from, to);
      break;
    case 'lower':
      putLower(lines, text, from, to);
      break;
    default:
      change satisfies never;
  }
}

/** `"2024-01-31T10:00:00Z"` without its `Z`. */
function putWithoutZone(lines: Lines, text: Text, from: number, to: number): void {
  const naive = text.bytes[to - 2] === UPPER_Z;
  put(lines, text, from, naive ? to - 2 : to);
  if (naive) putByte(lines, QUOTE);
}

/** `"1,2,5"` as `[1,2,5]`. */
function putChoices(lines: Lines, text: Text, from: number, to: number): void {
  const list = text.bytes.toString('latin1', from + 1, to - 1);
  if (list !== '' && !/^ *-?(0|[1-9]\d*) *(, *-?(0|[1-9]\d*) *)*$/.test(list)) {
    throw new ConnectorError(
      'protocol',
      'A multi-select choice came as something else than a list of numbers. Read these columns as text instead of arrays.',
    );
  }
  putByte(lines, OPEN_ARRAY);
  put(lines, text, from + 1, to - 1);
  putByte(lines, CLOSE_ARRAY);
}

/** Letters A to Z in lower case: a guid has no others, and no JSON escape is written with a capital that matters. */
function putLower(lines: Lines, text: Text, from: number, to: number): void {
  const start = lines.length;
  put(lines, text, from, to);
  for (let i = start; i < lines.length; i++) {
    const byte = lines.bytes[i] as number;
    if (byte >= 0x41 && byte <= UPPER_Z) lines.bytes[i] = byte | 0x20;
  }
}
