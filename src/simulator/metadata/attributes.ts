import type { Column, ColumnType, Table } from '../schema/types.ts';
import { labelObject, managedProperty, metadataId } from './labels.ts';
import { optionSetOf } from './options.ts';

/** Metadata class, AttributeType and AttributeTypeName of a column type. */
const kinds: Readonly<Record<ColumnType, readonly [string, string, string]>> = {
  key: ['UniqueIdentifier', 'Uniqueidentifier', 'UniqueidentifierType'],
  guid: ['UniqueIdentifier', 'Uniqueidentifier', 'UniqueidentifierType'],
  string: ['String', 'String', 'StringType'],
  memo: ['Memo', 'Memo', 'MemoType'],
  entityname: ['EntityName', 'EntityName', 'EntityNameType'],
  integer: ['Integer', 'Integer', 'IntegerType'],
  bigint: ['BigInt', 'BigInt', 'BigIntType'],
  version: ['BigInt', 'BigInt', 'BigIntType'],
  double: ['Double', 'Double', 'DoubleType'],
  decimal: ['Decimal', 'Decimal', 'DecimalType'],
  money: ['Money', 'Money', 'MoneyType'],
  boolean: ['Boolean', 'Boolean', 'BooleanType'],
  choice: ['Picklist', 'Picklist', 'PicklistType'],
  choices: ['MultiSelectPicklist', 'Virtual', 'MultiSelectPicklistType'],
  state: ['State', 'State', 'StateType'],
  status: ['Status', 'Status', 'StatusType'],
  datetime: ['DateTime', 'DateTime', 'DateTimeType'],
  naive: ['DateTime', 'DateTime', 'DateTimeType'],
  date: ['DateTime', 'DateTime', 'DateTimeType'],
  lookup: ['Lookup', 'Lookup', 'LookupType'],
  customer: ['Lookup', 'Customer', 'CustomerType'],
  owner: ['Lookup', 'Owner', 'OwnerType'],
  image: ['Image', 'Virtual', 'ImageType'],
  file: ['File', 'Virtual', 'FileType'],
  managed: ['ManagedProperty', 'ManagedProperty', 'ManagedPropertyType'],
};

/** `PicklistAttributeMetadata`, which a cast names. */
export const attributeClass = (column: Column): string => `${kinds[column.type][0]}AttributeMetadata`;

/** A column as EntityDefinitions describes it, whole. */
export function attributeObject(table: Table, column: Column): Record<string, unknown> {
  const path = `${table.logicalName}.${column.logicalName}`;
  const surfaced = column.surfaced !== false;
  const writable = surfaced && column.type !== 'version';
  const [, type, typeName] = kinds[column.type];
  return {
    '@odata.type': `#Microsoft.Dynamics.CRM.${attributeClass(column)}`,
    MetadataId: metadataId('attribute', path),
    HasChanged: null,
    AttributeOf: column.attributeOf ?? null,
    AttributeType: surfaced ? type : 'Virtual',
    ColumnNumber: table.columns.indexOf(column) + 1,
    DeprecatedVersion: null,
    IntroducedVersion: '5.0.0.0',
    EntityLogicalName: table.logicalName,
    IsCustomAttribute: column.custom === true,
    IsPrimaryId: column.type === 'key',
    IsPrimaryName: column.logicalName === table.primaryName,
    IsValidForCreate: writable,
    IsValidForRead: true,
    IsValidForUpdate: writable && column.type !== 'key',
    CanBeSecuredForRead: column.type !== 'key',
    IsSecured: column.secured === true,
    IsRetrievable: true,
    IsFilterable: false,
    IsSearchable: false,
    IsManaged: column.custom !== true,
    LinkedAttributeId: null,
    LogicalName: column.logicalName,
    IsLogical: !surfaced,
    SchemaName: column.schemaName,
    ExternalName: null,
    SourceType: surfaced ? 0 : null,
    AutoNumberFormat: '',
    IsValidODataAttribute: surfaced,
    InheritsFrom: null,
    CreatedOn: '1900-01-01T00:00:00Z',
    ModifiedOn: '1900-01-01T00:00:00Z',
    AttributeTypeName: { Value: typeName },
    Description: labelObject(undefined, path),
    DisplayName: labelObject(column.label, path),
    RequiredLevel: {
      Value: column.type === 'key' ? 'SystemRequired' : 'None',
      CanBeChanged: true,
      ManagedPropertyLogicalName: 'canmodifyrequirementlevelsettings',
    },
    IsCustomizable: managedProperty(true, 'iscustomizable'),
    IsAuditEnabled: managedProperty(true, 'canmodifyauditsettings'),
    ...details(table, column),
  };
}

/** What derived attribute types add. */
function details(table: Table, column: Column): Record<string, unknown> {
  switch (column.type) {
    case 'string':
      return { MaxLength: column.maxLength ?? 100, Format: 'Text', FormatName: { Value: 'Text' } };
    case 'memo':
      return { MaxLength: column.maxLength ?? 2000, Format: 'TextArea', FormatName: { Value: 'TextArea' } };
    case 'integer':
      return { MinValue: -2147483648, MaxValue: 2147483647, Format: 'None' };
    case 'bigint':
    case 'version':
      return { MinValue: -9223372036854775808n, MaxValue: 9223372036854775807n };
    case 'double':
      return { MinValue: -100000000000, MaxValue: 100000000000, Precision: 5 };
    case 'decimal':
      return { MinValue: -100000000000, MaxValue: 100000000000, Precision: column.scale ?? 10 };
    case 'money': {
      const isBase = column.name.endsWith('_base');
      return {
        MinValue: 0,
        MaxValue: 100000000000000,
        Precision: 2,
        PrecisionSource: 2,
        IsBaseCurrency: isBase,
      };
    }
    case 'datetime':
      return { Format: 'DateAndTime', DateTimeBehavior: { Value: 'UserLocal' } };
    case 'naive':
      return { Format: 'DateAndTime', DateTimeBehavior: { Value: 'TimeZoneIndependent' } };
    case 'date':
      return { Format: 'DateOnly', DateTimeBehavior: { Value: 'DateOnly' } };
    case 'lookup':
    case 'customer':
      return { Targets: (column.navigations ?? []).map(({ target }) => target), Format: 'None' };
    case 'owner':
      return { Targets: ['systemuser', 'team'], Format: 'None' };
    case 'boolean':
      return { DefaultValue: false, OptionSet: optionSetOf(table, column), GlobalOptionSet: null };
    case 'choice':
    case 'choices':
    case 'state':
    case 'status': {
      const set = optionSetOf(table, column);
      const isGlobal = column.globalOptions !== undefined;
      return {
        DefaultFormValue: -1,
        OptionSet: isGlobal ? null : set,
        GlobalOptionSet: isGlobal ? set : null,
      };
    }
    case 'image':
      return { CanStoreFullImage: false, IsPrimaryImage: true, MaxHeight: 144, MaxWidth: 144 };
    case 'file':
      return { MaxSizeInKB: 32768 };
    case 'key':
    case 'guid':
    case 'entityname':
    case 'managed':
      return {};
    default:
      column.type satisfies never;
      return {};
  }
}
