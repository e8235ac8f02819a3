import type { Table } from '../schema/types.ts';
import { attributeObject } from './attributes.ts';
import { labelObject, managedProperty, metadataId } from './labels.ts';

/** A table as EntityDefinitions describes it; attributes and relationships are made only when asked for. */
export function entityObject(table: Table): Record<string, unknown> {
  const path = table.logicalName;
  return {
    MetadataId: metadataId('entity', path),
    HasChanged: null,
    ActivityTypeMask: table.activity ? 1 : 0,
    AutoRouteToOwnerQueue: false,
    CanTriggerWorkflow: true,
    EntityHelpUrlEnabled: false,
    IsDocumentManagementEnabled: false,
    IsActivity: table.activity === true && table.unionOf === undefined,
    IsActivityParty: false,
    IsAvailableOffline: true,
    IsChildEntity: false,
    IsCustomEntity: table.custom === true,
    IsManaged: table.custom !== true,
    IsEnabledForCharts: true,
    IsImportable: true,
    IsIntersect: table.kind === 'intersect',
    IsLogicalEntity: false,
    IsPrivate: false,
    IsBPFEntity: false,
    IsRetentionEnabled: false,
    IsStateModelAware: table.columns.some((column) => column.type === 'state'),
    IsValidForAdvancedFind: true,
    ChangeTrackingEnabled: table.changeTracking,
    LogicalName: table.logicalName,
    LogicalCollectionName: table.setName,
    CollectionSchemaName: `${table.schemaName}s`,
    SchemaName: table.schemaName,
    EntitySetName: table.setName,
    ObjectTypeCode: table.objectTypeCode,
    OwnershipType: table.ownership,
    OwnerIdType: table.ownership === 'UserOwned' ? 8 : null,
    PrimaryIdAttribute: table.key,
    PrimaryNameAttribute: table.primaryName ?? null,
    PrimaryImageAttribute: table.primaryImage ?? null,
    TableType: table.kind === 'virtual' ? 'Virtual' : table.kind === 'elastic' ? 'Elastic' : 'Standard',
    DataProviderId: table.kind === 'virtual' ? metadataId('provider', path) : null,
    DataSourceId: null,
    IntroducedVersion: '5.0.0.0',
    CreatedOn: '1900-01-01T00:00:00Z',
    ModifiedOn: '2024-01-01T00:00:00Z',
    Description: labelObject(undefined, path),
    DisplayName: labelObject(table.label, path),
    DisplayCollectionName: labelObject(table.pluralLabel, `${path}/plural`),
    IsCustomizable: managedProperty(true, 'iscustomizable'),
    CanCreateAttributes: managedProperty(true, 'cancreateattributes'),
    CanChangeTrackingBeEnabled: managedProperty(true, 'canchangetrackingbeenabled'),
    Privileges: ['Create', 'Read', 'Write', 'Delete'].map((verb) => ({
      CanBeBasic: true,
      CanBeDeep: true,
      CanBeGlobal: true,
      CanBeLocal: true,
      Name: `prv${verb}${table.schemaName}`,
      PrivilegeId: metadataId('privilege', verb, path),
      PrivilegeType: verb,
    })),
  };
}

/** Navigation properties of EntityDefinitions, which `$expand` may ask for. */
export function entityExpansions(table: Table): Readonly<Record<string, () => Record<string, unknown>[]>> {
  return {
    Attributes: () => table.columns.map((column) => attributeObject(table, column)),
    Keys: () => [],
    ManyToManyRelationships: () => [],
    OneToManyRelationships: () => [],
    ManyToOneRelationships: () =>
      table.columns.flatMap((column) =>
        (column.navigations ?? []).map(({ name, target }) => ({
          MetadataId: metadataId('relationship', table.logicalName, name),
          HasChanged: null,
          SchemaName: `${target}_${table.logicalName}_${column.logicalName}`,
          ReferencedEntity: target === 'principal' ? 'owner' : target,
          ReferencingEntity: table.logicalName,
          ReferencingAttribute: column.logicalName,
          ReferencingEntityNavigationPropertyName: name,
          RelationshipType: 'OneToManyRelationship',
        })),
      ),
  };
}
