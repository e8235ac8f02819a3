import type { Environment } from '../../support/environment.ts';
import { textsOf } from './json.ts';

/** A row: column name to the text of its value. Columns carry the names they have in the destination. */
export type Row = ReadonlyMap<string, string | null>;

/** All rows of a table as of now. */
export interface Truth {
  readonly columns: ReadonlySet<string>;
  readonly rows: readonly Row[];
}

/** Reads a table from the simulator's control surface: not through the service, and not through the connector. */
export function truthOf({ simulator }: Environment, table: string): Truth {
  const rows = [...simulator.control.rows(table, lookupType)].map((json) => destinationRow(textsOf(json)));
  return { columns: new Set(rows.flatMap((row) => [...row.keys()])), rows };
}

const lookupType = 'Microsoft.Dynamics.CRM.lookuplogicalname';

/** Contents of images and files, which are left out unless `include_binary` is on. */
const contents = new Set(['entityimage', 'documentbody']);

/** Columns with the behaviour "time zone independent": wall clocks, which lose the Z that the service puts behind them. */
const wallClocks = new Set(['new_callbackat']);

/**
 * The row as docs/types.md says it arrives: without the etag, with `_x_type` beside `_x_value`, wall clocks without a zone,
 * and without what destinations refuse (U+0000 is taken out, half surrogate pairs become U+FFFD).
 */
function destinationRow(wire: ReadonlyMap<string, string | null>): Row {
  const row = new Map<string, string | null>();
  for (const [name, text] of wire) {
    if (name.includes('@') || contents.has(name)) continue;
    const arriving = wallClocks.has(name) ? text?.replace(/Z$/, '') : text;
    row.set(name, arriving == null ? null : acceptable(arriving));
    if (isLookup(name)) row.set(typeColumn(name), wire.get(`${name}@${lookupType}`) ?? null);
  }
  return row;
}

function isLookup(name: string): boolean {
  return /^_.+_value$/.test(name);
}

function typeColumn(lookup: string): string {
  return lookup.replace(/_value$/, '_type');
}

function acceptable(text: string): string {
  return Buffer.from(text.replaceAll('\u0000', ''), 'utf8').toString('utf8');
}

/** True for the column beside a lookup that says which table it leads to; only lookups to several tables have one. */
export function isTypeColumn(name: string): boolean {
  return /^_.+_type$/.test(name);
}
