import { key, labelOf } from '../columns.ts';
import { builtInTables } from '../tables.ts';
import type { Column, Table } from '../types.ts';
import { columnOf } from './columns.ts';
import { type Csdl, type CsdlSet, lineOf, readCsdl } from './read.ts';

/** Sets that describe tables; they are answered by `metadata/`. */
const aboutMetadata = [
  'EntityDefinitions',
  'GlobalOptionSetDefinitions',
  'ManagedPropertyDefinitions',
  'RelationshipDefinitions',
];
/** Codes of tables that the document's reader cannot know. */
const firstCode = 11_000;

/** Makes the tables of a CSDL document: keys, inheritance, types and set names as it says, everything else by habit. */
export function tablesOfCsdl(text: string): Table[] {
  const csdl = readCsdl(text);
  const sets = csdl.sets.filter(({ name }) => !aboutMetadata.includes(name));
  const known = new Map(builtInTables.map((table) => [table.logicalName, table]));
  const keys = new Map(sets.map((set) => [keyOf(csdl, set), set.type]));
  return sets.map((set, place) => tableOf(csdl, set, keys, known.get(set.type), firstCode + place));
}

/** A user's key is `systemuserid`, although the document says `ownerid`, which both principals inherit. */
function keyOf(csdl: Csdl, set: CsdlSet): string {
  const line = lineOf(csdl, set.type);
  const declared = line.find((type) => type.key.length > 0)?.key ?? [];
  const own = `${set.type}id`;
  const properties = line.flatMap((type) => type.properties);
  if (declared[0] === 'ownerid' && properties.some(({ name }) => name === own)) return own;
  const [only = own] = declared;
  const isGuid = properties.some(({ name, type }) => name === only && type === 'Edm.Guid');
  return declared.length === 1 && isGuid ? only : `${own}_internal`.toLowerCase();
}

function tableOf(
  csdl: Csdl,
  set: CsdlSet,
  keys: ReadonlyMap<string, string>,
  builtIn: Table | undefined,
  code: number,
): Table {
  const line = lineOf(csdl, set.type);
  const keyName = keyOf(csdl, set);
  const columns = columnsOf(csdl, set, keyName, builtIn);
  const names = new Set(columns.map((column) => column.name));
  const isIntersect =
    columns.length === 4 &&
    columns.filter(({ type }) => type === 'guid').length === 2 &&
    names.has('versionnumber') &&
    !names.has('createdon');
  const owned = columns.some((column) => column.type === 'owner');
  const label = builtIn?.label ?? labelOf(set.type);
  const parts = csdl.sets
    .map(({ type }) => type)
    .filter((type) => type !== set.type && lineOf(csdl, type).some(({ name }) => name === set.type));
  return {
    logicalName: set.type,
    schemaName: builtIn?.schemaName ?? set.type,
    setName: set.name,
    label,
    pluralLabel: builtIn?.pluralLabel ?? `${label}s`,
    objectTypeCode: builtIn?.objectTypeCode ?? code,
    modules: ['core'],
    kind: isIntersect ? 'intersect' : 'standard',
    base: line[1]?.name ?? 'crmbaseentity',
    key: keyName,
    ...(names.has('ownerid') && keyName !== 'ownerid' ? { inheritedKey: 'ownerid' } : {}),
    primaryName: primaryName(names, set.type),
    ...(names.has('entityimage') ? { primaryImage: 'entityimage' } : {}),
    changeTracking: set.changeTracking ?? (names.has('versionnumber') && !isIntersect),
    ownership:
      isIntersect || set.type === 'organization' ? 'None' : owned ? 'UserOwned' : 'OrganizationOwned',
    ...(line.some(({ name }) => name === 'activitypointer') ? { activity: true } : {}),
    ...(/^[a-z]+\d*_/.test(set.type) ? { custom: true } : {}),
    ...(parts.length > 0 ? { unionOf: parts } : {}),
    rows: set.type === 'organization' ? 1 : 20,
    columns: isIntersect ? columns.map((column) => sideOf(column, keys)) : columns,
  };
}

/** The columns of N:N tables point to the keys of both sides by name. */
const sideOf = (column: Column, keys: ReadonlyMap<string, string>): Column => {
  const side = column.type === 'guid' ? keys.get(column.name) : undefined;
  return side === undefined ? column : { ...column, recipe: `key-of:${side}`, filled: 1 };
};

const primaryName = (names: ReadonlySet<string>, table: string): string | undefined =>
  ['name', 'fullname', 'subject', 'title', `${table.replace(/^([a-z]+\d*_).*/, '$1')}name`].find((name) =>
    names.has(name),
  );

function columnsOf(csdl: Csdl, set: CsdlSet, keyName: string, builtIn: Table | undefined): Column[] {
  const line = lineOf(csdl, set.type);
  const siblings = new Set(line.flatMap(({ properties }) => properties.map(({ name }) => name)));
  const navigations = line.flatMap((type) => type.navigations);
  const columns = new Map<string, Column>();
  // A key that is no guid cannot order rows: a hidden one does.
  if (!siblings.has(keyName)) columns.set(keyName, { ...key(keyName), surfaced: false });
  for (const type of line) {
    for (const { name, type: edm } of type.properties) {
      const column = columnOf({
        name,
        type: edm,
        isKey: name === keyName,
        navigations: navigations
          .filter((each) => each.column === name)
          .map((each) => ({ name: each.name, target: each.target })),
        siblings,
        declaredBy: type.name === set.type ? undefined : type.name,
      });
      if (column === undefined || columns.has(column.logicalName)) continue;
      const richer = builtIn?.columns.find((each) => each.name === name && isRicher(each, column));
      columns.set(column.logicalName, {
        ...column,
        ...(richer === undefined ? {} : wealth(richer)),
        ...(column.type === 'integer' && type.key.includes(name) ? { recipe: 'row-number', filled: 1 } : {}),
      });
    }
  }
  const ownerId = columns.get('ownerid');
  if (ownerId?.type === 'guid') columns.set('ownerid', { ...ownerId, recipe: 'own-key', filled: 1 });
  return [...columns.values()];
}

/** Types that the document cannot tell from the plain one: choices are numbers, long texts are strings. */
const refinements: Readonly<Record<string, readonly string[]>> = {
  integer: ['choice'],
  string: ['memo', 'entityname', 'choices'],
  memo: ['string'],
  decimal: ['money'],
  lookup: ['customer'],
  datetime: ['naive'],
};
const isRicher = (built: Column, plain: Column): boolean =>
  built.surfaced !== false &&
  (built.type === plain.type || (refinements[plain.type]?.includes(built.type) ?? false));

/** What a built-in column of the same name knows besides: kind, options, labels, lengths and ways of making values. */
function wealth(built: Column): Partial<Column> {
  const { type, schemaName, label, options, maxLength, scale, recipe, filled, onlyWhenSelected } = built;
  return Object.fromEntries(
    Object.entries({
      type,
      schemaName,
      label,
      options,
      maxLength,
      scale,
      recipe,
      filled,
      onlyWhenSelected,
    }).filter(([, value]) => value !== undefined),
  );
}
