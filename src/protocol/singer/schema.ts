import type { Stream, StreamColumn } from '../../catalog/types.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { mayTrackChanges } from '../cursors.ts';
import { valueSchema } from '../value-schema.ts';

/**
 * Columns that mark deleted rows. `_sdc_deleted_at` is the name that targets know; singer-sdk targets strip it when
 * `add_record_metadata` is off, so there is a plain flag beside it.
 */
const deleteColumns: Readonly<Record<string, JsonObject>> = {
  _sdc_deleted_at: valueSchema('timestamp'),
  is_deleted: valueSchema('boolean'),
};

/**
 * Delete columns that the stream carries when deletes are on; a column of the table by such a name goes first. `tracked`:
 * its deletes can be told, because changes are tracked, or were until now.
 */
export function deleteColumnsOf(
  stream: Stream,
  tracked = mayTrackChanges(stream),
): Readonly<Record<string, JsonObject>> {
  if (!tracked) return {};
  const taken = new Set(stream.columns.map((column) => column.name));
  return Object.fromEntries(Object.entries(deleteColumns).filter(([name]) => !taken.has(name)));
}

/** The stream's JSON Schema: the columns given, in order, without delete columns. */
export function streamSchema(columns: readonly StreamColumn[]): JsonObject {
  const properties = columns.map((column) => [column.name, valueSchema(column.type, column.key)] as const);
  return { type: 'object', properties: Object.fromEntries(properties) };
}

/** The schema with the stream's delete columns at the end of its properties. */
export function withDeleteColumns(schema: JsonObject, stream: Stream, tracked?: boolean): JsonObject {
  return { ...schema, properties: { ...propertiesOf(schema), ...deleteColumnsOf(stream, tracked) } };
}

/** `properties` of a schema; empty where there are none. */
export function propertiesOf(schema: JsonObject): JsonObject {
  const properties = schema['properties'];
  return isJsonObject(properties) ? properties : {};
}

/** A member of an object, not of its prototype: a column may be called `constructor`. */
export function ownMember(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
