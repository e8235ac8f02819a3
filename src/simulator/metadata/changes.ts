import { badQuery } from '../errors.ts';
import type { Reply } from '../http.ts';
import type { World } from '../world.ts';
import { attributeObject } from './attributes.ts';
import { entityObject } from './entities.ts';
import { isObject } from './project.ts';
import { json } from './routes.ts';

type Json = Record<string, unknown>;

/**
 * RetrieveMetadataChanges with an EntityQueryExpression: chosen properties of tables and attributes, whatever derived type
 * they belong to. https://learn.microsoft.com/power-apps/developer/data-platform/query-schema-definitions
 */
export function metadataChangesReply(world: World, base: string, query: string): Reply {
  const expression = parse(query);
  const inner = isObject(expression['AttributeQuery']) ? expression['AttributeQuery'] : undefined;
  const names = propertyNames(expression);
  const withAttributes = names === undefined || names.includes('Attributes');
  const always = ['MetadataId', 'HasChanged', 'LogicalName'];
  const tables = world.schema.tables().flatMap((table) => {
    const object = entityObject(table);
    if (!matches(expression['Criteria'], object)) return [];
    const attributes = table.columns
      .filter(() => withAttributes)
      .map((column) => attributeObject(table, column))
      .filter((each) => matches(inner?.['Criteria'], each))
      .map((each) =>
        chosen(each, inner === undefined ? undefined : propertyNames(inner), ['@odata.type', ...always]),
      );
    return [{ ...chosen(object, names, always), Attributes: attributes }];
  });
  return json({
    '@odata.context': `${base}$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse`,
    ServerVersionStamp: `${world.schema.version()}!${new Date(world.clock.now()).toISOString()}`,
    EntityMetadata: tables,
    DeletedMetadata: null,
  });
}

function parse(query: string): Json {
  let expression: unknown;
  try {
    expression = JSON.parse(query);
  } catch {
    expression = undefined;
  }
  if (!isObject(expression)) throw badQuery('The Query parameter is no EntityQueryExpression.');
  return expression;
}

function propertyNames(query: Json): readonly string[] | undefined {
  const properties = query['Properties'];
  if (!isObject(properties) || properties['AllProperties'] === true) return undefined;
  return Array.isArray(properties['PropertyNames']) ? properties['PropertyNames'].map(String) : [];
}

const chosen = (object: Json, names: readonly string[] | undefined, always: readonly string[]): Json =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([name]) => names === undefined || names.includes(name) || always.includes(name),
    ),
  );

function matches(criteria: unknown, object: Json): boolean {
  if (!isObject(criteria)) return true;
  const conditions = Array.isArray(criteria['Conditions']) ? criteria['Conditions'].filter(isObject) : [];
  const filters = Array.isArray(criteria['Filters']) ? criteria['Filters'] : [];
  const results = [
    ...conditions.map((condition) => holds(condition, object)),
    ...filters.map((filter) => matches(filter, object)),
  ];
  if (results.length === 0) return true;
  return criteria['FilterOperator'] === 'Or' ? results.includes(true) : !results.includes(false);
}

function holds(condition: Json, object: Json): boolean {
  const value = isObject(condition['Value']) ? condition['Value']['Value'] : condition['Value'];
  const own = object[String(condition['PropertyName'])];
  const text = String(isObject(own) ? own['Value'] : own);
  const list = Array.isArray(value) ? value.map(String) : [];
  switch (condition['ConditionOperator']) {
    case 'Equals':
      return text === String(value);
    case 'NotEquals':
      return text !== String(value);
    case 'In':
      return list.includes(text);
    case 'NotIn':
      return !list.includes(text);
    default:
      throw badQuery(`The ConditionOperator '${String(condition['ConditionOperator'])}' is not supported.`);
  }
}
