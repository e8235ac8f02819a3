import type { Row } from '../rows/generated.ts';
import { isReference, type Value } from '../rows/values.ts';
import type { Column, ColumnType, Table } from '../schema/types.ts';
import type { User } from '../users.ts';
import type { World } from '../world.ts';
import type { Preferences } from './preferences.ts';
import { formatted, jsonOf } from './values.ts';

const formattedValue = 'OData.Community.Display.V1.FormattedValue';
const navigationName = 'Microsoft.Dynamics.CRM.associatednavigationproperty';
const lookupTable = 'Microsoft.Dynamics.CRM.lookuplogicalname';

/** Writes one row as JSON text, without a comma after it. */
export type RowWriter = (row: Row) => string;

/** What writing rows needs to know of the request. */
export interface Around {
  /** `https://host/api/data/v9.2/` */
  readonly base: string;
  readonly preferences: Preferences;
  readonly metadata: 'minimal' | 'full' | 'none';
  /** Big integers and decimals are written as JSON strings. */
  readonly numbersAsText: boolean;
  readonly user: Pick<User, 'readsSecured'>;
}

/**
 * Compiles a writer for the columns of a selection: `@odata.etag` first, each value's annotations before the value, none
 * for null.
 */
export function rowWriter(world: World, table: Table, columns: readonly Column[], around: Around): RowWriter {
  const versioned = table.columns.some((column) => column.type === 'version');
  const writers = columns.map((column) => cellWriter(world, column, around));
  const full = around.metadata === 'full';
  return (row) => {
    const members: string[] = [];
    if (full) members.push(`"@odata.type":"#Microsoft.Dynamics.CRM.${table.logicalName}"`);
    if (full) members.push(`"@odata.id":"${around.base}${table.setName}(${row.key})"`);
    if (around.metadata !== 'none' && versioned) {
      members.push(`"@odata.etag":"W/\\"${row.value('versionnumber')}\\""`);
    }
    if (full) members.push(`"@odata.editLink":"${table.setName}(${row.key})"`);
    let text = members.join(',');
    for (const write of writers) text += write(row);
    for (const link of full ? navigationLinks(table, columns, around, row) : []) text += `,${link}`;
    return `{${members.length === 0 ? text.slice(1) : text}}`;
  };
}

/** A column's member of a row, with a comma and the annotations before it. */
function cellWriter(world: World, column: Column, around: Around): RowWriter {
  const { preferences, numbersAsText } = around;
  const labels = preferences.wantsAnnotation(formattedValue);
  const navigations = preferences.wantsAnnotation(navigationName);
  const lookups = preferences.wantsAnnotation(lookupTable);
  const prefix = `"${column.name}":`;
  const start = `,${prefix}`;
  const nothing = `${start}null`;
  const hidden = column.secured === true && !around.user.readsSecured;
  const typed = around.metadata === 'full' ? typeAnnotation(column) : '';
  const quoted = numbersAsText && ['decimal', 'money', 'bigint', 'version'].includes(column.type);
  const annotated = (name: string, text: string): string =>
    `"${column.name}@${name}":${JSON.stringify(text)},`;
  return (row) => {
    const value = hidden ? null : row.value(column.name);
    if (value === null) return nothing;
    if (column.recipe === 'document-body' && world.switches.hugeDocuments)
      return `,${prefix}"${hugeDocument()}"`;
    let text = typed;
    if (labels) {
      const label = formatted(column, value, (reference) => nameOf(world, reference));
      if (label !== undefined) text += annotated(formattedValue, label);
    }
    if (isReference(value)) {
      const target = column.navigations?.find(
        (each) => each.target === value.table || each.target === 'principal',
      );
      if (navigations && target !== undefined) text += annotated(navigationName, target.name);
      if (lookups) text += annotated(lookupTable, value.table);
    }
    const json = jsonOf(column, value);
    if (quoted) return `,${text}${prefix}"${json}"`;
    return text === '' ? start + json : `,${text}${prefix}${json}`;
  };
}

let document: string | undefined;
/** Base64 of three quarters of a megabyte. */
function hugeDocument(): string {
  document ??= 'c2ltdWxhdGVk'.repeat(87_382);
  return document;
}

/** The primary name of the row that a lookup points to. */
function nameOf(world: World, value: Value): string | undefined {
  if (!isReference(value)) return undefined;
  const target = world.schema.byName(value.table);
  const row = world.store(value.table)?.find(value.id);
  const name = target?.primaryName === undefined ? null : row?.value(target.primaryName);
  return name === null || name === undefined ? undefined : String(name);
}

/** With full metadata, types that JSON does not show are named. */
function typeAnnotation(column: Column): string {
  const types: Partial<Record<ColumnType, string>> = {
    key: 'Guid',
    guid: 'Guid',
    lookup: 'Guid',
    customer: 'Guid',
    owner: 'Guid',
    datetime: 'DateTimeOffset',
    naive: 'DateTimeOffset',
    date: 'Date',
    decimal: 'Decimal',
    money: 'Decimal',
    bigint: 'Int64',
    version: 'Int64',
    image: 'Binary',
  };
  const type = types[column.type];
  return type === undefined ? '' : `"${column.name}@odata.type":"#${type}",`;
}

function navigationLinks(table: Table, columns: readonly Column[], { base }: Around, row: Row): string[] {
  return columns
    .flatMap((column) => column.navigations ?? [])
    .flatMap(({ name }) => {
      const url = `${base}${table.setName}(${row.key})/${name}`;
      return [`"${name}@odata.associationLink":"${url}/$ref"`, `"${name}@odata.navigationLink":"${url}"`];
    });
}
