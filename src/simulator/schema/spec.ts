import { customer, labelOf, lookup } from './columns.ts';
import type { Column, ColumnType, Option } from './types.ts';

/** A column as JSON tells it: to the control surface, and in scenarios. */
export interface ColumnSpec {
  /** Schema name (`new_Score`); the logical name is its lower case. */
  readonly name: string;
  readonly type: ColumnType;
  readonly label?: string;
  readonly options?: readonly Option[];
  /** Logical names of the tables that a lookup can point to. */
  readonly targets?: readonly string[];
  readonly maxLength?: number;
  readonly scale?: number;
  readonly recipe?: string;
  /** Share of rows that have a value, 0 to 1. */
  readonly filled?: number;
  readonly secured?: boolean;
  readonly surfaced?: boolean;
}

export const columnTypes: readonly ColumnType[] = [
  'key',
  'string',
  'memo',
  'entityname',
  'integer',
  'bigint',
  'version',
  'double',
  'decimal',
  'money',
  'boolean',
  'choice',
  'choices',
  'state',
  'status',
  'datetime',
  'naive',
  'date',
  'lookup',
  'customer',
  'owner',
  'guid',
  'image',
  'file',
  'managed',
];

/** Makes the column, and the companions that the platform adds to it. */
export function columnsOfSpec(spec: ColumnSpec): Column[] {
  const { name, type, targets = [], ...rest } = spec;
  const extra = { ...rest, custom: true, label: spec.label ?? labelOf(name) };
  if (type === 'lookup') return lookup(name, targets.join('|'), extra);
  if (type === 'customer') return customer(name, extra);
  const logicalName = name.toLowerCase();
  const navigations = type === 'owner' ? { navigations: [{ name: 'ownerid', target: 'principal' }] } : {};
  const wire = type === 'owner' ? '_ownerid_value' : logicalName;
  return [{ logicalName, name: wire, schemaName: name, type, ...navigations, ...extra }];
}
