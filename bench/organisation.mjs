// A made-up organisation, as large as real ones get: tables, their $metadata document and their EntityDefinitions.

/**
 * @param {{ tables?: number, attributes?: number, wide?: number, wideAttributes?: number }} size
 * `wide` of the `tables` have `wideAttributes` attributes, the others `attributes` on average.
 */
export function organisation({ tables = 1500, attributes = 60, wide = 20, wideAttributes = 300 } = {}) {
  return Array.from({ length: tables }, (_, index) => {
    const name = `new_table${index}`;
    const spread = Math.round(attributes * (0.5 + (index % 101) / 100));
    return { name, set: `${name}s`, attributes: attributesOf(name, index < wide ? wideAttributes : spread) };
  });
}

const kinds = [
  ['StringType', 'Edm.String'],
  ['PicklistType', 'Edm.Int32'],
  ['LookupType', 'Edm.Guid'],
  ['DateTimeType', 'Edm.DateTimeOffset'],
  ['MoneyType', 'Edm.Decimal'],
  ['BooleanType', 'Edm.Boolean'],
  ['MemoType', 'Edm.String'],
  ['IntegerType', 'Edm.Int32'],
];

function attributesOf(table, count) {
  const system = [
    { name: `${table}id`, type: 'UniqueidentifierType', edm: 'Edm.Guid' },
    { name: 'createdon', type: 'DateTimeType', edm: 'Edm.DateTimeOffset' },
    { name: 'modifiedon', type: 'DateTimeType', edm: 'Edm.DateTimeOffset' },
    { name: 'versionnumber', type: 'BigIntType', edm: 'Edm.Int64' },
    { name: 'statecode', type: 'StateType', edm: 'Edm.Int32' },
    { name: 'ownerid', type: 'OwnerType', edm: 'Edm.Guid', target: 'principal' },
  ];
  const custom = Array.from({ length: Math.max(0, count - system.length) }, (_, index) => {
    const [type, edm] = kinds[index % kinds.length];
    return { name: `new_${type.slice(0, -4).toLowerCase()}column${index}`, type, edm, target: 'account' };
  });
  return [...system, ...custom];
}

const isLookup = ({ type }) => type === 'LookupType' || type === 'OwnerType';
const propertyOf = (attribute) => (isLookup(attribute) ? `_${attribute.name}_value` : attribute.name);

/** The $metadata document in pieces, so that a server can send it without holding it. */
export function* csdlOf(tables) {
  yield `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="crmbaseentity" Abstract="true"/><EntityType Name="principal" BaseType="mscrm.crmbaseentity" Abstract="true"><Key><PropertyRef Name="ownerid"/></Key><Property Name="ownerid" Type="Edm.Guid"/></EntityType>`;
  for (const table of tables) {
    const key = `${table.name}id`;
    const properties = table.attributes.map(
      (attribute) => `<Property Name="${propertyOf(attribute)}" Type="${attribute.edm}"/>`,
    );
    const navigations = table.attributes
      .filter(isLookup)
      .flatMap(({ name, target }) => [
        `<NavigationProperty Name="${name}" Type="mscrm.${target}" Nullable="false" Partner="${table.name}_${name}"><ReferentialConstraint Property="_${name}_value" ReferencedProperty="${target}id"/></NavigationProperty>`,
        `<NavigationProperty Name="${table.name}_${name}" Type="Collection(mscrm.${table.name})" Partner="${name}"/>`,
      ]);
    yield `<EntityType Name="${table.name}" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="${key}"/></Key>${properties.join('')}${navigations.join('')}</EntityType>`;
  }
  yield '<EntityContainer Name="System">';
  for (const table of tables) {
    const bindings = table.attributes
      .filter(isLookup)
      .map(({ name, target }) => `<NavigationPropertyBinding Path="${name}" Target="${target}s"/>`);
    yield `<EntitySet Name="${table.set}" EntityType="Microsoft.Dynamics.CRM.${table.name}">${bindings.join('')}</EntitySet>`;
  }
  yield '</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>';
}
