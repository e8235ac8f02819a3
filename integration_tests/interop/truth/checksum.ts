import { createHash } from 'node:crypto';
import type { Row } from './truth.ts';

/**
 * How a destination keeps a column; which loader does what is in docs/targets.md.
 *
 * - `exact`: as it came
 * - `double`: as a binary number of 64 bits, which may round it
 * - `decimal9`: with nine digits after the point, rounded
 * - `timestamp`: as a time without a zone, wall clocks like others
 * - `filled`: empty text as NULL
 * - `escaped`: as `filled`, and control characters as JSON writes them (a line break becomes the two characters `\n`)
 */
export type Form = 'exact' | 'double' | 'decimal9' | 'timestamp' | 'escaped' | 'filled';

/** The number of rows and one checksum over all columns of all rows, in whatever order they come. */
export interface Sum {
  readonly rows: number;
  readonly checksum: string;
}

/** The sum of rows as a destination with these columns should hold them; columns that a row lacks are null. */
export function sumOf(rows: readonly Row[], columns: ReadonlyMap<string, Form>): Sum {
  const names = [...columns.keys()].sort();
  const hashes = rows.map((row) =>
    md5(names.map((name) => cell(kept(row.get(name) ?? null, columns.get(name) ?? 'exact'))).join('')),
  );
  return { rows: rows.length, checksum: md5(hashes.sort().join('')) };
}

/** Length and text, so that neighbouring columns cannot be taken for each other. */
function cell(text: string | null): string {
  return text === null ? '-' : `${Buffer.byteLength(text)}:${text}`;
}

/** The text as a destination keeps it; a double is told by its eight bytes. */
export function kept(text: string | null, form: Form): string | null {
  if (text === null) return null;
  switch (form) {
    case 'exact':
      return text;
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Number(text));
      return bytes.toString('hex');
    }
    case 'decimal9':
      return rounded(text);
    case 'timestamp':
      return text.endsWith('Z') ? text : `${text}Z`;
    case 'filled':
      return text === '' ? null : text;
    case 'escaped':
      return text === ''
        ? null
        : JSON.stringify(text)
            .slice(1, -1)
            .replace(/\\(["\\])/g, '$1');
    default:
      return form satisfies never;
  }
}

/** Nine digits after the point, halves away from zero. */
function rounded(text: string): string {
  const [whole = '', digits = ''] = text.split('.');
  if (digits.length <= 9) return `${whole}.${digits.padEnd(9, '0')}`;
  const magnitude = BigInt(whole.replace('-', '') + digits.slice(0, 9)) + (digits.charAt(9) >= '5' ? 1n : 0n);
  const padded = String(magnitude).padStart(10, '0');
  return `${text.startsWith('-') ? '-' : ''}${padded.slice(0, -9)}.${padded.slice(-9)}`;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
