import { ConnectorError } from '../core/errors.ts';
import { hexDigit, MINUS, QUOTE } from './bytes.ts';
import type { Text } from './scan.ts';

/** Keys of a page while they are collected: 16 bytes a row, in the order of the guid's digits. */
export interface Keys {
  bytes: Buffer;
}

/** Length of a guid's JSON text, quotes included. */
const GUID_TEXT = 38;

/** No keys yet. */
export function noKeys(): Keys {
  return { bytes: Buffer.alloc(16 * 256) };
}

/** Sets key number `row` to the guid whose JSON text starts at `at`. Throws `protocol` when there is none. */
export function setKey(keys: Keys, row: number, text: Text, at: number): void {
  if (16 * (row + 1) > keys.bytes.length)
    keys.bytes = Buffer.concat([keys.bytes, Buffer.alloc(keys.bytes.length)]);
  const { bytes } = text;
  let ok = bytes[at] === QUOTE && bytes[at + GUID_TEXT - 1] === QUOTE;
  let i = at + 1;
  for (let k = 0; k < 16; k++) {
    if (k === 4 || k === 6 || k === 8 || k === 10) ok = bytes[i++] === MINUS && ok;
    const high = hexDigit(bytes[i++]);
    const low = hexDigit(bytes[i++]);
    ok = high >= 0 && low >= 0 && ok;
    keys.bytes[16 * row + k] = (high << 4) | low;
  }
  if (!ok) throw new ConnectorError('protocol', 'A row has no guid in its primary key.');
}
