import type { AttributeDefinition } from './attributes.ts';
import type { Csdl, EntityType } from './csdl.ts';
import type { AttributeDetail } from './details.ts';
import { isLargeColumn } from './known.ts';
import type { Column, ColumnType } from './types.ts';

/** Columns of a table, and the properties that are none, with reasons. */
export interface Columns {
  readonly columns: readonly Column[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** What EntityDefinitions knows of a table's columns, by the attributes' logical names. */
export interface Knowledge {
  readonly attributes: ReadonlyMap<string, AttributeDefinition> | undefined;
  readonly details: ReadonlyMap<string, AttributeDetail> | undefined;
}

/** A type with its base types, itself first; or the reason why the chain is broken. */
export function chainOf(csdl: Csdl, type: EntityType): readonly EntityType[] | string {
  const chain = [type];
  for (let at = type; at.base !== undefined; ) {
    const base = csdl.types.get(at.base);
    if (base === undefined) return `its base type ${at.base} is not described`;
    if (chain.includes(base)) return `its base types lead in a circle (${base.name})`;
    chain.push(base);
    at = base;
  }
  return chain;
}

/**
 * The columns of a table: the properties of the whole chain, in the order of their names, so that a catalog does not
 * change when the server lists them otherwise. `known` refines the types; without it, `$metadata` speaks alone.
 */
export function columnsOf(csdl: Csdl, chain: readonly EntityType[], known: Knowledge): Columns {
  const edmTypes = edmTypesOf(chain);
  const columns: Column[] = [];
  const leftOut: { name: string; reason: string }[] = [];
  for (const [name, edm] of edmTypes) {
    const logicalName = logicalNameOf(name);
    const attribute = known.attributes?.get(logicalName);
    const detail = known.details?.get(logicalName);
    const type = columnTypeOf(edm, name, attribute?.type, detail?.naive === true);
    if (type === undefined) leftOut.push({ name, reason: `type ${edm || 'missing'} is unknown` });
    else if (attribute?.readable === false) leftOut.push({ name, reason: 'the server refuses to select it' });
    else
      columns.push({
        name,
        logicalName,
        type,
        ...(type === 'lookup' && { targets: detail?.targets ?? targetsOf(csdl, chain, name) }),
        ...(attribute?.displayName !== undefined && { displayName: attribute.displayName }),
        ...(isLarge(chain, edmTypes, name) && { large: true }),
      });
  }
  return { columns: columns.sort((a, b) => (a.name < b.name ? -1 : 1)), leftOut };
}

/** Properties with their Edm types; what a type says itself goes before what its bases say. */
function edmTypesOf(chain: readonly EntityType[]): ReadonlyMap<string, string> {
  const edmTypes = new Map<string, string>();
  for (const type of chain.toReversed())
    for (const [index, name] of type.properties.entries()) edmTypes.set(name, type.edmTypes[index] ?? '');
  return edmTypes;
}

/** True for bytes, and for text that holds the same bytes in base64: its twin bears its name and `_binary`. */
function isLarge(chain: readonly EntityType[], edmTypes: ReadonlyMap<string, string>, name: string): boolean {
  if (edmTypes.get(name) === 'Edm.Binary' || edmTypes.get(`${name}_binary`) === 'Edm.Binary') return true;
  return isLargeColumn(chain[0]?.name ?? '', name);
}

/** `_ownerid_value` belongs to the attribute `ownerid`; all other properties bear their attribute's name. */
function logicalNameOf(property: string): string {
  return isValueColumn(property) ? property.slice(1, -'_value'.length) : property;
}

function isValueColumn(property: string): boolean {
  return property.startsWith('_') && property.endsWith('_value');
}

/**
 * The Edm type decides what the JSON looks like; the attribute type says what it means. Where the two do not go together
 * the JSON wins, because the rows must fit the schema.
 */
function columnTypeOf(
  edm: string,
  name: string,
  attributeType: string | undefined,
  naive: boolean,
): ColumnType | undefined {
  switch (edm) {
    case 'Edm.String':
      return attributeType === 'MultiSelectPicklistType'
        ? 'choices'
        : attributeType === 'MemoType'
          ? 'memo'
          : 'string';
    case 'Edm.Int32':
    case 'Edm.Int16':
    case 'Edm.Byte':
    case 'Edm.SByte':
      if (attributeType === 'StateType' || name === 'statecode') return 'state';
      if (attributeType === 'StatusType' || name === 'statuscode') return 'status';
      return attributeType === 'PicklistType' ? 'choice' : 'integer';
    case 'Edm.Int64':
      return 'bigint';
    case 'Edm.Decimal':
      return attributeType === 'MoneyType' ? 'money' : 'decimal';
    case 'Edm.Double':
    case 'Edm.Single':
      return 'double';
    case 'Edm.Boolean':
      return 'boolean';
    case 'Edm.DateTimeOffset':
      return naive ? 'datetime_naive' : 'datetime';
    case 'Edm.Date':
      return 'date';
    case 'Edm.Guid':
      if (isValueColumn(name)) return 'lookup';
      return attributeType === 'FileType' ? 'file' : 'guid';
    case 'Edm.Binary':
      return attributeType === 'ImageType' || name.endsWith('entityimage') ? 'image' : 'binary';
    default:
      return edm.endsWith('.BooleanManagedProperty') ? 'managed_property' : undefined;
  }
}

/**
 * Tables that the navigation properties of a value column lead to. An abstract target with a key (`principal`) stands for
 * its concrete types; one without (`crmbaseentity`) says nothing.
 */
function targetsOf(csdl: Csdl, chain: readonly EntityType[], column: string): readonly string[] {
  const targets = new Set<string>();
  for (const type of chain) {
    for (const name of type.lookups.get(column) ?? []) {
      const target = csdl.types.get(name);
      if (target?.abstract !== true) targets.add(name);
      else if (target.key.length > 0) for (const concrete of concreteTypes(csdl, name)) targets.add(concrete);
    }
  }
  return [...targets].sort();
}

function concreteTypes(csdl: Csdl, base: string): readonly string[] {
  return [...csdl.types.values()]
    .filter((type) => type.base === base && !type.abstract)
    .map((type) => type.name);
}
