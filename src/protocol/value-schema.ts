import type { ValueType } from '../catalog/types.ts';
import type { JsonObject } from '../core/json.ts';

/**
 * JSON Schema of a value type, without nullability. It depends on the type alone, never on limits that a customiser can
 * edit (MaxLength, MinValue, Precision): a destination column that was created from a limit breaks when the limit moves.
 */
const schemas: Readonly<Record<ValueType, JsonObject & { readonly type: string }>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  timestamp: { type: 'string', format: 'date-time' },
  // JSON Schema's date-time demands a zone (RFC 3339), and targets validate it: a wall clock is plain text.
  timestamp_naive: { type: 'string' },
  integer_array: { type: 'array', items: { type: 'integer' } },
  // The Web API's complex type BooleanManagedProperty and its siblings.
  managed_property: {
    type: 'object',
    properties: {
      Value: { type: ['null', 'boolean'] },
      CanBeChanged: { type: ['null', 'boolean'] },
      ManagedPropertyLogicalName: { type: ['null', 'string'] },
    },
  },
};

/** JSON Schema of a column: `["null", T]`, except for key columns, which are never null. */
export function valueSchema(type: ValueType, key = false): JsonObject & { readonly type: string | string[] } {
  const schema = schemas[type];
  return key ? schema : { ...schema, type: ['null', schema.type] };
}

/** The JSON type of the values of a type: `string`, `integer`, … */
export function jsonType(type: ValueType): string {
  return schemas[type].type;
}
