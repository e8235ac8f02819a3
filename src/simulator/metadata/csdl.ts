import { association, partner, sidesOf } from '../schema/partners.ts';
import type { Column, ColumnType, Navigation, Table } from '../schema/types.ts';
import type { World } from '../world.ts';

/** Type and facets; strings claim not to be Unicode, although they are. */
const edmTypes: Readonly<Record<ColumnType, string>> = {
  key: 'Type="Edm.Guid"',
  guid: 'Type="Edm.Guid"',
  string: 'Type="Edm.String" Unicode="false"',
  memo: 'Type="Edm.String" Unicode="false"',
  entityname: 'Type="Edm.String" Unicode="false"',
  choices: 'Type="Edm.String" Unicode="false"',
  integer: 'Type="Edm.Int32"',
  choice: 'Type="Edm.Int32"',
  state: 'Type="Edm.Int32"',
  status: 'Type="Edm.Int32"',
  bigint: 'Type="Edm.Int64"',
  version: 'Type="Edm.Int64"',
  double: 'Type="Edm.Double"',
  decimal: 'Type="Edm.Decimal" Scale="Variable"',
  money: 'Type="Edm.Decimal" Scale="Variable"',
  boolean: 'Type="Edm.Boolean"',
  datetime: 'Type="Edm.DateTimeOffset"',
  naive: 'Type="Edm.DateTimeOffset"',
  date: 'Type="Edm.Date"',
  lookup: 'Type="Edm.Guid"',
  customer: 'Type="Edm.Guid"',
  owner: 'Type="Edm.Guid"',
  image: 'Type="Edm.Binary"',
  file: 'Type="Edm.Guid"',
  managed: 'Type="mscrm.BooleanManagedProperty"',
};

const reference = (alias: string): string =>
  `<edmx:Reference Uri="http://vocabularies.odata.org/OData.Community.${alias}.V1.xml"><edmx:Include Namespace="OData.Community.${alias}.V1" Alias="${alias}"/><edmx:IncludeAnnotations TermNamespace="OData.Community.${alias}.V1"/></edmx:Reference>`;

const complexType = (name: string, properties: string): string =>
  `<ComplexType Name="${name}">${properties}</ComplexType>`;
const notNull = (name: string, type: string): string =>
  `<Property Name="${name}" Type="${type}" Nullable="false"/>`;

const common =
  complexType(
    'BooleanManagedProperty',
    `${notNull('Value', 'Edm.Boolean')}${notNull('CanBeChanged', 'Edm.Boolean')}<Property Name="ManagedPropertyLogicalName" Type="Edm.String" Unicode="false"/>`,
  ) +
  complexType(
    'WhoAmIResponse',
    ['BusinessUnitId', 'UserId', 'OrganizationId'].map((name) => notNull(name, 'Edm.Guid')).join(''),
  ) +
  '<Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false"/></Function>' +
  '<Term Name="associatednavigationproperty" Type="Edm.String" AppliesTo="PropertyValue"/>' +
  '<Term Name="lookuplogicalname" Type="Edm.String" AppliesTo="PropertyValue"/>';

/** Documents that were written before, by the version of the schema that they are of. */
const written = new WeakMap<World, Map<string, string>>();

/** The `$metadata` document, one line, with or without annotations. It is written once for each version of the schema. */
export function csdlOf(world: World, annotated: boolean): string {
  const known = written.get(world) ?? new Map<string, string>();
  written.set(world, known);
  const name = `${world.schema.version()}/${annotated}`;
  const document = known.get(name) ?? write(world, annotated);
  known.set(name, document);
  return document;
}

function write(world: World, annotated: boolean): string {
  const types = world.schema
    .tables()
    .map((table) => entityType(world, table, annotated))
    .join('');
  const sets = world.schema
    .tables()
    .map((table) => entitySet(world, table, annotated))
    .join('');
  return (
    '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">' +
    `${reference('Keys')}${reference('Display')}<edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">` +
    `<EntityType Name="crmbaseentity" Abstract="true"/>${principal(annotated)}${types}${common}` +
    `<EntityContainer Name="System">${sets}<FunctionImport Name="WhoAmI" Function="Microsoft.Dynamics.CRM.WhoAmI"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`
  );
}

/** The abstract type above users and teams, whose key `ownerid` they inherit. */
function principal(annotated: boolean): string {
  const body = annotated ? `>${description('Unique identifier of the owner.')}</Property>` : '/>';
  return `<EntityType Name="principal" BaseType="mscrm.crmbaseentity" Abstract="true"><Key><PropertyRef Name="ownerid"/></Key><Property Name="ownerid" Type="Edm.Guid"${body}</EntityType>`;
}

function entityType(world: World, table: Table, annotated: boolean): string {
  const own = table.columns.filter((column) => column.surfaced !== false && column.declaredBy === undefined);
  const declaresKey = table.inheritedKey === undefined && own.some((column) => column.name === table.key);
  return [
    `<EntityType Name="${table.logicalName}" BaseType="mscrm.${table.base}">`,
    declaresKey ? `<Key><PropertyRef Name="${table.key}"/></Key>` : '',
    ...own.map((column) => property(column, annotated)),
    ...own.flatMap((column) =>
      (column.navigations ?? []).map((navigation) => navigationProperty(world, table, column, navigation)),
    ),
    ...world.schema.tables().flatMap((other) => collectionsOf(other, table)),
    annotated ? description(table.label) : '',
    '</EntityType>',
  ].join('');
}

const description = (text: string): string =>
  `<Annotation Term="Org.OData.Core.V1.Description" String="${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"/>`;

const readOnly =
  '<Annotation Term="Org.OData.Core.V1.Permissions"><EnumMember>Org.OData.Core.V1.PermissionType/Read</EnumMember></Annotation>';

function property(column: Column, annotated: boolean): string {
  const start = `<Property Name="${column.name}" ${edmTypes[column.type]}`;
  if (!annotated) return `${start}/>`;
  const computed = column.type === 'version' || column.navigations !== undefined;
  return `${start}>${description(column.label)}${computed ? readOnly : ''}</Property>`;
}

/** Single-valued navigation properties claim never to be null, also where they may be. */
function navigationProperty(
  world: World,
  table: Table,
  column: Column,
  { name, target }: Navigation,
): string {
  const referenced = world.schema.byName(target)?.key ?? 'ownerid';
  return `<NavigationProperty Name="${name}" Type="mscrm.${target}" Nullable="false" Partner="${partner(table, column, target)}"><ReferentialConstraint Property="${column.name}" ReferencedProperty="${referenced}"/></NavigationProperty>`;
}

/** The other side of the lookups that point here, and of the N:N tables that join here. */
function collectionsOf(other: Table, table: Table): string[] {
  const sides = sidesOf(other);
  const far = sides.some((side) => side.table === table.logicalName)
    ? sides.find((side) => side.table !== table.logicalName)
    : undefined;
  const collection = (name: string, type: string, partnerName: string): string =>
    `<NavigationProperty Name="${name}" Type="Collection(mscrm.${type})" Partner="${partnerName}"/>`;
  return [
    ...(far === undefined ? [] : [collection(association(other), far.table, association(other))]),
    ...other.columns.flatMap((column) =>
      (column.navigations ?? [])
        .filter(({ target }) => target === table.logicalName)
        .map(({ name, target }) => collection(partner(other, column, target), other.logicalName, name)),
    ),
  ];
}

/** `ownerid` is bound to `owners`, a set that the container does not have; so it is at the service. */
function entitySet(world: World, table: Table, annotated: boolean): string {
  const bindings = table.columns
    .flatMap((column) => (column.surfaced === false ? [] : (column.navigations ?? [])))
    .map(({ name, target }) => {
      const set = target === 'principal' ? 'owners' : world.schema.byName(target)?.setName;
      return set === undefined ? '' : `<NavigationPropertyBinding Path="${name}" Target="${set}"/>`;
    });
  return `<EntitySet Name="${table.setName}" EntityType="Microsoft.Dynamics.CRM.${table.logicalName}">${bindings.join('')}${annotated ? capabilities(table) : ''}</EntitySet>`;
}

const capability = 'Org.OData.Capabilities.V1';
const capabilities = (table: Table): string =>
  `<Annotation Term="${capability}.IndexableByKey" Bool="true"/><Annotation Term="${capability}.SkipSupported" Bool="false"/>` +
  `<Annotation Term="${capability}.SearchRestrictions"><Record><PropertyValue Property="Searchable" Bool="false"/></Record></Annotation>` +
  `<Annotation Term="${capability}.CountRestrictions"><Record><PropertyValue Property="Countable" Bool="true"/></Record></Annotation>` +
  `<Annotation Term="${capability}.NavigationRestrictions"><Record><PropertyValue Property="Navigability"><EnumMember>${capability}.NavigationType/Single</EnumMember></PropertyValue></Record></Annotation>` +
  `<Annotation Term="${capability}.ChangeTracking"><Record><PropertyValue Property="Supported" Bool="${table.changeTracking}"/></Record></Annotation>`;
