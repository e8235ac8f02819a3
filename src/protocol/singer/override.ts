import type { StreamColumn } from '../../catalog/types.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { jsonType, valueSchema } from '../value-schema.ts';
import { catalogError } from './catalog-file.ts';

/**
 * The schema that the catalog gives a column, where it can hold the column's values: Meltano's `schema` extra lets users
 * replace it. A schema that the values cannot satisfy is refused here, because targets end the run on the first such value.
 */
export function columnSchema(stream: string, column: StreamColumn, given: Json | undefined): JsonObject {
  const ours = valueSchema(column.type, column.key);
  if (!isJsonObject(given)) return ours;
  const types = typesOf(given);
  const ourType = jsonType(column.type);
  const fits =
    types.length === 0 || types.includes(ourType) || (ourType === 'integer' && types.includes('number'));
  if (!fits) {
    throw catalogError(
      stream,
      `has column ${column.name} as ${types.join(', ')} in the catalog's schema, but its values are of type ${ourType}; change the schema or deselect the column`,
    );
  }
  const format = given['format'];
  if (ours['format'] !== undefined && format !== undefined && format !== ours['format']) {
    throw catalogError(
      stream,
      `has column ${column.name} with format ${JSON.stringify(format)} in the catalog's schema, but its values are in format ${JSON.stringify(ours['format'])}; change the schema or deselect the column`,
    );
  }
  return given;
}

/** JSON types that a schema allows, `null` left out; none when it does not say. */
function typesOf(schema: JsonObject): readonly string[] {
  const branches = [schema['anyOf'], schema['oneOf']].flatMap((list) => (Array.isArray(list) ? list : []));
  const own = schema['type'];
  const types = [
    ...(typeof own === 'string'
      ? [own]
      : Array.isArray(own)
        ? own.filter((type) => typeof type === 'string')
        : []),
    ...branches.flatMap((branch) => (isJsonObject(branch) ? typesOf(branch) : [])),
  ];
  return types.filter((type) => type !== 'null');
}
