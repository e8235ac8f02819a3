import type { Row } from '../rows/generated.ts';
import { isReference, type Value } from '../rows/values.ts';
import type { Column, Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import type { Preferences } from './preferences.ts';
import { formatted, jsonOf } from './values.ts';

const formattedValue = 'OData.Community.Display.V1.FormattedValue';
const navigationName = 'Microsoft.Dynamics.CRM.associatednavigationproperty';
const lookupTable = 'Microsoft.Dynamics.CRM.lookuplogicalname';

/** Writes one row as JSON text, without a comma after it. */
export type RowWriter = (row: Row) => string;

/**
 * Compiles a writer for the columns of a selection: `@odata.etag` first, each value's annotations before the value, none
 * for null.
 */
export function rowWriter(
  world: World,
  table: Table,
  columns: readonly Column[],
  preferences: Preferences,
  metadata: 'minimal' | 'full' | 'none' = 'minimal',
): RowWriter {
  const labels = preferences.wantsAnnotation(formattedValue);
  const navigations = preferences.wantsAnnotation(navigationName);
  const lookups = preferences.wantsAnnotation(lookupTable);
  const nameOf = (value: Value): string | undefined => {
    if (!isReference(value)) return undefined;
    const target = world.schema.byName(value.table);
    const row = world.store(value.table)?.find(value.id);
    const name = target?.primaryName === undefined ? null : row?.value(target.primaryName);
    return name === null || name === undefined ? undefined : String(name);
  };
  const versioned = table.columns.some((column) => column.type === 'version');
  const writers = columns.map((column) => {
    const prefix = `"${column.name}":`;
    const annotated = (name: string, text: string): string =>
      `"${column.name}@${name}":${JSON.stringify(text)},`;
    return (row: Row): string => {
      const value = row.value(column.name);
      if (value === null) return `${prefix}null`;
      let text = '';
      if (labels) {
        const label = formatted(column, value, nameOf);
        if (label !== undefined) text += annotated(formattedValue, label);
      }
      if (isReference(value)) {
        const navigation = column.navigations?.find(
          ({ target }) => target === value.table || target === 'principal',
        );
        if (navigations && navigation !== undefined) text += annotated(navigationName, navigation.name);
        if (lookups) text += annotated(lookupTable, value.table);
      }
      return `${text}${prefix}${jsonOf(column, value)}`;
    };
  });
  return (row) => {
    let text = '{';
    let comma = '';
    if (metadata !== 'none' && versioned) {
      text += `"@odata.etag":"W/\\"${row.value('versionnumber')}\\""`;
      comma = ',';
    }
    for (const write of writers) {
      text += comma + write(row);
      comma = ',';
    }
    return `${text}}`;
  };
}
