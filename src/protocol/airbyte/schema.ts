import type { Stream, ValueType } from '../../catalog/types.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { mayTrackChanges, validCursors } from '../cursors.ts';
import { valueSchema } from '../value-schema.ts';

/** When a row was extracted: the cursor of change-tracked streams, since a deleted row has no `modifiedon` any more. */
export const updatedAt = '_ab_cdc_updated_at';

/** When a row was deleted; destinations drop rows in which it is not null. */
export const deletedAt = '_ab_cdc_deleted_at';

/** Airbyte tells timestamps with and without a zone apart ("Supported data types"); both are `date-time` there. */
const airbyteTypes: Partial<Record<ValueType, JsonObject>> = {
  timestamp: { format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  timestamp_naive: { format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
};

/** The stream's JSON Schema with all columns, in the types of Airbyte's "Supported data types". */
export function airbyteSchema(stream: Stream, deletes: boolean): JsonObject {
  const columns = stream.columns.map(
    (column) => [column.name, columnSchema(column.type, column.key)] as const,
  );
  const tracked = mayTrackChanges(stream) ? [...(deletes ? [deletedAt] : []), updatedAt] : [];
  const markers = tracked.map((name) => [name, columnSchema('timestamp', false)] as const);
  return {
    type: 'object',
    additionalProperties: true,
    properties: Object.fromEntries([...columns, ...markers]),
  };
}

/** The stream's cursor; undefined where only full reads serve it. */
export function cursorOf(stream: Stream): string | undefined {
  return mayTrackChanges(stream) ? updatedAt : validCursors(stream)[0];
}

/** `properties` of a configured schema; undefined where there are none. */
export function propertiesOf(schema: JsonObject | undefined): JsonObject | undefined {
  const properties = schema?.['properties'];
  return isJsonObject(properties) ? properties : undefined;
}

function columnSchema(type: ValueType, key: boolean): JsonObject {
  return { ...valueSchema(type, key), ...airbyteTypes[type] };
}
