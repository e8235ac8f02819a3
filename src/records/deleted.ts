import { ConnectorError } from '../core/errors.ts';
import { memberString } from './row.ts';
import type { Text } from './scan.ts';

/** True when a row's context says that it is a deleted one: `…/$metadata#accounts/$deletedEntity`. */
export function marksDeleted(text: Text, value: number, end: number): boolean {
  return text.bytes.toString('latin1', value, end).endsWith('/$deletedEntity"');
}

/** The id of a deleted row: a bare guid, or as OData allows a link that ends in one. */
export function deletedId(row: Buffer): string {
  const id = memberString(row, 'id');
  const guid = id?.match(/(?<=^|\()[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\)?$)/i)?.[0];
  if (guid === undefined) throw new ConnectorError('protocol', 'A deleted row of a delta page has no id.');
  return guid.toLowerCase();
}
