import { isJsonObject, type Json } from '../../core/json.ts';
import { type CatalogEntry, catalogError, columnMetadata, streamMetadata } from './catalog-file.ts';
import { ownMember, propertiesOf } from './schema.ts';

/**
 * Whether the catalog selects a stream. The rules are singer-sdk's: `unsupported` is never, `automatic` always,
 * then `selected`, then `selected-by-default`; an entry without any metadata counts as selected.
 */
export function isStreamSelected(entry: CatalogEntry): boolean {
  const metadata = streamMetadata(entry);
  if (metadata['inclusion'] === 'unsupported') return false;
  if (metadata['inclusion'] === 'automatic') return true;
  // Older catalogs say `selected` in the entry or in the schema instead of the metadata.
  const selected = metadata['selected'] ?? entry.own['selected'] ?? entry.schema['selected'];
  return (
    flag(entry.name, selected) ??
    flag(entry.name, metadata['selected-by-default']) ??
    entry.metadata.size === 0
  );
}

/** Whether the catalog selects a column of a selected stream; one that nothing is said about goes with its stream. */
export function isColumnSelected(entry: CatalogEntry, column: string): boolean {
  const metadata = columnMetadata(entry, column);
  if (metadata['inclusion'] === 'unsupported') return false;
  if (metadata['inclusion'] === 'automatic') return true;
  const schema = ownMember(propertiesOf(entry.schema), column);
  const selected = metadata['selected'] ?? (isJsonObject(schema) ? schema['selected'] : undefined);
  return flag(entry.name, selected) ?? flag(entry.name, metadata['selected-by-default']) ?? true;
}

/** `"true"` as a text is in the examples of Singer's own documentation, and so in catalogs. */
function flag(stream: string, value: Json | undefined): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw catalogError(stream, `has "selected": ${JSON.stringify(value)} in the catalog; write true or false`);
}
