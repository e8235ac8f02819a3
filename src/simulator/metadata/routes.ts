import { answer } from '../answers/odata.ts';
import { badQuery, refusal, unknownSegment } from '../errors.ts';
import type { Reply } from '../http.ts';
import type { QueryOptions } from '../query/options.ts';
import type { Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { attributeClass, attributeObject } from './attributes.ts';
import { entityExpansions, entityObject } from './entities.ts';
import { metadataTest } from './filter.ts';
import { optionSetOf } from './options.ts';
import { type Projection, project, projectionOf } from './project.ts';

/** `GlobalOptionSetDefinitions`, `GlobalOptionSetDefinitions(Name='x')`: option sets that several columns share. */
export function globalOptionsReply(world: World, base: string, path: string, options: QueryOptions): Reply {
  const projection = projectionOf(options);
  const sets = new Map<string, Record<string, unknown>>();
  for (const table of world.schema.tables()) {
    for (const column of table.columns) {
      const set = column.globalOptions === undefined ? null : optionSetOf(table, column);
      if (set === null || column.globalOptions === undefined) continue;
      sets.set(column.globalOptions, { '@odata.type': '#Microsoft.Dynamics.CRM.OptionSetMetadata', ...set });
    }
  }
  const context = `${base}$metadata#GlobalOptionSetDefinitions${list(projection)}`;
  const name = /^GlobalOptionSetDefinitions\(Name='([^']+)'\)$/.exec(path)?.[1];
  if (name === undefined) {
    const value = [...sets.values()].map((set) => project(set, projection, 'OptionSetMetadataBase'));
    return json({ '@odata.context': context, value });
  }
  const found = sets.get(name);
  if (found === undefined) throw refusal(404, '0x80048403', `Could not find optionset with name ${name}.`);
  return json({
    '@odata.context': `${context}/$entity`,
    ...project(found, projection, 'OptionSetMetadataBase'),
  });
}

const refused = ['$top', '$skip', '$orderby', '$search', '$format'];

/** Answers reads under `EntityDefinitions`; the service pages none of them. */
export function definitionsReply(world: World, base: string, path: string, options: QueryOptions): Reply {
  for (const name of refused) {
    if (options.has(name)) throw badQuery(`The query parameter ${name} is not supported`);
  }
  const projection = projectionOf(options);
  if (path === 'EntityDefinitions')
    return allTables(world, base, projection, options.get('$count') === 'true');
  const match = /^EntityDefinitions\((?:LogicalName=)?'?([^')]+)'?\)(?:\/(.+))?$/.exec(path);
  if (match === null) throw unknownSegment(path);
  const table = tableOf(world, match[1] ?? '');
  const rest = match[2];
  if (rest !== undefined) return attributesReply(base, table, rest, projection);
  const object = project(entityObject(table), projection, 'EntityMetadata', entityExpansions(table));
  return json({
    '@odata.context': `${base}$metadata#EntityDefinitions${list(projection)}/$entity`,
    ...object,
  });
}

function allTables(world: World, base: string, projection: Projection, counted: boolean): Reply {
  const test = projection.filter === undefined ? undefined : metadataTest(projection.filter);
  const value = world.schema.tables().flatMap((table) => {
    const object = entityObject(table);
    if (test !== undefined && !test(object)) return [];
    return [project(object, projection, 'EntityMetadata', entityExpansions(table))];
  });
  return json({
    '@odata.context': `${base}$metadata#EntityDefinitions${list(projection)}`,
    ...(counted && { '@odata.count': value.length }),
    value,
  });
}

/** `Attributes`, `Attributes/Microsoft.Dynamics.CRM.X`, `Attributes(LogicalName='x')[/cast]`, relationships, keys. */
function attributesReply(base: string, table: Table, path: string, projection: Projection): Reply {
  const context = `${base}$metadata#EntityDefinitions('${table.logicalName}')/${path}${list(projection)}`;
  const match = /^Attributes(?:\(LogicalName='([^']+)'\))?(?:\/Microsoft\.Dynamics\.CRM\.(\w+))?$/.exec(path);
  if (match === null) {
    const related = Object.hasOwn(entityExpansions(table), path) ? entityExpansions(table)[path] : undefined;
    if (related === undefined) throw unknownSegment(path);
    return json({
      '@odata.context': context,
      value: related().map((each) => project(each, projection, path)),
    });
  }
  const [, name, cast] = match;
  const test = projection.filter === undefined ? undefined : metadataTest(projection.filter);
  const objects = table.columns
    .filter((column) => name === undefined || column.logicalName === name)
    .filter((column) => cast === undefined || attributeClass(column) === cast)
    .map((column) => attributeObject(table, column))
    .filter((object) => test === undefined || test(object))
    .map((object) => {
      const kept = project(object, projection, cast ?? 'AttributeMetadata');
      // Only a collection that was not cast says what each row is.
      if (cast !== undefined) delete kept['@odata.type'];
      return kept;
    });
  if (name === undefined) return json({ '@odata.context': context, value: objects });
  const [single] = objects;
  if (single === undefined) {
    throw refusal(404, '0x80041103', `Could not find an attribute with specified name: ${name}`);
  }
  return json({ '@odata.context': `${context}/$entity`, ...single });
}

function tableOf(world: World, name: string): Table {
  const table =
    world.schema.byName(name) ??
    world.schema.tables().find((each) => entityObject(each)['MetadataId'] === name.toLowerCase());
  if (table !== undefined) return table;
  throw refusal(
    404,
    '0x80041102',
    `The entity with a name = '${name}' with namemapping = 'Logical' was not found in the MetadataCache. MetadataCacheDetails: ProviderType=Dynamic, StandardCache=True, IsLoadedInStagedContext = False, Timestamp=${world.schema.version()}, MinActiveRowVersion=${world.versions.current()}`,
  );
}

/** The selection as the context shows it: `(LogicalName,OptionSet(Options))`. */
function list(projection: Projection): string {
  const names = [
    ...(projection.select ?? []),
    ...[...projection.expand].map(([name, inner]) => `${name}${list(inner) || '()'}`),
  ];
  return names.length === 0 ? '' : `(${names.join(',')})`;
}

export const json = (value: unknown): Reply => answer(stringify(value));

/** Big integers are written as JSON numbers: they pass through JSON.stringify as marked strings. */
const stringify = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `bigint:${each}` : each)).replace(
    /"bigint:(-?\d+)"/g,
    '$1',
  );
