import { key, labelOf, states } from './columns.ts';
import { audit, owned } from './groups.ts';
import { type ColumnSpec, columnsOfSpec } from './spec.ts';
import { table } from './table.ts';
import type { Column, Table, TableKind } from './types.ts';

/** A table as a scenario tells it. */
export interface TableSpec {
  /** Schema name (`new_Project`); the logical name is its lower case. */
  readonly name: string;
  /** Entity set; by default the logical name with an s. */
  readonly set?: string;
  readonly label?: string;
  readonly kind?: Exclude<TableKind, 'intersect'>;
  readonly changeTracking?: boolean;
  /** Rows of these tables have owners. Default `user`. */
  readonly ownership?: 'user' | 'organization';
  /** Refuses to be read as a list, although `$metadata` names it. */
  readonly refusesReads?: boolean;
  /**
   * Besides the key (`<name>id`) and a name, the table gets the columns that nearly every table has: who and when, version,
   * state, owner. `bare`: the key and what `columns` says.
   */
  readonly bare?: boolean;
  readonly columns?: readonly ColumnSpec[];
  /** Rows that are generated, unless the rows of the environment say otherwise. */
  readonly rows?: number;
}

/** Codes of custom tables start here. */
const firstCode = 10_500;

/** Makes the table; `place` is its place among the custom ones. */
export function tableOfSpec(spec: TableSpec, place: number): Table {
  const { name, set, bare = false, ownership = 'user' } = spec;
  const logicalName = name.toLowerCase();
  const prefix = /^[A-Za-z]+_/.exec(name)?.[0] ?? '';
  const primaryName = `${prefix.toLowerCase()}name`;
  const own = (spec.columns ?? []).flatMap(columnsOfSpec);
  const usual = bare ? [] : usualColumns(spec, `${prefix}Name`, ownership === 'user');
  const taken = new Set(own.map((column) => column.logicalName));
  const label = spec.label ?? labelOf(name);
  const keyColumn = own.find((column) => column.type === 'key') ?? key(`${name}Id`);
  return table({
    schemaName: name,
    objectTypeCode: firstCode + place,
    setName: set ?? `${logicalName}s`,
    label,
    kind: spec.kind ?? 'standard',
    changeTracking: spec.changeTracking ?? spec.kind !== 'virtual',
    custom: true,
    primaryName: [...own, ...usual].some((column) => column.name === primaryName) ? primaryName : undefined,
    ...(spec.refusesReads === undefined ? {} : { refusesReads: spec.refusesReads }),
    ...(spec.rows === undefined ? {} : { rows: spec.rows }),
    columns: [
      keyColumn,
      ...own.filter((column) => column !== keyColumn),
      ...usual.filter((column) => !taken.has(column.logicalName)),
    ],
  });
}

/** Virtual tables have neither versions nor dates of their own. */
function usualColumns({ kind }: TableSpec, primaryName: string, hasOwner: boolean): Column[] {
  const name = columnsOfSpec({
    name: primaryName,
    type: 'string',
    maxLength: 850,
    recipe: 'phrase',
    filled: 1,
  });
  if (kind === 'virtual') return name;
  return [
    ...name,
    ...states('Active:1=Active|Inactive:2=Inactive'),
    ...(hasOwner ? owned() : []),
    ...audit(),
  ];
}
