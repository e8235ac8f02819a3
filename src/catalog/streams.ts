import { picomatch } from '../core/packages.ts';
import { isStandardTable } from '../dataverse/metadata/known.ts';
import { streamName } from '../dataverse/metadata/names.ts';
import type { Column, Table } from '../dataverse/metadata/types.ts';
import type { Transform } from '../records/types.ts';
import { namer } from './names.ts';
import type { Origin, Stream, StreamColumn, ValueType } from './types.ts';

/** Settings of the configuration that shape streams (docs/types.md). */
export interface StreamOptions {
  /** `choices`: label columns for choices, states, statuses and booleans; `all`: for lookups too. */
  readonly labels: 'none' | 'choices' | 'all';
  /** A `…_type` column beside each lookup that can point to several tables. */
  readonly lookupTypes: boolean;
  readonly choicesFormat: 'string' | 'array';
  /** Globs over wire names, by stream name, `*` for all streams. The key stays whatever they say. */
  readonly columns: Readonly<
    Record<string, { readonly include?: readonly string[]; readonly exclude?: readonly string[] }>
  >;
  /** Columns with whole files and images. */
  readonly includeBinary: boolean;
}

/** Member of a row that holds a lookup's table (Microsoft: "Query data using the Web API", lookup property data). */
const typeAnnotation = 'Microsoft.Dynamics.CRM.lookuplogicalname';
/** Member of a row that holds a value as the user sees it. */
const labelAnnotation = 'OData.Community.Display.V1.FormattedValue';

/** The tables as streams, in the same order. */
export function streamsOf(tables: readonly Table[], options: StreamOptions): Stream[] {
  return tables.map((table) => streamOf(table, options));
}

function streamOf(table: Table, options: StreamOptions): Stream {
  const name = streamName(table.setName);
  const wants = columnFilter(name, options.columns);
  const nameFor = namer();
  const isKey = (column: Column): boolean => column.name === table.key;
  // Names are given to all columns, wanted or not, so that a filter never changes the name of another column.
  const values = [...table.columns.filter(isKey), ...table.columns.filter((column) => !isKey(column))].map(
    (column) => valueColumn(column, nameFor(column.name, column.name), isKey(column), table, options),
  );
  const columns = values.flatMap((value) => [value, ...annotationColumns(value.column, nameFor, options)]);
  const kept = columns.filter(
    (column) => column.key || (wants(column) && (options.includeBinary || column.column.large !== true)),
  );
  return {
    name,
    table,
    columns: kept,
    key: kept.filter((column) => column.key).map((column) => column.name),
    standard: isStandardTable(table.logicalName),
  };
}

function valueColumn(
  column: Column,
  name: string,
  key: boolean,
  table: Table,
  options: StreamOptions,
): StreamColumn {
  const array = column.type === 'choices' && options.choicesFormat === 'array';
  return {
    name,
    column,
    origin: 'value',
    wire: column.name,
    transform: transformOf(column, table, array),
    type: array ? 'integer_array' : valueTypeOf(column),
    key,
  };
}

/** The columns beside a value: `_ownerid_type`, `_ownerid_label`, `statecode_label`, and `brief_content` of a file. */
function annotationColumns(
  column: Column,
  nameFor: (wanted: string, identity: string) => string,
  options: StreamOptions,
): StreamColumn[] {
  const stem = column.type === 'lookup' ? column.name.slice(0, -'_value'.length) : column.name;
  const annotation = (origin: Origin, member: string): StreamColumn => {
    const wire = `${column.name}@${member}`;
    const name = nameFor(`${stem}_${origin}`, wire);
    return { name, column, origin, wire, transform: 'none', type: 'string', key: false };
  };
  if (column.type === 'file' && options.includeBinary) return [annotation('content', 'content')];
  const polymorphic = column.type === 'lookup' && column.targets?.length !== 1;
  return [
    ...(options.lookupTypes && polymorphic ? [annotation('type', typeAnnotation)] : []),
    ...(hasLabel(column, options.labels) ? [annotation('label', labelAnnotation)] : []),
  ];
}

function hasLabel(column: Column, labels: StreamOptions['labels']): boolean {
  switch (column.type) {
    case 'choice':
    case 'choices':
    case 'state':
    case 'status':
    case 'boolean':
      return labels !== 'none';
    case 'lookup':
      return labels === 'all';
    default:
      return false;
  }
}

/** Type on output, from the attribute's type alone: limits that a customiser can change must not change a destination's table. */
function valueTypeOf(column: Column): ValueType {
  switch (column.type) {
    case 'string':
    case 'memo':
    case 'choices':
    case 'lookup':
    case 'guid':
    case 'image':
    case 'file':
    case 'binary':
      return 'string';
    case 'integer':
    case 'bigint':
    case 'choice':
    case 'state':
    case 'status':
      return 'integer';
    case 'decimal':
    case 'money':
    case 'double':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
      return 'timestamp';
    case 'datetime_naive':
      return 'timestamp_naive';
    case 'managed_property':
      return 'managed_property';
    default:
      return column.type satisfies never;
  }
}

/**
 * How the text of a value changes. Guids are left alone: Dataverse writes them in lower case, and a transform would take
 * every page off the fast path. Only virtual tables, whose values come from elsewhere, are distrusted.
 */
function transformOf(column: Column, table: Table, array: boolean): Transform {
  if (array) return 'choices_array';
  if (column.type === 'datetime_naive') return 'strip_zone';
  if (table.kind !== 'virtual') return 'none';
  if (column.type === 'date') return 'date_or_null';
  return column.type === 'guid' || column.type === 'lookup' ? 'lower' : 'none';
}

/**
 * The test of the `columns` setting for one stream: what is included, if anything is, less what is excluded. Includes name
 * columns of the table, which bring their labels and types along; excludes may name those too.
 */
function columnFilter(stream: string, columns: StreamOptions['columns']): (column: StreamColumn) => boolean {
  const rules = [columns['*'], columns[stream]].filter((rule) => rule !== undefined);
  const include = rules.flatMap((rule) => rule.include ?? []);
  const exclude = rules.flatMap((rule) => rule.exclude ?? []);
  const included = include.length === 0 ? () => true : picomatch()([...include], { nocase: true });
  const excluded = exclude.length === 0 ? () => false : picomatch()([...exclude], { nocase: true });
  return ({ column, name }) => included(column.name) && !excluded(column.name) && !excluded(name);
}
