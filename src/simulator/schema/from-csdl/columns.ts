import { labelOf } from '../columns.ts';
import type { Column, ColumnType, Navigation, Option } from '../types.ts';

/** A property with what is known of it from elsewhere in the document. */
export interface Property {
  readonly name: string;
  readonly type: string;
  /** The table's key. */
  readonly isKey: boolean;
  readonly navigations: readonly Navigation[];
  /** Names of all properties of the table. */
  readonly siblings: ReadonlySet<string>;
  readonly declaredBy: string | undefined;
}

const activeOrNot: Readonly<Record<string, readonly Option[]>> = {
  state: [
    { value: 0, label: 'Active', defaultStatus: 1 },
    { value: 1, label: 'Inactive', defaultStatus: 2 },
  ],
  status: [
    { value: 1, label: 'Active', state: 0 },
    { value: 2, label: 'Inactive', state: 1 },
  ],
  boolean: [
    { value: 0, label: 'No' },
    { value: 1, label: 'Yes' },
  ],
};

/** Makes the column of a property; undefined for types that rows cannot hold (complex ones, collections, streams). */
export function columnOf(property: Property): Column | undefined {
  const type = columnType(property);
  if (type === undefined) return undefined;
  const { name, navigations, declaredBy } = property;
  const isLookup = type === 'lookup' || type === 'customer' || type === 'owner';
  const logicalName = isLookup ? name.replace(/^_(.+)_value$/, '$1') : name;
  const recipe = recipeOf(property, type);
  const options = activeOrNot[type];
  return {
    logicalName,
    name,
    schemaName: logicalName,
    label: labelOf(logicalName),
    type,
    ...(isLookup ? { navigations } : {}),
    ...(options === undefined ? {} : { options }),
    ...(recipe === undefined ? {} : { recipe }),
    ...(type === 'money' ? { scale: 4 } : {}),
    ...(name === 'exchangerate' ? { scale: 10 } : {}),
    ...(type === 'image' ? { onlyWhenSelected: true } : {}),
    ...(type === 'lookup' && navigations.every(({ target }) => target === 'principal') ? { filled: 0 } : {}),
    ...(type === 'owner' ? { filled: 1 } : {}),
    ...(declaredBy === undefined ? {} : { declaredBy }),
  };
}

function columnType({ name, type, isKey, navigations, siblings }: Property): ColumnType | undefined {
  if (isKey) return 'key';
  switch (type) {
    case 'Edm.Guid':
      if (name === '_ownerid_value') return 'owner';
      return navigations.length > 0 ? 'lookup' : 'guid';
    case 'Edm.String':
      return /description|body|comments$|xml$/.test(name) ? 'memo' : 'string';
    case 'Edm.Int32':
    case 'Edm.Int16':
    case 'Edm.Byte':
    case 'Edm.SByte':
      if (name === 'statecode') return 'state';
      if (name === 'statuscode') return siblings.has('statecode') ? 'status' : 'integer';
      return 'integer';
    case 'Edm.Int64':
      return name === 'versionnumber' ? 'version' : 'bigint';
    case 'Edm.Decimal':
      return siblings.has(`${name}_base`) || name.endsWith('_base') ? 'money' : 'decimal';
    case 'Edm.Double':
    case 'Edm.Single':
      return 'double';
    case 'Edm.Boolean':
      return 'boolean';
    case 'Edm.DateTimeOffset':
      return 'datetime';
    case 'Edm.Date':
      return 'date';
    case 'Edm.Binary':
      return 'image';
    default:
      return type.endsWith('.BooleanManagedProperty') ? 'managed' : undefined;
  }
}

/** Values that depend on others; the rest is made by type and name. */
function recipeOf({ name, siblings }: Property, type: ColumnType): string | undefined {
  if (type === 'datetime' && name === 'createdon') return 'created';
  if (type === 'datetime' && name === 'modifiedon') return 'modified';
  if (type === 'money' && name.endsWith('_base') && siblings.has(name.slice(0, -'_base'.length)))
    return 'base-amount';
  if (name === 'exchangerate' && siblings.has('_transactioncurrencyid_value')) return 'exchange-rate';
  if (name === '_owninguser_value') return 'owning-user';
  if (name === '_owningteam_value') return 'owning-team';
  if (name === 'organizationid' && type === 'guid') return 'organization';
  if (name === 'entityimage_timestamp') return 'image-timestamp';
  if (name === 'entityimage_url') return 'image-url';
  if (name === 'entityimageid') return 'image-id';
  return undefined;
}
